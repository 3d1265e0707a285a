"""Whether a public place was open when somebody was logged on: to operate after hours is an offence, whoever plays. Pure.

What counts are minutes in which the seat was alive, by its `presence`: a PC that sleeps with somebody logged on is not used.
Where a seat tells who is logged on, somebody was while a game was played; and a session is over for a reason that there was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded
from compliance.entries.seat import SeatStart, SessionClosed, SessionOpened
from compliance.entry import AnyEntry
from compliance.verifying.alive import HOUR, MINUTE_MS
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.listed import Faults, Times
from compliance.verifying.opening import opening
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import NO_MOMENT, NOWHERE, Failure, Finding
from compliance.verifying.wanted import Wants
from compliance.verifying.watched import joined, span_bits
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import day_bounds

_HOME = "home"
CLOSING_MS = 15 * MINUTE_MS  # that shutting up may take
_LAST = NO_MOMENT // MINUTE_MS
_HOUR_MS = HOUR * MINUTE_MS

_WHAT = {
    "unseen": msg("it says that nobody looked when somebody logged off, and the seat had not been started anew"),
    "unwatched": msg("it says that this is a home, where nobody looks who is logged on, and it was none"),
    "nobody": msg("a game was played while nobody was logged on in front of the PC"),
}
_SHORT_MS = 3 * MINUTE_MS  # what comes and goes in less nobody need have seen
_APART_MS = 10 * MINUTE_MS

_Span = tuple[int, int]
"""The first minute since 1970, and the one after the last."""


@dataclass(slots=True)
class _Seat:
    """`open`: by the seq of their entries, since which minute. `told`: up to when it said who was logged on, since it was said
    for the time `homes` that the place is a home; `untold`: plays of which it did not. `started`: seq and moment of the start
    of its run.
    """

    open: dict[int, int] = field(default_factory=dict)
    over: list[_Span] = field(default_factory=list)
    told: int | None = None
    homes: int = 0
    untold: Times = field(default_factory=Times)
    started: tuple[int, int] = (0, 0)


@dataclass
class LoggedOn:
    """`agents` each of its entries, take what it `wants`; then `failures` and `findings`. `presence`: of each seat."""

    presence: Mapping[str, SeatPresence]
    failures: Faults = field(default_factory=Faults)
    _since: int = 0  # nothing is found of before
    _moments: list[int] = field(default_factory=list)
    _hours: list[tuple[int, int]] = field(default_factory=list)  # from each of these moments on
    _seats: defaultdict[str, _Seat] = field(default_factory=lambda: defaultdict(_Seat))
    _home_to: int = 0  # until when the place was a home
    _homes: int = 0  # how often that was said
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "paired"))

    def wants(self) -> Wants:
        return {
            PlaceChanged: self._placed, SessionOpened: self._open, SessionClosed: self._close, SeatStart: self._start,
            PlayEnded: self._played,
        }  # fmt: skip

    def agents(self, where: Arg, line: AnyEntry) -> None:
        if where == NOWHERE:
            self._since = NO_MOMENT
        elif self._since == NO_MOMENT:
            self._since = line.wall

    def _placed(self, _: Arg, line: PlaceChanged) -> None:
        if line.place == _HOME:
            self._home_to = NO_MOMENT
            self._homes += 1
        elif self._home_to == NO_MOMENT:
            self._home_to = line.wall
        self._moments.append(max(line.wall, self._moments[-1] if self._moments else line.wall))
        self._hours.append(opening(line.place, line.hours))

    def _seat(self, name: str) -> _Seat:
        """At a home it tells nothing, and so begins anew after it."""
        seat = self._seats[name]
        if seat.homes != self._homes:
            seat.told, seat.homes = None, self._homes
        return seat

    def _start(self, _: Arg, line: SeatStart) -> None:
        self._seats[line.seat].started = line.seq, line.wall

    def _open(self, _: Arg, line: SessionOpened) -> None:
        seat = self._seat(line.seat)
        seat.open[line.seq] = line.wall // MINUTE_MS
        seat.told = max(line.wall, seat.told or 0)

    def _close(self, where: Arg, line: SessionClosed) -> None:
        seat = self._seat(line.seat)
        if (opened := seat.open.pop(line.opened, None)) is None:
            self.failures.append(Failure(where, msg("no session {n} of this seat is open", n=str(line.opened))))
        else:
            seq, began = seat.started
            over = line.wall
            if line.how == "unseen" and 0 <= line.wall - began <= _SHORT_MS:  # it ended before this run, and its clock
                over = min(began, self.presence[line.seat].parted)
            seat.over.append((opened, -(-over // MINUTE_MS)))
            seat.told = None if line.how == "unwatched" else max(line.wall, seat.told or 0)
            if line.how == "unseen" and seq < line.opened:
                self._tally.see("unseen", where, line)
            if line.how == "unwatched" and self._home_to < opened * MINUTE_MS - _APART_MS:
                self._tally.see("unwatched", where, line)

    def _played(self, where: Arg, line: PlayEnded) -> None:
        """By a seat that says who is logged on, which it does at no home."""
        seat = self._seat(line.seat)
        if seat.open or line.late or not self._moments or self._home_to > line.since - _APART_MS:
            return
        if line.since + line.span - max(line.since, seat.told or 0) < _SHORT_MS:
            return
        if seat.told is None:
            seat.untold.see(where)
        else:
            self._tally.see("nobody", where, line)

    def findings(self, zone: str) -> Iterator[Finding]:
        """Days are those of `zone`."""
        yield from self._tally.findings()
        for name, seat in self._seats.items():
            if seat.untold.n:
                yield Finding("untold", seat.untold.first, msgn(
                    "{n} play at a public place, from here on, of which seat {seat} does not say who was logged on",
                    "{n} plays at a public place, from here on, of which seat {seat} does not say who was logged on",
                    seat.untold.n, seat=name,
                ), seat=name)  # fmt: skip
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
