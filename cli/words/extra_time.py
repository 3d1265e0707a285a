"""What a grant, or its being taken back, means for play, in words."""

from __future__ import annotations

from cli.words.verdicts import VERDICTS
from daemon.api.messages import GrantAnswer, Outlook
from i18n.message import Arg, Message, Moment, msg


def called(name: str, id_: str) -> Arg:
    """A player as people say it, and the id where that is not the same but for its case."""
    return name if name.lower() == id_ else msg("{name} ({id})", name=name, id=id_)


def follows(answer: GrantAnswer) -> Message:
    """Until when may be played, and until when without the change; or which rule has it stay as it was."""
    after, before = answer.after, answer.before
    told: dict[str, Arg] = {"player": called(answer.name, answer.player)}
    if answer.game is not None:
        told["player"] = msg("{player}, {game}", player=told["player"], game=answer.game)
    if after.verdict != "allow":
        return _refused(answer, told)
    if after.until is None:
        return msg("{player}: no rule ends play", **told)
    told["until"] = Moment(after.until, answer.zone)
    if (before.verdict, before.until) == (after.verdict, after.until):
        if answer.id is None or not answer.still:
            return msg("nothing to change: {player} can play until {until}", **told)
        return msg("{player} still has to end at {until}: {rule}", rule=_rule(after), **told)
    told["before"] = _was(before, answer.zone)
    if answer.still:
        return msg("{player} can play until {until} (was {before}), and then not: {rule}", rule=_rule(after), **told)
    return msg("{player} can play until {until} (was {before})", **told)


def _refused(answer: GrantAnswer, told: dict[str, Arg]) -> Message:
    told["rule"] = _rule(answer.after)
    if answer.after.verdict == "ask":
        return msg("{player} still has to ask first: {rule}", **told)
    if answer.before.verdict == "refuse":
        return msg("{player} still may not play: {rule}", **told)
    return msg("{player} may not play now: {rule}", **told)


def _was(before: Outlook, zone: str) -> Arg:
    if before.verdict != "allow":
        return VERDICTS[before.verdict]
    return msg("no limit") if before.until is None else Moment(before.until, zone)


def _rule(outlook: Outlook) -> Arg:
    return "" if outlook.text is None else msg("{text} ({rule})", text=outlook.text, rule=outlook.rule or "")
