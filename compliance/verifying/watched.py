"""In which minutes a seat was alive, and when it was off in an orderly way: what a calendar of coverage is made of. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.entries.base import Entry
from compliance.entries.seat import Presence, SeatPowered, SeatStart, SeatStop
from rules.calendar import DAY_MS

EVER = 2**62
WATCHED: frozenset[type[Entry]] = frozenset({SeatStart, SeatStop, SeatPowered, Presence})
"""The entries that tell of it."""
MINUTE_MS = 60_000
HOUR = 60
RESTART_MS = MINUTE_MS  # programs are exchanged, or started anew, in less…
OFTEN_MS = 5 * MINUTE_MS  # …and in a day not for longer in all
UNWATCHED_MS = 5 * MINUTE_MS
AHEAD = 6  # minutes that a clock may have been set back by since
_UNTOLD = HOUR  # minutes that a presence has not yet told of, at most, when a seat is killed
_HEX, _DIGITS = 15, frozenset("0123456789abcdef")


class Minutes:
    """`hours`: by the hour since 1970, bit i is its minute i; `total`: how many they are."""

    __slots__ = ("hours", "total")

    def __init__(self) -> None:
        self.hours: dict[int, int] = {}
        self.total = 0

    def add(self, since: int, bits: int) -> None:
        """Bit i of `bits` is the minute i after `since` (minutes since 1970); at most 60."""
        hour, offset = divmod(since, HOUR)
        both = bits << offset
        for at, part in ((hour, both & (1 << HOUR) - 1), (hour + 1, both >> HOUR)):
            known = self.hours.get(at, 0)
            if new := part & ~known:
                self.hours[at] = known | new
                self.total += new.bit_count()


def lived_to(lost: int, told: int) -> tuple[int, int]:
    """What a killed seat had not written down yet, and now tells the end of: from which minute on, and these minutes' bits."""
    told = max(told, lost + 1 - _UNTOLD)
    return told, (1 << max(0, lost + 1 - told)) - 1


def read_bits(line: Presence) -> int:
    """The minutes from `since` on, bit by bit; 0 if it is not written so."""
    if len(line.bits) != _HEX or line.since % MINUTE_MS or not _DIGITS.issuperset(line.bits):
        return 0
    return int(line.bits, 16)


def past_bits(line: Presence) -> int:
    """The same without minutes that were still to come."""
    told = min(max(0, (line.wall - line.since) // MINUTE_MS + AHEAD), HOUR)
    return read_bits(line) & (1 << told) - 1


@dataclass(frozen=True, slots=True)
class SeatMinutes:
    """`alive`: of each hour since 1970 its minutes, bit 0 the first; `off`: disjoint [start, end) in minutes since 1970, in
    order, the last one up to EVER where it was off when its chain ended. `first`: the first minute of which it says anything,
    `last` the end of the last one. `over`: another seat followed it on its PC, or it was retired then.
    """

    seat: str
    first: int
    last: int
    alive: dict[int, int]
    off: tuple[tuple[int, int], ...]
    over: bool = False

    def minutes(self, first: int) -> tuple[int, int]:
        """The hour from this minute on: the bits in which it was alive, and those in which it was off."""
        hour, late = divmod(first, HOUR)
        alive = (self.alive.get(hour, 0) >> late | self.alive.get(hour + 1, 0) << HOUR - late) & (1 << HOUR) - 1
        return alive, span_minutes(self.off, first)


def ran_on(stop: SeatStop, start: SeatStart) -> bool:
    """Whether the PC ran on, by the clock that play is counted on, between both: then nobody watched it."""
    return stop.boot == start.boot and start.mono - stop.mono > RESTART_MS


class RanOn:
    """Take each stop of a seat with the start after it, `between` which nobody watched a PC that ran on. What is forgiven adds
    up by the day of one start of the PC.
    """

    def __init__(self) -> None:
        self._day: tuple[str, int] = ("", 0)
        self._ms = 0

    def between(self, stop: SeatStop, start: SeatStart) -> bool:
        day = (stop.boot, stop.wall // DAY_MS)
        if day != self._day:
            self._day, self._ms = day, 0
        if ran_on(stop, start):
            return True
        self._ms += max(0, start.mono - stop.mono) if stop.boot == start.boot else 0
        return self._ms > OFTEN_MS


def span_minutes(spans: Sequence[tuple[int, int]], first: int) -> int:
    """The bits of the hour from the minute `first` on that lie in these spans, which are disjoint and in order."""
    bits = 0
    for at in range(max(0, bisect_right(spans, (first, EVER)) - 1), len(spans)):
        start, end = spans[at]
        if start >= first + HOUR:
            break
        bits |= span_bits(start - first, end - first)
    return bits


def span_bits(start: int, end: int) -> int:
    """The bits of an hour from `start` to before `end`; what lies outside of it is left out."""
    start, end = max(0, start), min(HOUR, end)
    return (1 << end) - (1 << start) if start < end else 0


def joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same in order and apart from each other: a clock that was set back makes overlaps."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return tuple(found)


def apart(whole: tuple[int, int], spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of `whole` beside these spans of it, which are disjoint and in order."""
    edges = [whole[0], *(edge for span in spans for edge in span), whole[1]]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
