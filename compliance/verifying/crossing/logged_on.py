"""Whether a public place was open when somebody was logged on: to operate after hours is an offence, whoever plays. Pure.

What counts are minutes in which the seat was alive, by its `presence`: a PC that sleeps with somebody logged on is not used.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compliance.entries.place import PlaceChanged
from compliance.entries.seat import SessionClosed, SessionOpened
from compliance.entry import AnyEntry
from compliance.verifying.alive import HOUR, MINUTE_MS
from compliance.verifying.listed import Faults
from compliance.verifying.opening import opening
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import NO_MOMENT, Failure, Finding
from compliance.verifying.wanted import Wants
from compliance.verifying.watched import joined, span_bits
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import day_bounds

CLOSING_MS = 15 * MINUTE_MS  # that shutting up may take
_LAST = NO_MOMENT // MINUTE_MS
_HOUR_MS = HOUR * MINUTE_MS

_Span = tuple[int, int]
"""The first minute since 1970, and the one after the last."""


@dataclass(slots=True)
class _Seat:
    """`open`: by the seq of their entries, since which minute."""

    open: dict[int, int] = field(default_factory=dict)
    over: list[_Span] = field(default_factory=list)


@dataclass
class LoggedOn:
    """`agents` each of its entries, take what it `wants`; then `failures` and `findings`. `presence`: of each seat."""

    presence: Mapping[str, SeatPresence]
    failures: Faults = field(default_factory=Faults)
    _since: int = 0  # nothing is found of before
    _moments: list[int] = field(default_factory=list)
    _hours: list[tuple[int, int]] = field(default_factory=list)  # from each of these moments on
    _seats: defaultdict[str, _Seat] = field(default_factory=lambda: defaultdict(_Seat))

    def wants(self) -> Wants:
        return {PlaceChanged: self._placed, SessionOpened: self._open, SessionClosed: self._close}

    def agents(self, line: AnyEntry, *, judged: bool) -> None:
        if not judged:
            self._since = NO_MOMENT
        elif self._since == NO_MOMENT:
            self._since = line.wall

    def _placed(self, _: Arg, line: PlaceChanged) -> None:
        self._moments.append(max(line.wall, self._moments[-1] if self._moments else line.wall))
        self._hours.append(opening(line.place, line.hours))

    def _open(self, _: Arg, line: SessionOpened) -> None:
        self._seats[line.seat].open[line.seq] = line.wall // MINUTE_MS

    def _close(self, where: Arg, line: SessionClosed) -> None:
        seat = self._seats[line.seat]
        if (opened := seat.open.pop(line.opened, None)) is None:
            self.failures.append(Failure(where, msg("no session {n} of this seat is open", n=str(line.opened))))
        else:
            seat.over.append((opened, -(-line.wall // MINUTE_MS)))

    def findings(self, zone: str) -> Iterator[Finding]:
        """Days are those of `zone`."""
        for name, seat in self._seats.items():
            spans = joined([*seat.over, *((since, _LAST) for since in seat.open.values())])
            days: Counter[int] = Counter()
            first = NO_MOMENT
            for at, minutes in self._outside(name, spans, zone):
                days[day_bounds(zone, at)[0]] += minutes
                first = min(first, at)
            if days:
                yield Finding("logged-on", msg("seat {seat}", seat=name), msgn(
                    "outside the opening hours somebody was logged on, on {n} day, {length} together",
                    "outside the opening hours somebody was logged on, on {n} days, {length} together",
                    len(days), length=Length(days.total() * MINUTE_MS),
                ), seat=name, at=first)  # fmt: skip

    def _outside(self, seat: str, spans: Sequence[_Span], zone: str) -> Iterator[tuple[int, int]]:
        """The first moment of an hour, and how many of its minutes lie in a span and outside the hours of the place."""
        starts = [start for start, _ in spans]
        for hour, alive in self.presence[seat].alive.hours.items() if seat in self.presence else ():
            number, first = bisect_right(starts, hour * HOUR + HOUR - 1) - 1, hour * HOUR
            closed = None if first * MINUTE_MS >= self._since else 0
            while number >= 0 and spans[number][1] > first and 0 <= first < _LAST - HOUR:
                closed = self._shut_in(hour, zone) if closed is None else closed
                start, end = spans[number]
                if outside := alive & closed & span_bits(start - first, end - first):
                    yield first * MINUTE_MS, outside.bit_count()
                number -= 1

    def _shut_in(self, hour: int, zone: str) -> int:
        """The minutes of an hour in which it was closed. A day may begin in it."""
        start, shut = hour * _HOUR_MS, 0
        for day, next_day in {day_bounds(zone, start), day_bounds(zone, start + _HOUR_MS - 1)}:
            for first, last in self._shut(day, next_day):
                shut |= span_bits((max(first, day) - start) // MINUTE_MS, (min(last, next_day) - start) // MINUTE_MS)
        return shut

    def _shut(self, day: int, next_day: int) -> Iterator[tuple[int, int]]:
        """When it was closed on this day, by what the place had said when the day began, or else first."""
        if not self._hours:
            return
        hours = self._hours[max(0, bisect_right(self._moments, day) - 1)]
        opens, closes = (day + minute * MINUTE_MS for minute in hours)
        if opens <= closes:
            yield day + max(0, closes + CLOSING_MS - next_day), opens
            yield closes + CLOSING_MS, next_day
        else:
            yield closes + CLOSING_MS, opens
