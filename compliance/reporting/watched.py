"""When each seat was on, and when nobody can tell: its presence as the verifier sees it, told as it comes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from compliance.entries.log import Restored
from compliance.entries.seat import Presence, SeatRetired, SeatStart
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.owed import about
from compliance.verifying.presence import SeatPresence, begun
from compliance.verifying.report import NOWHERE
from compliance.verifying.watched import MINUTE_MS

_LAST = 10  # backups that were put back: a seat starts soon after one
QUIET_MS = 2 * 60 * MINUTE_MS  # a seat that is on writes a row of presence each hour


class Counting(Protocol):
    """What takes what is found."""

    def alive(self, entry: int, seat: str, since: int, ms: int) -> None: ...
    def gap(self, entry: int, seat: str, start: int, end: int, how: str) -> None: ...


@dataclass(slots=True)
class _Seat:
    presence: SeatPresence
    entry: int = 0  # its last one
    over: bool = False  # another says that it followed it, and nothing came since
    retired: int | None = None  # when the agent said that its PC is gone: up to then it is missing


class Watched:
    """`take` every entry of the log in order, then `finish`."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._seats: dict[str, _Seat] = {}
        self._presences: dict[str, SeatPresence] = {}
        self._restored: list[Restored] = []

    def take(self, index: int, line: AnyEntry) -> None:
        seat = self._seats.get(line.seat)
        if seat is None:
            presence = self._presences[line.seat] = begun(line, self._presences)
            seat = self._seats[line.seat] = _Seat(presence)
        seat.entry, seat.over = index, False
        presence = seat.presence
        alive = presence.alive.total
        presence.take(NOWHERE, line)
        alive = (presence.alive.total - alive) * MINUTE_MS
        if type(line) is Presence:
            self._counting.alive(index, line.seat, line.since, alive)
        elif type(line) is SeatStart:
            if line.lost_from is not None:
                self._counting.alive(index, line.seat, line.lost_from - alive, alive)  # the minutes before it
            if presence.gaps:
                gap = presence.gaps.pop()
                how = "off" if gap.explained else gap.kind
                if how == "lost" and any(about(gap, one) for one in self._restored):
                    how = "restored"
                self._counting.gap(index, line.seat, gap.start, gap.end, how)
            if isinstance(line.follows, str) and line.follows in self._seats:
                self._seats[line.follows].over = line.follows != line.seat
        elif type(line) is Restored and line.seat == AGENT:
            self._restored = [*self._restored, line][-_LAST:]
        elif type(line) is SeatRetired and line.seat == AGENT and line.id in self._seats:
            self._seats[line.id].retired = line.wall

    def finish(self, agent: str, end: int | None) -> None:
        """The log ends (None: at the latest that a seat says): whoever did not stop and was not heard since is missing. The
        `agent` is no seat.
        """
        if end is None:
            end = max((seat.presence.last for seat in self._seats.values()), default=0)
        for name, seat in self._seats.items():
            if name == agent or seat.over:
                continue
            to = end if seat.retired is None else min(end, seat.retired)
            if (stop := seat.presence.stopped) is not None:
                self._counting.gap(seat.entry, name, stop.wall, to, "off")
            elif to - seat.presence.last > QUIET_MS:
                self._counting.gap(seat.entry, name, seat.presence.last, to, "lost")
