"""What is said of a play: why it cannot be decided again, by which rule it went on for too long, what its decision contradicts.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from compliance.entries.decision import PlayDue
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.changes import PLACES
from compliance.verifying.listed import Times
from compliance.verifying.plays.over import Over
from compliance.verifying.plays.packs import Why
from compliance.verifying.plays.runs import Ruled, Run
from compliance.verifying.report import NO_MOMENT, Failure, Finding
from i18n.message import Arg, Length, Message, Moment, msg, msgn

_WHY: Final[Mapping[Why, Message]] = MappingProxyType({
    "older": msg("their entries do not say what was in force"),
    "own": msg("a player's own limits bound them besides, and the log does not hold these"),
    "seats": msg("the player played at another seat that day, too, and whether this one knew of that is not told"),
    "day-before": msg("play or extra time of the day before may count, and the log does not say whose it was"),
    "unseen": msg("the PC slept, its clock was set, or nobody saw a play's end"),
    "text": msg("the text of a pack is missing or not valid"),
    "zone": msg("a rule's day is not the day of the place's time zone"),
    "abroad": msg("the place's own rules are of a land with another time zone than the place"),
    "many": msg("there is too much of one player's day, or of different rules, to decide each again"),
})  # fmt: skip
_STRANGE: Final = frozenset({"many", "abroad"})  # nothing that an honest place has

_BROKEN: Final[Mapping[str, tuple[str, Message]]] = MappingProxyType({
    "pause": ("paused", msg("a guardian had paused play")),
    "rating": ("label-above-age", msg("the player was too young for its label")),
    "guardian": ("no-guardian", msg("no guardian's data was registered")),
    "ask": ("not-asked", msg("nobody had let the game through")),
    "window": ("after-hours", msg("that was outside the hours of play")),
    "break": ("no-break", msg("a break was due")),
    "budget": ("over-cap", msg("no more play was left")),
})  # fmt: skip
"""By the kind of a rule, the kind of the finding and what it says."""

_FIELDS: Final[dict[str, Arg]] = {
    "place": msg("kind of place"), "guardian": msg("a guardian is registered"), "label": msg("age label"),
    "approved": msg("a guardian let the game through"), "publisher": msg("publisher"), "age": msg("age of the player"),
}  # fmt: skip


@dataclass
class Undecided:
    """Counts plays, by why."""

    _times: dict[Why, Times] = field(default_factory=dict)

    def add(self, why: Why, where: Arg) -> None:
        self._times.setdefault(why, Times()).see(where)

    def findings(self) -> Iterator[Finding]:
        for why, times in self._times.items():
            if times.n:
                yield Finding("kept-undecided" if why in _STRANGE else "not-decidable", times.first, msgn(
                    "{n} play, this one, cannot be decided again by all its rules: {why}",
                    "{n} plays, this one first, cannot be decided again by all their rules: {why}", times.n, why=_WHY[why],
                ))  # fmt: skip


def finding(run: Run, found: Over) -> Finding:
    """`found` has a reason: no play ends without one."""
    reason, zone = found.decision.reason, found.ruled.bound.zone
    kind, why = _BROKEN["budget" if reason is None else reason.kind]
    id_ = "" if reason is None else reason.rule
    rule = next((one for pack in found.ruled.rules.packs or () for one in pack.rules if one.id == id_), None)
    at: Arg = Moment(found.at, zone, "full") if 0 <= found.at < NO_MOMENT else str(found.at)
    told: dict[str, Arg] = {"game": run.game, "length": Length(found.ms), "at": at, "rule": id_, "why": why}
    said = msg("{game} was played for {length} from {at} on: {why} (rule {rule})", **told)
    cite, addressee = ("", None) if rule is None else (rule.cite, rule.addressee)
    return Finding(kind, run.where, said, run.seat, found.at, cite, addressee)


def unended(run: Run, ms: int) -> Finding:
    """A play that was due, and of which its seat says nothing more."""
    told: dict[str, Arg] = {"game": run.game, "length": Length(ms)}
    said = msg("{game} was due, and for {length} after its time to save no entry says that it ended", **told)
    return Finding("unended", run.where, said, run.seat, None if run.due is None else run.due[0])


def contradictions(where: Arg, line: PlayDue, run: Run) -> Iterator[Failure]:
    """What the decision says otherwise than its play did last."""
    if not run.ruled:
        return
    ruled = run.ruled[-1]
    bound = ruled.bound
    said: dict[str, tuple[object, object]] = {
        "place": (line.place, bound.place), "guardian": (line.guardian, bound.guardian), "label": (line.label, ruled.label),
        "approved": (line.approved, ruled.approved), "publisher": (line.publisher, ruled.publisher),
    }  # fmt: skip
    if line.zone == bound.zone:
        said["age"] = (line.age, ruled.age)
    for name, (told, known) in said.items():
        if told != known:
            fields = {"field": _FIELDS[name], "told": _value(told), "known": _value(known)}
            yield Failure(where, msg("{field}: it says {told}, and its play's entries {known}", **fields))
    if not _in_force(line, ruled):
        yield Failure(where, msg("its play's entries do not say that the pack {pack} was in force", pack=line.pack[:12]))


def _in_force(line: PlayDue, ruled: Ruled) -> bool:
    bound = ruled.bound
    if line.pack == HOUSE:
        return bound.house
    packs = (*bound.place_packs, *bound.packs)
    return not line.pack or any((one.sha256, one.params) == (line.pack, line.params) for one in packs)


def _value(value: object) -> Arg:
    if isinstance(value, bool):
        return msg("yes") if value else msg("no")
    return "–" if value is None else PLACES.get(str(value), str(value))
