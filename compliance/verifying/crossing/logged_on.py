"""Whether a public place was open when somebody was logged on: to operate after hours is an offence, whoever plays. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from compliance.entry import AnyEntry, PlaceChanged, Presence, SeatStart, SeatStop, SessionClosed, SessionOpened
from compliance.verifying.listed import Faults
from compliance.verifying.opening import opening
from compliance.verifying.report import NO_MOMENT, NOWHERE, Failure, Finding
from compliance.verifying.wanted import Wants, each
from i18n.message import Arg, Length, msg, msgn
from rules.calendar import DAY_MS, day_bounds

CLOSING_MS = 15 * 60_000  # that shutting up may take
MOST_DAYS = 31  # of one session; a longer one is looked at no further
_MINUTE_MS = 60_000


@dataclass(slots=True)
class _Seat:
    """`open`: by the seq of their entries, where and since when. `alive`: its last sign of life; `before`: of the last run."""

    open: dict[int, tuple[Arg, int]] = field(default_factory=dict)
    alive: int = 0
    before: int = 0
    closed: Counter[int] = field(default_factory=Counter)  # milliseconds outside the hours, by the day's first moment
    first: tuple[Arg, int] | None = None
    judged: bool = False


@dataclass
class LoggedOn:
    """Take what it `wants`; then `failures` and `findings`."""

    failures: Faults = field(default_factory=Faults)
    _moments: list[int] = field(default_factory=list)
    _hours: list[tuple[int, int]] = field(default_factory=list)  # from each of these moments on
    _seats: defaultdict[str, _Seat] = field(default_factory=lambda: defaultdict(_Seat))
    _over: list[tuple[str, Arg, int, int]] = field(default_factory=list)

    def wants(self) -> Wants:
        return {
            PlaceChanged: self._placed, SeatStart: self._started, SessionOpened: self._open, SessionClosed: self._close,
            **each(self._alive, Presence, SeatStop),
        }  # fmt: skip

    def _placed(self, _: Arg, line: PlaceChanged) -> None:
        self._moments.append(max(line.wall, self._moments[-1] if self._moments else line.wall))
        self._hours.append(opening(line.place, line.hours))

    def _alive(self, where: Arg, line: AnyEntry) -> None:
        """What was open when its entries began to be judged counts from there on."""
        seat = self._seats[line.seat]
        if where != NOWHERE and not seat.judged:
            seat.judged = True
            seat.open = {seq: (where, max(since, line.wall)) for seq, (_, since) in seat.open.items()}
        seat.alive = line.wall

    def _started(self, where: Arg, line: SeatStart) -> None:
        seat = self._seats[line.seat]
        seat.before = seat.alive if line.lost_from is None else min(line.lost_from, line.wall)
        self._alive(where, line)

    def _open(self, where: Arg, line: SessionOpened) -> None:
        self._alive(where, line)
        self._seats[line.seat].open[line.seq] = where, line.wall

    def _close(self, where: Arg, line: SessionClosed) -> None:
        seat = self._seats[line.seat]
        self._alive(where, line)
        if (opened := seat.open.pop(line.opened, None)) is None:
            self.failures.append(Failure(where, msg("no session {n} of this seat is open", n=str(line.opened))))
            return
        end = min(line.wall, seat.before) if line.how == "unseen" else line.wall
        if opened[0] != NOWHERE:
            self._over.append((line.seat, *opened, end))

    def findings(self, zone: str) -> Iterator[Finding]:
        """Days are those of `zone`."""
        left = [(name, *opened, seat.alive) for name, seat in self._seats.items() for opened in seat.open.values()]
        for name, where, since, end in (*self._over, *left):
            if where != NOWHERE and 0 <= since < end < NO_MOMENT:
                self._outside(self._seats[name], where, since, min(end, since + MOST_DAYS * DAY_MS), zone)
        for name, seat in self._seats.items():
            if seat.first is not None:
                yield Finding("logged-on", seat.first[0], msgn(
                    "outside the opening hours somebody was logged on, on {n} day, {length} together",
                    "outside the opening hours somebody was logged on, on {n} days, {length} together",
                    len(seat.closed), length=Length(sum(seat.closed.values())),
                ), seat=name, at=seat.first[1])  # fmt: skip

    def _outside(self, seat: _Seat, where: Arg, since: int, end: int, zone: str) -> None:
        """Adds what of this session lay outside the hours, by the day; a quarter of an hour after closing does not count."""
        at = since
        while at < end:
            day, next_day = day_bounds(zone, at)
            for first, last in self._shut(day, next_day):
                outside = min(last, end) - max(first, at)
                if outside > 0:
                    seat.closed[day] += outside
                    if seat.first is None or since < seat.first[1]:
                        seat.first = where, since
            at = next_day

    def _shut(self, day: int, next_day: int) -> Iterator[tuple[int, int]]:
        """When it was closed on this day, by what the place had said when the day began, or else first."""
        if not self._hours:
            return
        hours = self._hours[max(0, bisect_right(self._moments, day) - 1)]
        opens, closes = (day + minute * _MINUTE_MS for minute in hours)
        if opens <= closes:
            yield day + max(0, closes + CLOSING_MS - next_day), opens
            yield closes + CLOSING_MS, next_day
        else:
            yield closes + CLOSING_MS, opens
