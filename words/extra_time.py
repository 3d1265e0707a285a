"""What a grant, or its being taken back, means for play, in words."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api.checkins import VISITOR
from agent.api.naming import GUEST
from agent.api.rule_words import rule_said
from daemon.api.messages import GrantAnswer, Outlook
from i18n.message import Arg, Length, Message, Moment, msg
from rules.calendar import rfc3339
from words.game_titles import game_called
from words.layout import row
from words.shell import typed_as, whole


def called(name: str, id_: str) -> Arg:
    """A player as people say it, and the id where that is not the same but for its case."""
    if id_ == GUEST:
        return msg("guest")
    if id_.startswith(VISITOR):
        return msg("guest {id}", id=id_.removeprefix(VISITOR))
    return name if name.lower() == id_ else msg("{name} ({id})", name=name, id=id_)


def name_and_id(name: str, id_: str) -> Arg:
    """Who was changed, to be told from others of almost that name."""
    return msg("guest") if id_ == GUEST else msg("{name} ({id})", name=name, id=id_)


def follows(answer: GrantAnswer) -> Message:
    """Until when may be played, and until when without the change; or that the end stays, and which rule has it so."""
    after, before = answer.after, answer.before
    if answer.again:
        return stands(answer)
    if answer.at:
        return _at_another_pc(answer)
    if (after.verdict, after.until) == (before.verdict, before.until):
        return msg("nothing changes: {said}", said=stands(answer)) if answer.id is None else _stays(answer)
    if after.verdict != "allow" or after.until is None:
        return stands(answer)
    told: dict[str, Arg] = {
        "can": _may(answer), "until": Moment(after.until, answer.zone), "before": _was(before, answer.zone),
        "rule": _rule(after),
    }  # fmt: skip
    if answer.still:
        return msg("{can} until {until} (was {before}), and no longer because of: {rule}", **told)
    return msg("{can} until {until} (was {before})", **told)


def _at_another_pc(answer: GrantAnswer) -> Message:
    """What was given there; until when may be played is known there alone, and told where all PCs are."""
    told: dict[str, Arg] = {"seat": answer.at, "who": called(answer.name, answer.player), "command": "giochoi who"}
    if answer.id is None:
        return msg("nothing changes: no limit that {who} has at {seat} gets longer by it", **told)
    if answer.ms is None:
        return msg("until when {who} may play at {seat} shows: {command}", **told)
    return msg("{more} more for {who} at {seat}; until when shows: {command}", more=Length(answer.ms, exact=True), **told)


def beside(answer: GrantAnswer) -> Iterator[Message]:
    """What else there is to know: that the minutes count from now, how more would, and which limits give way."""
    if answer.at:
        return
    after = answer.after
    if answer.id is None and answer.beyond is not None and after.until is not None:
        command = _extending(answer, answer.beyond)
        yield msg("to play past {end}: {command}", end=Moment(after.until, answer.zone), command=command)
    if answer.from_now and answer.ms is not None and after.until is not None:
        told: dict[str, Arg] = {"more": Length(answer.ms, exact=True), "end": Moment(after.until, answer.zone)}
        if answer.beyond is None:
            yield msg("the {more} count from now", **told)
        else:
            told["command"] = _extending(answer, answer.beyond)
            yield msg("the {more} count from now; to play past {end}: {command}", **told)
    if answer.gives_way:
        yield msg("these limits give way: {rules}", rules=row(answer.gives_way))


def _extending(answer: GrantAnswer, until: int) -> str:
    """The command that lets play go on until this minute of today, in one piece."""
    time = rfc3339(until, answer.zone)[11:16].replace("00:00", "24:00")
    player = GUEST if answer.player == GUEST else typed_as(answer.name, answer.player)
    game = f" --game {answer.game}" if answer.only and answer.game else ""
    return whole(f"giochoi extend {player} --until {time}{game}")


def _stays(answer: GrantAnswer) -> Message:
    """That the end did not move, why, and what did change."""
    after, who = answer.after, row((called(answer.name, answer.player), game_called(answer.title, answer.game)), ", ")
    if after.verdict == "allow" and after.until is not None:
        told: dict[str, Arg] = {"who": who, "until": Moment(after.until, answer.zone), "rule": _rule(after)}
        said = msg("{who}: the end stays {until}, because of: {rule}", **told)
    else:
        said = msg("still as before: {said}", said=stands(answer))
    if not answer.longer or answer.ms is None:
        return said
    return msg("{said}; today's limits are {more} longer", said=said, more=Length(answer.ms, exact=True))


def stands(answer: GrantAnswer) -> Message:
    """What holds now, and by which rule, if that is what was asked."""
    after = answer.after
    if after.verdict != "allow":
        return msg("{may}: {rule}", may=_may(answer), rule=_rule(after))
    if after.until is None:
        if answer.game is None:
            return msg("{can}; no rule counts all games together", can=_may(answer))
        return msg("{can} without a limit", can=_may(answer))
    told: dict[str, Arg] = {"can": _may(answer), "until": Moment(after.until, answer.zone), "rule": _rule(after)}
    if answer.still:
        return msg("{can} until {until} because of: {rule}", **told)
    return msg("{can} until {until}", **told)


def _may(answer: GrantAnswer) -> Message:
    """Who may play what, or not."""
    told: dict[str, Arg] = {"player": called(answer.name, answer.player), "game": game_called(answer.title, answer.game)}
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
    return "" if outlook.text is None else rule_said(outlook.text, outlook.rule or "")
