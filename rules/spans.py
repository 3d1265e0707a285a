"""A union of intervals that grows, and answers without being walked. Moments and lengths in milliseconds, half-open."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_PAUSES = 32


class Spans:
    """A union of intervals: disjoint, in order, none touching the next."""

    __slots__ = ("_begins", "_runs", "_stops", "_upto")

    def __init__(self) -> None:
        self._begins = array("q")
        self._stops = array("q")
        self._upto = array("q", (0,))  # the length of all before, as far as it was added up
        self._runs: dict[int, tuple[array[int], int]] = {}  # by pause: where sessions begin, and how many spans were looked at

    @property
    def end(self) -> int | None:
        """When the last one ends."""
        return self._stops[-1] if self._stops else None

    @property
    def all(self) -> Iterable[tuple[int, int]]:
        return zip(self._begins, self._stops, strict=True)

    def add(self, begin: int, stop: int) -> None:
        if stop <= begin:
            return
        if not self._stops or begin > self._stops[-1]:  # as most do
            self._begins.append(begin)
            self._stops.append(stop)
            return
        first, after = bisect_left(self._stops, begin), bisect_right(self._begins, stop)
        if first < after:
            begin, stop = min(begin, self._begins[first]), max(stop, self._stops[after - 1])
        self._begins[first:after] = array("q", (begin,))
        self._stops[first:after] = array("q", (stop,))
        self._unsure(first)

    def drop_before(self, at: int) -> None:
        """Forgets those that ended before `at`."""
        gone = bisect_left(self._stops, at)
        if gone:
            del self._begins[:gone], self._stops[:gone]
            self._unsure(0)

    def ms(self, start: int, end: int) -> int:
        """How much of [start, end) they cover."""
        return self._before(end) - self._before(start) if start < end else 0

    def last(self, before: int) -> int | None:
        """The last moment up to `before` that they cover, or that one of them ends at."""
        at = bisect_left(self._begins, before)
        return min(self._stops[at - 1], before) if at else None

    def session(self, at: int, pause: int) -> int:
        """Where the session begins that goes on at `at`; `at` itself if there was a pause just before."""
        here = bisect_left(self._begins, at)
        if here == 0 or at - self._stops[here - 1] >= pause:
            return at
        begins = self._sessions(pause)
        return begins[bisect_right(begins, self._begins[here - 1]) - 1]

    def _before(self, at: int) -> int:
        known = self._upto
        here = bisect_left(self._begins, at)
        for number in range(len(known) - 1, here):
            known.append(known[number] + self._stops[number] - self._begins[number])
        return known[here] - max(0, self._stops[here - 1] - at) if here else 0

    def _sessions(self, pause: int) -> array[int]:
        begins, looked = self._runs.get(pause) or (array("q"), 0)
        for here in range(looked, len(self._begins)):
            if here == 0 or self._begins[here] - self._stops[here - 1] >= pause:
                begins.append(self._begins[here])
        if pause not in self._runs and len(self._runs) >= _PAUSES:
            self._runs.clear()
        self._runs[pause] = begins, len(self._begins)
        return begins

    def _unsure(self, first: int) -> None:
        """What was worked out from this one on is not true any more."""
        del self._upto[first + 1 :]
        kept = self._begins[first - 1] if first else None
        for pause, (begins, looked) in tuple(self._runs.items()):
            if looked > first:
                del begins[bisect_right(begins, kept) if kept is not None else 0 :]
                self._runs[pause] = begins, first
