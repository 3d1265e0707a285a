"""When entries came, by the witnesses' clocks: T(k) is when a quorum had cosigned head k. Pure.

An entry that head k covers and the head before it did not was shown to outsiders in [T(k-1), T(k)]. One whose own moment lies
long before that was held back, or its moment is not true; one whose moment lies after it is ahead of its time. A seat that was
cut off from its agent hands in late too: this is told, and is no failure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compliance.verifying.report import NOWHERE, Finding
from i18n.message import Arg, Length, msgn

SLACK_MS = 10 * 60_000


@dataclass
class _Seat:
    """Of one seat: where the first such entry stands, of which moment, how many there are, and by how much at most."""

    where: Arg
    at: int
    count: int = 0
    most: int = 0


@dataclass
class Windows:
    """`dated`: (size, Unix ms) of the heads, in ascending order. Without any, nothing is said."""

    dated: Sequence[tuple[int, int]] = ()
    _late: dict[str, _Seat] = field(default_factory=dict)
    _ahead: dict[str, _Seat] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sizes = [size for size, _ in self.dated]

    def take(self, index: int, where: Arg, seat: str, wall: int) -> None:
        """Entry `index` of the log, and what it says when it is from."""
        if where == NOWHERE:
            return
        covered = bisect_right(self._sizes, index)
        if covered and (by := self.dated[covered - 1][1] - SLACK_MS - wall) > 0:
            _count(self._late, seat, where, wall, by + SLACK_MS)
        if covered < len(self.dated) and (by := wall - self.dated[covered][1] - SLACK_MS) > 0:
            _count(self._ahead, seat, where, wall, by + SLACK_MS)

    def findings(self) -> Iterator[Finding]:
        for seat, found in self._late.items():
            yield Finding("late", found.where, msgn(
                "{n} entry of {seat} came up to {most} after the moment it gives, by the witnesses' clocks",
                "{n} entries of {seat} came up to {most} after the moments they give, by the witnesses' clocks",
                found.count, seat=seat, most=Length(found.most),
            ), seat=seat, at=found.at)  # fmt: skip
        for seat, found in self._ahead.items():
            yield Finding("ahead", found.where, msgn(
                "{n} entry of {seat} gives a moment up to {most} after a witness had seen it",
                "{n} entries of {seat} give moments up to {most} after a witness had seen them",
                found.count, seat=seat, most=Length(found.most),
            ), seat=seat, at=found.at)  # fmt: skip


def _count(found: dict[str, _Seat], seat: str, where: Arg, wall: int, by: int) -> None:
    one = found.setdefault(seat, _Seat(where, wall))
    one.count += 1
    one.most = max(one.most, by)
