"""When each seat was on, and when nobody can tell: from its starts, stops and rows of presence. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from compliance.entry import AnyEntry, Presence, SeatStart, SeatStop

MINUTE_MS = 60_000
QUIET_MS = 2 * 60 * MINUTE_MS  # a seat that is on writes a row of presence each hour
HOUR = 60
AHEAD = 6  # minutes that a clock may have been set back by since
_DAY = 24 * HOUR
_BITS = re.compile(r"[0-9a-f]{15}")


class Counting(Protocol):
    """What takes what is found."""

    def alive(self, entry: int, seat: str, since: int, ms: int) -> None: ...
    def gap(self, entry: int, seat: str, start: int, end: int, how: str) -> None: ...


@dataclass(slots=True)
class _Seat:
    entry: int = 0  # its last one
    seen: int = 0  # when that was, by its clock
    stopped: int | None = None
    over: bool = False  # it goes on as another seat, if at all
    days: dict[int, int] = field(default_factory=dict)  # by the day since 1970 the minutes that were told, bit 0 its first


class Watched:
    """`take` every entry of the log in order, then `finish`."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._seats: dict[str, _Seat] = {}

    def take(self, index: int, line: AnyEntry) -> None:
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = _Seat()
        if isinstance(line, Presence):
            self._present(index, line, seat)
        elif isinstance(line, SeatStart):
            self._start(index, line, seat)
        elif isinstance(line, SeatStop):
            seat.stopped = line.wall
        seat.entry, seat.seen, seat.over = index, line.wall, False

    def over(self, seat: str) -> None:
        """Another seat goes on from it."""
        self._seats[seat].over = True

    def restored(self) -> None:
        """A backup of the agent was put back: each seat begins anew under another name, or goes on writing."""
        for seat in self._seats.values():
            seat.over = True

    def finish(self, agent: str, end: int | None) -> None:
        """The log ends (None: at the latest that a seat says): whoever did not stop and was not heard since is missing. The
        `agent` is no seat.
        """
        if end is None:
            end = max((seat.seen for seat in self._seats.values()), default=0)
        for name, seat in self._seats.items():
            if name == agent or seat.over:
                continue
            if seat.stopped is not None:
                self._counting.gap(seat.entry, name, seat.stopped, end, "off")
            elif end - seat.seen > QUIET_MS:
                self._counting.gap(seat.entry, name, seat.seen, end, "lost")

    def _start(self, index: int, line: SeatStart, seat: _Seat) -> None:
        if seat.stopped is not None:
            self._counting.gap(index, line.seat, seat.stopped, line.wall, "off")
        elif seat.seen or not line.clean:
            lost = seat.seen if line.lost_from is None else line.lost_from
            self._counting.gap(index, line.seat, lost or line.wall, line.wall, "lost")
        seat.stopped = None

    def _present(self, index: int, line: Presence, seat: _Seat) -> None:
        """Minutes that an earlier row told of count once, and none that lie ahead."""
        if not _BITS.fullmatch(line.bits):
            return
        first = line.since // MINUTE_MS
        told = min(max(0, line.wall // MINUTE_MS - first + AHEAD), HOUR)
        day, late = divmod(first, _DAY)
        bits = (int(line.bits, 16) & (1 << told) - 1) << late
        new = 0
        for at, part in ((day, bits & (1 << _DAY) - 1), (day + 1, bits >> _DAY)):
            known = seat.days.get(at, 0)
            if part & ~known:
                new += (part & ~known).bit_count()
                seat.days[at] = known | part
        self._counting.alive(index, line.seat, line.since, new * MINUTE_MS)
