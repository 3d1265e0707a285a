"""The length of the union of intervals that come one after the other, mostly in order. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_MOST_MOVED = 256  # intervals that one more may move: whoever writes them in another order than that of time is not added up


class Union:
    """Disjoint intervals in order, with the length of all before each. `loose`: the sum of what could not be put among them or
    whose place is not known. `blur`: by how much a sum may be more or less, as it is not known
    where in an interval its play lies.
    """

    __slots__ = ("_before", "_ends", "_length", "_longest", "_starts", "blur", "loose")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._length = 0
        self.blur = 0
        self.loose = 0
        self._longest = (0, 0)  # of these, and when it began

    def add(self, start: int, ms: int) -> None:
        """One more interval of which it is known where it lies."""
        ends, end = self._ends, start + ms
        if ends and start <= ends[-1]:
            if start < self._starts[-1]:
                self._insert(start, end)
            elif end > ends[-1]:  # it goes on where the last one ended
                self._length += end - ends[-1]
                ends[-1] = end
            return
        self._starts.append(start)
        ends.append(end)
        self._before.append(self._length)
        self._length += ms

    def _insert(self, start: int, end: int) -> None:
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if len(self._starts) - last > _MOST_MOVED:
            self.add_loose(start, end - start)
            return
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._length = self._before[first]
        self._starts[first:last], self._ends[first:last] = [start], [end]
        del self._before[first:]
        for at in range(first, len(self._starts)):
            self._before.append(self._length)
            self._length += self._ends[at] - self._starts[at]

    def add_loose(self, since: int, ms: int) -> None:
        """One that lies somewhere after its beginning."""
        self.loose += ms
        self._longest = max(self._longest, (ms, since))

    def longest(self, day: tuple[int, int]) -> int:
        """How much of the longest of these was played that day at least, if the PC did not sleep; else it was shorter."""
        ms, since = self._longest
        return max(0, min(since + ms, day[1]) - max(since, day[0]))

    def within(self, start: int, end: int, more: Iterable[tuple[int, int]] = ()) -> int:
        """How much of [start, end) is covered, if `more`, as (start, end), were there too."""
        if start >= end or not self._starts:
            total = 0
        elif start <= self._starts[0] and self._ends[-1] <= end:
            total = self._length
        else:
            total = self._to(end) - self._to(start)
        covered = start
        for told_begin, told_stop in sorted(more):
            begin, stop = max(told_begin, covered), min(told_stop, end)
            if stop > begin:
                total += stop - begin - (self._to(stop) - self._to(begin))
                covered = stop
        return total

    def _to(self, moment: int) -> int:
        """How much before `moment` is covered."""
        at = bisect_right(self._starts, moment) - 1
        return 0 if at < 0 else self._before[at] + min(moment, self._ends[at]) - self._starts[at]
