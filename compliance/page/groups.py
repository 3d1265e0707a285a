"""Findings by article and kind, gaps by kind and seat: many of one kind are one line, with the first three. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from compliance.verifying.overview import PlaceAt
from compliance.verifying.report import NO_MOMENT, UNTOLD, Finding, Gap
from rules.calendar import day_name
from rules.policy import Addressee

FIRST = 3
OWNED = frozenset({"game-point", "agent-without-games"})


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one kind: how many, on how many days, from when to when (None: no moment is told), on which seats."""

    kind: str
    count: int
    days: int
    first: int | None
    last: int | None
    seats: tuple[str, ...]
    shown: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """What was not kept of one article. `violation`: it is the duty of the log's owner."""

    cite: str
    addressee: Addressee | None
    violation: bool
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


@dataclass(frozen=True, slots=True)
class SeatGaps:
    """Some gaps of one seat: how many, `ms` together, and the first of them."""

    seat: str
    count: int
    ms: int
    shown: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapGroup:
    """All gaps of one kind that nothing explains, by seat, the longest first; `could`: who else could tell."""

    kind: str
    seats: tuple[SeatGaps, ...]
    could: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.seats)

    @property
    def ms(self) -> int:
        return sum(one.ms for one in self.seats)


@dataclass(slots=True)
class _Many:
    """Findings of one kind, as they are gone through. `moments`: those that are told."""

    count: int = 0
    moments: list[int] = field(default_factory=list)
    seats: set[str] = field(default_factory=set)
    shown: list[Finding] = field(default_factory=list)

    def add(self, seat: str, moments: Iterable[int]) -> None:
        for at in moments:
            self.count += 1
            if 0 <= at < NO_MOMENT:
                self.moments.append(at)
        if seat:
            self.seats.add(seat)

    def show(self, one: Finding) -> None:
        if len(self.shown) < FIRST:
            self.shown.append(replace(one, others=()) if one.others else one)

    def group(self, kind: str, zone: str) -> Group:
        days = {day_name(zone, at) for at in self.moments}
        first, last = (min(self.moments), max(self.moments)) if self.moments else (None, None)
        return Group(kind, self.count, len(days), first, last, tuple(sorted(self.seats)), tuple(self.shown))


_Kinds = dict[str, _Many]


def articles(findings: Iterable[Finding], places: Sequence[PlaceAt], zone: str) -> tuple[Article, ...]:
    """Violations first, then by count."""
    known: dict[tuple[str, Addressee | None, bool], _Kinds] = {}

    def many(one: Finding, at: int) -> _Many:
        kinds = known.setdefault((one.cite, one.addressee, _violates(one.addressee, at, places)), {})
        return kinds.setdefault(one.kind, _Many())

    against = [one for one in findings if one.cite]
    for one in against:
        found = many(one, _at(one))
        found.add(one.seat, (_at(one),))
        found.show(one)
    for one in against:
        for at in one.others:
            many(one, at).add(one.seat, (at,))
    made = (Article(*key, _groups(kinds, zone)) for key, kinds in known.items())
    return tuple(sorted(made, key=lambda one: (not one.violation, -one.count, one.cite)))


def by_kind(findings: Iterable[Finding], zone: str) -> tuple[Group, ...]:
    """In the order of their first ones."""
    known: _Kinds = {}
    for one in findings:
        many = known.setdefault(one.kind, _Many())
        many.add(one.seat, (_at(one), *one.others))
        many.show(one)
    return _groups(known, zone)


def _groups(known: _Kinds, zone: str) -> tuple[Group, ...]:
    return tuple(many.group(kind, zone) for kind, many in known.items())


def _at(one: Finding) -> int:
    return UNTOLD if one.at is None else one.at


def gap_groups(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    """The longest first."""
    known: dict[str, dict[str, list[Gap]]] = {}
    for gap in gaps:
        if not gap.explained:
            known.setdefault(gap.kind, {}).setdefault(gap.seat, []).append(gap)
    return tuple(sorted((_gaps(*one) for one in known.items()), key=lambda one: -one.ms))


def _gaps(kind: str, found: Mapping[str, Sequence[Gap]]) -> GapGroup:
    seats = (SeatGaps(seat, len(gaps), length(gaps), tuple(gaps[:FIRST])) for seat, gaps in found.items())
    could = {who for gaps in found.values() for gap in gaps for who in gap.could}
    return GapGroup(kind, tuple(sorted(seats, key=lambda one: (-one.ms, one.seat))), tuple(sorted(could)))


def length(gaps: Iterable[Gap]) -> int:
    return sum(max(0, gap.end - gap.start) for gap in gaps)


def _violates(addressee: Addressee | None, at: int, places: Sequence[PlaceAt]) -> bool:
    """Whether the place was one then that this is the duty of; before its first word, what it said first."""
    if addressee != "point" or not places:
        return False
    now = len(places) if at == UNTOLD else max(1, bisect_right(places, at, key=lambda place: place.at))
    return places[now - 1].place in OWNED
