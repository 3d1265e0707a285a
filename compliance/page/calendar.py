"""Coverage as a calendar: of each seat, day and opening hour, how much of it somebody watched. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from compliance.verifying.opening import DAY, opening
from compliance.verifying.overview import PlaceAt
from compliance.verifying.report import NO_MOMENT, Gap
from compliance.verifying.watched import HOUR, MINUTE_MS, SeatMinutes, joined, span_bits, span_minutes

MOST_DAYS = 92
MOST_CELLS = 250_000
_BROKEN = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNTOLD = 2 * HOUR  # a running seat writes its presence once an hour

Span: TypeAlias = tuple[int, int]
Mark: TypeAlias = Literal["closed", "off", "whole", "part", "none"]


@dataclass(frozen=True, slots=True)
class Share:
    """Minutes: `open` of the opening hours, of these `off` in an orderly way, and `missing`: neither off nor alive. `broken`:
    a gap that nobody explains lies in it, of which at least a minute is missing. `public`: how many of the `open` ones were
    opening hours of a public place, where a PC that was off was not watched.
    """

    open: int = 0
    off: int = 0
    missing: int = 0
    broken: bool = False
    public: int = 0

    def __add__(self, other: Share) -> Share:
        together = self.open + other.open, self.off + other.off, self.missing + other.missing
        return Share(*together, self.broken or other.broken, self.public + other.public)

    @property
    def mark(self) -> Mark:
        """A twentieth does not count either way, as a busy PC misses a minute; what is known as a gap does."""
        wanted = self.open - self.off
        if not self.open:
            return "closed"
        if not wanted:
            return "off"
        if self.missing * 20 >= wanted * 19:
            return "none"
        return "part" if self.broken or self.missing * 20 > wanted else "whole"

    @property
    def percent(self) -> str:
        """What was watched of the opening hours; at a home, of the time that it was on. Cut, not rounded."""
        wanted = max(self.open - self.off, self.public)
        return str((self.open - self.off - self.missing) * 100 // wanted) if wanted else "–"


@dataclass(frozen=True, slots=True)
class SeatCalendar:
    """Of one seat the shares by (day, hour of the day)."""

    seat: str
    hours: dict[tuple[date, int], Share]

    def day(self, day: date) -> Share:
        return sum((self.hours.get((day, hour), Share()) for hour in range(24)), Share())

    def hour(self, hour: int) -> Share:
        return sum((share for (_, at), share in self.hours.items() if at == hour), Share())

    @property
    def whole(self) -> Share:
        return sum(self.hours.values(), Share())


@dataclass(frozen=True, slots=True)
class Coverage:
    """`days`: all of them, in order, at most MOST_DAYS, the last ones; `hours`: those in which the place is ever open."""

    days: tuple[date, ...] = ()
    hours: tuple[int, ...] = ()
    seats: tuple[SeatCalendar, ...] = ()


def broken(found: Coverage) -> Iterator[tuple[SeatCalendar, list[date]]]:
    """Of each seat the days on which hours were missed; of many seats, those that missed most."""
    for seat in sorted(found.seats, key=lambda one: -one.whole.missing)[:_BROKEN]:
        days = [day for day in found.days if seat.day(day).mark in {"part", "none"}]
        if days:
            yield seat, days


def coverage(
    seats: Sequence[SeatMinutes], places: Sequence[PlaceAt], zone: str, end: int, gaps: Iterable[Gap] = ()
) -> Coverage:
    """Up to the moment `end` (Unix ms), the last that the log knows of, by the place's zone at its end. `gaps`: those that
    nobody explains.
    """
    if not seats or not 0 <= end < NO_MOMENT:
        return Coverage()
    last = end // MINUTE_MS
    seats = sorted(seats, key=lambda one: one.seat)[: MOST_CELLS // 24]
    days = max(1, min(MOST_DAYS, MOST_CELLS // 24 // len(seats)))
    first = max(min(one.first for one in seats), last - days * DAY)
    slots = tuple(_slots(first, last, ZoneInfo(zone), _Opening(places)))
    by_seat: dict[str, list[Span]] = {}
    for gap in gaps:
        by_seat.setdefault(gap.seat, []).append((gap.start // MINUTE_MS, gap.end // MINUTE_MS + 1))
    made = tuple(_calendar(seat, slots, last, joined(by_seat.get(seat.seat, ()))) for seat in seats)
    shown = sorted({day for one in made for day, _ in one.hours})[-days:]
    opened = Counter(hour for one in made for (_, hour), share in one.hours.items() if share.open)
    return Coverage(tuple(shown), tuple(sorted(opened)), made)


@dataclass(frozen=True, slots=True)
class _Slot:
    """An hour, or what a change of summer time left of it: from which minute on, where on the calendar, when it was open, and
    whether the place was a public one.
    """

    first: int
    day: date
    hour: int
    open: int
    public: bool


def _slots(first: int, last: int, zone: ZoneInfo, opening: _Opening) -> Iterator[_Slot]:
    minute = first
    while minute < last:
        there = (_EPOCH + timedelta(minutes=minute)).astimezone(zone)  # fromtimestamp ends on Windows with the year 3000
        start = minute - there.minute
        yield _Slot(start, there.date(), there.hour, *opening.bits(start, there.hour))
        minute = start + HOUR


class _Opening:
    """When the place was open. A home always is: there a seat's own hours count."""

    def __init__(self, places: Sequence[PlaceAt]) -> None:
        self._at = [one.at // MINUTE_MS for one in places]
        self._spans = [(*opening(one.place, one.hours), one.place != "home") for one in places]

    def bits(self, minute: int, hour: int) -> tuple[int, bool]:
        start, end, public = self._spans[max(0, bisect_right(self._at, minute) - 1)] if self._at else (0, DAY, False)
        now = hour * HOUR
        if start <= end:
            return span_bits(start - now, end - now), public
        return span_bits(start - now, HOUR) | span_bits(0, end - now), public


def _calendar(seat: SeatMinutes, slots: Sequence[_Slot], last: int, gaps: Sequence[Span]) -> SeatCalendar:
    """`gaps`: disjoint [start, end) in minutes since 1970, in order."""
    end = seat.last if seat.over or last - seat.last <= _UNTOLD else last
    end = min(last, max(end, gaps[-1][1])) if gaps else end
    hours: dict[tuple[date, int], Share] = {}
    for slot in slots:
        open_ = slot.open & span_bits(seat.first - slot.first, end - slot.first)
        if open_:
            alive, off = seat.minutes(slot.first)
            off &= open_ & ~alive
            missing = open_ & ~off & ~alive
            broken = bool(span_minutes(gaps, slot.first) & open_ & ~off)
            minutes = open_.bit_count()
            share = Share(
                minutes, off.bit_count(), max(missing.bit_count(), broken), broken, minutes if slot.public else 0
            )  # fmt: skip
            twice = hours.get((slot.day, slot.hour))  # an hour that the end of summer time repeats
            hours[slot.day, slot.hour] = share if twice is None else twice + share
    return SeatCalendar(seat.seat, hours)
