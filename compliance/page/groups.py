"""Findings by article and kind, gaps by kind and seat: many of one kind are one line, with the first three. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.verifying.overview import PlaceAt
from compliance.verifying.report import NO_MOMENT, Finding, Gap
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


def articles(findings: Iterable[Finding], places: Sequence[PlaceAt], zone: str) -> tuple[Article, ...]:
    """Violations first, then by count."""
    known: dict[tuple[str, Addressee | None, bool], list[Finding]] = {}
    for one in findings:
        if one.cite:
            known.setdefault((one.cite, one.addressee, _violates(one, places)), []).append(one)
    made = (Article(*key, by_kind(found, zone)) for key, found in known.items())
    return tuple(sorted(made, key=lambda one: (not one.violation, -one.count, one.cite)))


def by_kind(findings: Iterable[Finding], zone: str) -> tuple[Group, ...]:
    """In the order of their first ones."""
    known: dict[str, list[Finding]] = {}
    for one in findings:
        known.setdefault(one.kind, []).append(one)
    return tuple(_group(kind, found, zone) for kind, found in known.items())


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


def _violates(one: Finding, places: Sequence[PlaceAt]) -> bool:
    """Whether the place was one then that this is the duty of; before its first word, what it said first."""
    if one.addressee != "point" or not places:
        return False
    now = len(places) if one.at is None else max(1, bisect_right(places, one.at, key=lambda place: place.at))
    return places[now - 1].place in OWNED


def _group(kind: str, found: Sequence[Finding], zone: str) -> Group:
    moments = sorted(one.at for one in found if one.at is not None and 0 <= one.at < NO_MOMENT)
    days = {day_name(zone, at) for at in moments}
    seats = tuple(sorted({one.seat for one in found if one.seat}))
    first, last = (moments[0], moments[-1]) if moments else (None, None)
    return Group(kind, len(found), len(days), first, last, seats, tuple(found[:FIRST]))
