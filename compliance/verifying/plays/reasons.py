"""What entries say that bound a play, and what is said of one: why it cannot be decided again, by which rule it went on for too
long, what its decision contradicts. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, get_args

from msgspec import UNSET

from compliance.entries.decision import PlayDue
from compliance.entries.play import Bound, PlayEnded, PlayRuled, PlayStarted
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.changes import PLACES
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.plays.binding import Part, Policies, Rules, Why, same_day
from compliance.verifying.plays.over import Over
from compliance.verifying.plays.runs import LEAVE_MS, SLEPT_MS, Ruled, Run, Seat
from compliance.verifying.report import NO_MOMENT, NOWHERE, Failure, Finding
from i18n.message import Arg, Length, Message, Moment, msg, msgn
from rules.policy import Place, Rule

_WHY: Final[Mapping[Why, Message]] = MappingProxyType({
    "older": msg("their entries do not say what was in force"),
    "own": msg("a player's own limits bound them besides, and the log does not hold these"),
    "seats": msg("the player played at another seat that day, too, and whether this one knew of that is not told"),
    "long": msg("a rule counts more than one day, and the log does not say who played on the day before"),
    "unseen": msg("the PC slept, its clock was set, or nobody saw a play's end"),
    "text": msg("the text of a pack is missing or not valid"),
    "zone": msg("a rule's day is not the day of the place's time zone"),
    "abroad": msg("the place's own rules are of a land with another time zone than the place"),
    "odd": msg("no rule can be asked about their moments or numbers"),
    "many": msg("there is too much of one player's day, or of different rules, to decide each again"),
})  # fmt: skip
_STRANGE: Final = frozenset({"many", "abroad"})  # nothing that an honest place has


@dataclass
class Undecided:
    """Counts plays, by why."""

    _counts: dict[Why, int] = field(default_factory=dict)
    _first: dict[Why, Arg] = field(default_factory=dict)

    def add(self, why: Why, where: Arg) -> None:
        if where == NOWHERE:
            return
        self._first.setdefault(why, where)
        self._counts[why] = self._counts.get(why, 0) + 1

    def findings(self) -> Iterator[Finding]:
        for why, n in self._counts.items():
            kind = "kept-undecided" if why in _STRANGE else "not-decidable"
            yield Finding(kind, self._first[why], msgn(
                "{n} play, this one, cannot be decided again by all its rules: {why}",
                "{n} plays, this one first, cannot be decided again by all their rules: {why}", n, why=_WHY[why],
            ))  # fmt: skip


_VERSION: Final = re.compile(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})(?![0-9])")
_FIRST: Final = (0, 1, 0)


@dataclass
class Unsaid:
    """`end` each play that is `unsaid`, or `open` it once all entries were taken; then ask `findings`."""

    _found: Listed = field(default_factory=Listed)

    def end(self, run: Run, line: PlayEnded) -> None:
        """A play that is written once more, for another log or by another name, is over by then: nobody knows what bound it."""
        at_once = line.how == "gone" and line.boot == run.boot and line.mono - run.mono <= SLEPT_MS
        before = not _fresh(run) and line.ms - (run.at - run.since) <= LEAVE_MS
        self._tell(run, again=line.late and (at_once or before))

    def open(self, run: Run) -> None:
        self._tell(run, again=not _fresh(run))

    def _tell(self, run: Run, *, again: bool) -> None:
        if not run.ruled and not again:
            said = msg("its entry does not say what was in force, as each version that was ever released does")
            self._found.add(Finding("not-said", run.where, said, run.seat, run.at))

    def findings(self) -> Iterator[Finding]:
        yield from self._found


def tells(version: str) -> bool:
    """Whether seats of this version say of each play what was in force, as all do that were released."""
    found = _VERSION.match(version)
    return found is not None and tuple(map(int, found.groups())) >= _FIRST


def _fresh(run: Run) -> bool:
    return abs(run.at - run.since) <= SLEPT_MS


KINDS: Final[Mapping[str, str]] = MappingProxyType({
    "pause": "paused", "rating": "label-above-age", "guardian": "no-guardian", "ask": "not-asked", "window": "after-hours",
    "break": "no-break", "budget": "over-cap",
})  # fmt: skip

_BROKEN: Final[Mapping[str, Message]] = MappingProxyType({
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
    told: dict[str, Arg] = {"game": run.game, "length": Length(found.ms), "at": at, "rule": rule, "why": _BROKEN[kind]}
    return msg("{game} was played for {length} from {at} on: {why} (rule {rule})", **told)


_FIELDS: Final[dict[str, Arg]] = {
    "place": msg("kind of place"), "guardian": msg("a guardian is registered"), "label": msg("age label"),
    "approved": msg("a guardian let the game through"), "publisher": msg("publisher"), "age": msg("age of the player"),
}  # fmt: skip


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


_OLDEST: Final = 150  # in years
_PLACES: Final = frozenset(get_args(Place))


@dataclass
class Binding:
    """`read` each such entry. What cannot be is a failure."""

    policies: Policies
    undecided: Undecided
    failures: Faults

    def read(self, where: Arg, line: PlayStarted | PlayRuled, seat: Seat) -> Ruled | None:
        """What the entry says bound it. None: nothing, or what cannot be."""
        bound = line.bound
        if bound is UNSET:
            self.undecided.add("older", where)
            return None
        if isinstance(bound, int):
            said = seat.bounds.get(line.who)
            if said is None or said[0] != bound:
                untold = msg("no entry {seq} of its seat says what its player was bound by", seq=str(bound))
                self.failures.append(Failure(where, untold))
                return None
            _, bound, rules = said
        else:
            rules = self.policies.of(bound)
            seat.say(line.who, line.seq, bound, rules)
        if bound.place not in _PLACES:
            self.failures.append(Failure(where, msg("there is no kind of place {place}", place=bound.place)))
            return None
        if line.age is not None and not 0 <= line.age <= _OLDEST:
            self.failures.append(Failure(where, msg("{age} is not an age", age=str(line.age))))
            return None
        return self._ruled_by(where, line, bound, rules)

    def _ruled_by(self, where: Arg, line: PlayStarted | PlayRuled, bound: Bound, rules: Rules) -> Ruled:
        part: Part = "all"
        try:
            if rules.packs and not same_day(rules, bound.zone, line.wall):
                part = "none"
                self._elsewhere(where, bound, rules)
        except (ValueError, OverflowError):
            rules = Rules(None, "odd")
        system = line.system if line.system is not UNSET else "VN"
        return Ruled(
            line.wall, rules, bound, line.age, line.label, system, line.publisher, line.approved is True, part
        )  # fmt: skip

    def _elsewhere(self, where: Arg, bound: Bound, rules: Rules) -> None:
        """Its rules' days are others than its place's, by which pseudonyms are. A public place lies where its rules do."""
        if bound.place != "home" and any(pack.scope == "place" and pack.zone != bound.zone for pack in rules.packs or ()):
            self.undecided.add("abroad", where)
        elif rules.counts("none"):
            self.undecided.add("zone", where)
