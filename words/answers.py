"""What the daemon answered, in words for a window: no commands to type, each a sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from daemon.api.messages import GrantAnswer, Why, game_title
from i18n.message import Arg, Length, Message, Moment, msg
from words.layout import row

VERDICTS: Final[dict[str, Message]] = {
    "allow": msg("may be played"), "ask": msg("needs a guardian's yes first"), "refuse": msg("may not be played now"),
}  # fmt: skip
_OWN: Final = "house"  # the pack of limits that are a player's own
PERIODS: Final[dict[str, Message]] = {
    "day": msg("today"), "week": msg("this week"), "month": msg("this month"), "session": msg("since the last rest"),
}  # fmt: skip


def called(name: str, id_: str) -> Arg:
    return msg("guest") if id_ == "guest" else name


def _title(answer: GrantAnswer | Why) -> Arg:
    return game_title(answer.game or "", answer.title or answer.game or "")


def follows(answer: GrantAnswer) -> tuple[Arg, ...]:
    """What was let through, and what follows for time, where something does."""
    if answer.let is None:
        return _stands(answer)
    through = msg("{what} is let through for {player}", what=answer.let, player=called(answer.name, answer.player))
    return (through, *_stands(answer)) if answer.still or answer.id is not None else (through,)


def _stands(answer: GrantAnswer) -> tuple[Arg, ...]:
    """Until when may be played now, what it was before, and which rule still binds."""
    after, before, zone = answer.after, answer.before, answer.zone
    who = row((called(answer.name, answer.player), _title(answer)), ", ")
    told: dict[str, Arg] = {"who": who, "rule": after.text or "", "seat": answer.at}
    if answer.at:
        more = 0 if answer.id is None else answer.ms or 0
        return (msg("{who}: {more} more at {seat}", more=Length(more), **told),)
    if after.verdict != "allow":
        first = msg("{who}: still no playing, because of: {rule}", **told)
    elif after.until is None:
        first = msg("{who}: may play without a limit", **told)
    else:
        told["until"] = Moment(after.until, zone)
        if (after.verdict, after.until) == (before.verdict, before.until):
            first = msg("{who}: may play until {until}, as before", **told)
        elif before.verdict == "allow" and before.until is not None:
            first = msg("{who}: may play until {until} (was {before})", before=Moment(before.until, zone), **told)
        else:
            first = msg("{who}: may play until {until}", **told)
    if answer.still and after.verdict == "allow" and after.text is not None:
        return first, msg("No longer than that because of: {rule}", **told)
    return (first,)


def cited(rule: str, cite: str) -> str:
    """Where a law says so, in brackets. What a family set for itself comes from a pack or a command, whose names say nothing
    here.
    """
    pack = rule.partition(".")[0]
    return "" if not cite or pack in {cite, _OWN} else f"[{cite}]"


def decided(answer: Why) -> tuple[Arg, ...]:
    """May it be played, until when, and why."""
    decision = answer.decision
    who = row((called(answer.name, answer.player), _title(answer) or msg("all games")), ", ")
    told: dict[str, Arg] = {"who": who, "verdict": VERDICTS[decision.verdict]}
    if decision.verdict == "allow" and decision.left_ms is not None:
        told["left"] = Length(max(0, decision.left_ms))
        first: Message = msg("{who}: {left} left", **told)
    else:
        first = msg("{who}: {verdict}", **told)
    found: list[Arg] = [first]
    if decision.until is not None:
        until = Moment(decision.until, answer.zone)
        if decision.verdict == "allow":
            found.append(msg("Until {until}.", until=until))
        else:
            again = answer.next == "allow"
            found.append(msg("Again from {until}.", until=until) if again else msg("At least until {until}.", until=until))
    reason = decision.reason
    if reason is None:
        found.append(msg("No rule limits that now."))
    else:
        found.append(msg("Because: {rule}", rule=row((reason.text, cited(reason.rule, reason.cite)), " ")))
        if reason.extended is not None:
            found.append(msg("Extended until {until}.", until=Moment(reason.extended, answer.zone)))
    if answer.unknown == "refused":
        found.append(msg("Only installed programs run here, and those that a guardian let through."))
    if answer.unknown == "counts":
        found.append(msg("Programs that nobody named or installed count as one game here."))
    return tuple(found)


def rule_by_rule(answer: Why) -> Iterator[tuple[Arg, tuple[Arg, ...]]]:
    """Each rule with its citation, and what it says by itself; the one that decides comes first."""
    reason = answer.decision.reason
    decides = None if reason is None else reason.rule
    for finding in sorted(answer.findings, key=lambda one: one.reason.rule != decides):
        one = finding.reason
        says: list[Arg] = [VERDICTS[finding.verdict]]
        if finding.until is not None:
            until = Moment(finding.until, answer.zone)
            says = [msg("may not be played until {until}", until=until) if finding.verdict == "refuse"
                    else msg("{verdict} until {until}", verdict=says[0], until=until)]  # fmt: skip
        if one.budget_ms is not None and one.used_ms is not None:
            period = PERIODS[answer.periods.get(one.rule, "day")]
            told: dict[str, Arg] = {"used": Length(one.used_ms), "most": Length(one.budget_ms), "period": period}
            says.append(
                msg("played {period}: {used} of {most} + {more} given", more=Length(one.granted_ms), **told) if one.granted_ms
                else msg("played {period}: {used} of {most}", **told)
            )  # fmt: skip
        advice = msg("(only advice)") if finding.advisory else ""
        yield row((one.text, advice, cited(one.rule, one.cite)), " "), tuple(says)


def locked(until: int) -> Message:
    return msg("Too many wrong ones. None is taken from this account until {until}.", until=Moment(until))
