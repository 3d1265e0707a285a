"""What is said of a play that went on for too long: against which rule, for how much, whose duty. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from compliance.verifying.plays.over import Over
from compliance.verifying.plays.runs import Run
from compliance.verifying.report import NO_MOMENT, Finding
from i18n.message import Arg, Length, Message, Moment, msg
from rules.policy import Rule

KINDS: Final[Mapping[str, str]] = MappingProxyType({
    "pause": "paused", "rating": "label-above-age", "guardian": "no-guardian", "ask": "not-asked", "window": "after-hours",
    "break": "no-break", "budget": "over-cap",
})  # fmt: skip

_WHY: Final[Mapping[str, Message]] = MappingProxyType({
    "paused": msg("a guardian had paused play"), "label-above-age": msg("the player was too young for its label"),
    "no-guardian": msg("no guardian's data was registered"), "not-asked": msg("nobody had let the game through"),
    "after-hours": msg("that was outside the hours of play"), "no-break": msg("a break was due"),
    "over-cap": msg("no more play was left"),
})  # fmt: skip


def finding(run: Run, found: Over) -> Finding:
    """`found` has a reason: no play ends without one."""
    reason = found.decision.reason
    rule = None if reason is None else _rule(found, reason.rule)
    kind = "over-cap" if reason is None else KINDS[reason.kind]
    return Finding(
        kind, run.where, _said(kind, run, found, "" if reason is None else reason.rule), run.seat, found.at,
        "" if rule is None else rule.cite, None if rule is None else rule.addressee, found.ms,
    )  # fmt: skip


def unended(run: Run, ms: int) -> Finding:
    """A play that was due, and of which its seat says nothing more."""
    told: dict[str, Arg] = {"game": run.game, "length": Length(ms)}
    said = msg("{game} was due, and for {length} after its time to save no entry says that it ended", **told)
    return Finding("unended", run.where, said, run.seat, None if run.due is None else run.due[0], grave=ms)


def _rule(found: Over, id_: str) -> Rule | None:
    return next((one for pack in found.ruled.rules.packs or () for one in pack.rules if one.id == id_), None)


def _said(kind: str, run: Run, found: Over, rule: str) -> Message:
    at: Arg = Moment(found.at, found.ruled.bound.zone, "full") if 0 <= found.at < NO_MOMENT else str(found.at)
    told: dict[str, Arg] = {"game": run.game, "length": Length(found.ms), "at": at, "rule": rule, "why": _WHY[kind]}
    return msg("{game} was played for {length} from {at} on: {why} (rule {rule})", **told)
