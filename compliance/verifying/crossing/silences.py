"""When the agent said nothing for ten minutes or more, and which seats lived meanwhile. Pure.

A seat that lives at the edge of a silence says little: the agent might have been there, too. What comes to the log while it
says nothing is no word of its own, whatever stands before its next one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from compliance.format.chain import AGENT
from compliance.verifying.report import NO_MOMENT, Gap

SILENT_MS: Final = 10 * 60_000
_SET_UP_MS: Final = 2 * 60 * 60_000  # whoever sets a place up takes that long at most


@dataclass(slots=True)
class _Silence:
    """In [start, end). `slept`: the agent's PC did; `seats` were alive meanwhile."""

    start: int
    end: int
    slept: bool
    seats: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Silences:
    """`begin` with the agent's first entry, `over` where it ticks again, then `ticked`; `alive` and `misses` as seats live,
    before `to` and from `missed` on; `close`, then ask `gaps`.
    """

    to: int = 0  # the end of the last of them
    missed: int = NO_MOMENT  # when one may begin, by its last word
    _seen: int = NO_MOMENT  # that
    _meanwhile: dict[str, int] = field(default_factory=dict)  # by seat its first sign of life since it is missed
    _all: list[_Silence] = field(default_factory=list)

    def begin(self, at: int) -> None:
        """One that never ticks is missed, too."""
        if self._seen == NO_MOMENT:
            self.ticked(at)
            self.missed += _SET_UP_MS

    def ticked(self, at: int) -> None:
        self._seen, self.missed = at, at + SILENT_MS
        self._meanwhile.clear()

    def misses(self, name: str, at: int) -> None:
        """The seat lives so long after the agent's last word."""
        if at < self._meanwhile.get(name, NO_MOMENT):
            self._meanwhile[name] = at

    def over(self, to: int, *, slept: bool) -> None:
        """It says something again."""
        seats = {name: None for name, at in self._meanwhile.items() if at < to - SILENT_MS}
        self._all.append(_Silence(self._seen, to, slept, seats))
        self.to = max(self.to, to)

    def alive(self, name: str, at: int) -> None:
        """The seat was there, by its own clock."""
        found = bisect_right(self._all, at, key=lambda one: one.start) - 1
        if found >= 0 and self._all[found].start + SILENT_MS <= at < self._all[found].end - SILENT_MS:
            self._all[found].seats[name] = None

    def close(self, newest: int, seats: Iterable[str]) -> None:
        """The log ends, with what these wrote up to then since its last word."""
        if newest > self.missed:
            self._all.append(_Silence(self._seen, newest, slept=False, seats=dict.fromkeys(seats)))

    def gaps(self) -> Iterator[Gap]:
        """An agent whose PC slept was not silent, unless a seat was alive; where none was, the silence explains itself."""
        for one in self._all:
            if one.seats or not one.slept:
                yield Gap(AGENT, one.start, one.end, explained=not one.seats, kind="agent-silent", could=tuple(one.seats))
