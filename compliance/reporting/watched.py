"""When each seat was on, and when nobody can tell: from its starts, stops and rows of presence. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from compliance.entry import AnyEntry, Presence, SeatStart, SeatStop

MINUTE_MS = 60_000
QUIET_MS = 2 * 60 * MINUTE_MS  # a seat that is on writes a row of presence each hour
_BITS = re.compile(r"[0-9a-f]{15}")


class Counting(Protocol):
    """What takes what is found."""

    def alive(self, entry: int, seat: str, since: int, ms: int) -> None: ...
    def gap(self, entry: int, seat: str, start: int, end: int, how: str) -> None: ...


@dataclass(slots=True)
class _Seat:
    entry: int = 0  # its last one
    seen: int = 0  # when that was
    stopped: int | None = None
    minute: int = 0  # before which all that is counted lies


class Watched:
    """`take` every entry of the log in order, then `finish`."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._seats: dict[str, _Seat] = {}
        self._end = 0

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
        seat.entry = index
        if line.wall > seat.seen:
            seat.seen = line.wall
            self._end = max(self._end, line.wall)

    def finish(self, agent: str) -> None:
        """The log ends: whoever did not stop and was not heard since is missing. The `agent` is no seat."""
        for name, seat in self._seats.items():
            if name == agent:
                continue
            if seat.stopped is not None:
                self._counting.gap(seat.entry, name, seat.stopped, self._end, "off")
            elif self._end - seat.seen > QUIET_MS:
                self._counting.gap(seat.entry, name, seat.seen, self._end, "lost")

    def _start(self, index: int, line: SeatStart, seat: _Seat) -> None:
        if seat.stopped is not None:
            self._counting.gap(index, line.seat, seat.stopped, line.wall, "off")
        elif seat.seen or not line.clean:
            lost = seat.seen if line.lost_from is None else line.lost_from
            self._counting.gap(index, line.seat, lost or line.wall, line.wall, "lost")
        seat.stopped = None

    def _present(self, index: int, line: Presence, seat: _Seat) -> None:
        """Minutes that an earlier row told of count once."""
        if not _BITS.fullmatch(line.bits):
            return
        first = line.since // MINUTE_MS
        bits = int(line.bits, 16) >> max(0, seat.minute - first)
        seat.minute = max(seat.minute, first + 60)
        self._counting.alive(index, line.seat, line.since, bits.bit_count() * MINUTE_MS)
