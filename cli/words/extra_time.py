"""What a grant, or its being taken back, means for play, in words."""

from __future__ import annotations

from daemon.api.messages import GrantAnswer, Outlook
from i18n.message import Arg, Message, Moment, msg


def called(name: str, id_: str) -> Arg:
    """A player as people say it, and the id where that is not the same but for its case."""
    if id_ == "guest":
        return msg("guest")
    return name if name.lower() == id_ else msg("{name} ({id})", name=name, id=id_)


def follows(answer: GrantAnswer) -> Message:
    """Until when may be played, and until when without the change; or that nothing changes, and which rule has it so."""
    after, before = answer.after, answer.before
    if (after.verdict, after.until) == (before.verdict, before.until):
        return msg("nothing changes: {said}", said=_stands(answer))
    if after.verdict != "allow" or after.until is None:
        return _stands(answer)
    told: dict[str, Arg] = {
        "can": _may(answer), "until": Moment(after.until, answer.zone), "before": _was(before, answer.zone),
        "rule": _rule(after),
    }  # fmt: skip
    if answer.still:
        return msg("{can} until {until} (was {before}), and no longer because of: {rule}", **told)
    return msg("{can} until {until} (was {before})", **told)


def _stands(answer: GrantAnswer) -> Message:
    """What holds now, and by which rule, if that is what was asked."""
    after = answer.after
    if after.verdict != "allow":
        return msg("{may}: {rule}", may=_may(answer), rule=_rule(after))
    if after.until is None:
        return msg("{can} without a limit", can=_may(answer))
    told: dict[str, Arg] = {"can": _may(answer), "until": Moment(after.until, answer.zone), "rule": _rule(after)}
    if answer.still:
        return msg("{can} until {until} because of: {rule}", **told)
    return msg("{can} until {until}", **told)


def _may(answer: GrantAnswer) -> Message:
    """Who may play what, or not."""
    told: dict[str, Arg] = {"player": called(answer.name, answer.player), "game": answer.game or ""}
    match answer.after.verdict, answer.game:
        case "allow", None:
            return msg("{player} can play", **told)
        case "allow", _:
            return msg("{player} can play {game}", **told)
        case "ask", None:
            return msg("{player} has to ask first", **told)
        case "ask", _:
            return msg("{player} has to ask for {game} first", **told)
        case _, None:
            return msg("{player} may not play now", **told)
        case _:
            return msg("{player} may not play {game} now", **told)


def _was(before: Outlook, zone: str) -> Arg:
    if before.verdict != "allow":
        return msg("not allowed")
    return msg("without a limit") if before.until is None else Moment(before.until, zone)


def _rule(outlook: Outlook) -> Arg:
    return "" if outlook.text is None else msg("{text} ({rule})", text=outlook.text, rule=outlook.rule or "")
