"""Whether refused programs agree with what the agent says of whose unknown programs are refused. Pure.

Pseudonyms change by the day, so that it was this player cannot be told on another day; that it was somebody can.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from compliance.entries.place import PlaceChanged
from compliance.entries.program import ProgramRefused, ProgramsChanged
from compliance.verifying.listed import Faults
from compliance.verifying.report import NOWHERE, Failure, Finding
from i18n.message import Arg, msg, msgn

AROUND_MS = 120_000  # how far the clocks of agent and seat may differ, and how long a seat may take to hear of a change


@dataclass
class Programs:
    """`take` each of both, then ask `failures` and `findings`."""

    _failures: Faults = field(default_factory=Faults)
    _changes: list[tuple[int, int]] = field(default_factory=list)  # from when on how many players
    _points: list[tuple[int, int]] = field(default_factory=list)  # and whether guests: those of a game point
    _refused: list[tuple[Arg, int]] = field(default_factory=list)  # and when

    def take(self, where: Arg, line: ProgramsChanged | ProgramRefused) -> None:
        if isinstance(line, ProgramRefused):
            if where != NOWHERE:
                self._refused.append((where, line.wall))
        else:
            before = self._changes[-1][1] if self._changes else 0
            if line.players < int(line.refuses) or abs(line.players - before) > 1:
                told = {"before": str(before), "now": str(line.players)}
                text = msg("unknown programs of {before} players were refused before it, and it says {now}", **told)
                self._failures.append(Failure(where, text))
            self._changes.append((line.wall, line.players))

    def failures(self) -> Iterator[Failure]:
        yield from self._failures
        if not self._ever():
            for where, _ in self._refused:
                yield Failure(where, msg("no entry says that anybody's unknown programs are refused"))

    def findings(self) -> Iterator[Finding]:
        """A seat that did not hear of a change goes by the one before."""
        on = self._on()
        begins = [begin for begin, _ in on]
        strange = []
        for where, at in self._refused:
            number = bisect_right(begins, at) - 1
            if number < 0 or at > on[number][1]:
                strange.append(where)
        if strange and self._ever():
            yield Finding("programs", strange[0], msgn(
                "{n} program was refused when by the agent's entries everybody could run any",
                "{n} programs were refused when by the agent's entries everybody could run any", len(strange),
            ))  # fmt: skip

    def placed(self, line: PlaceChanged) -> None:
        """A seat knows from the place alone that it refuses the unknown programs of guests."""
        self._points.append((line.wall if self._points else 0, line.place == "game-point"))

    def _ever(self) -> bool:
        return any(number for _, number in (*self._changes, *self._points))

    def _on(self) -> list[tuple[float, float]]:
        """When it was true of somebody, first and last moment of each stretch, in order; the last one may go on."""
        found: list[tuple[float, float]] = []
        for begin, end in sorted((*_stretches(self._changes), *_stretches(self._points))):
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((begin, end))
        return found


def _stretches(changes: list[tuple[int, int]]) -> Iterator[tuple[float, float]]:
    ends = [*(start for start, _ in changes[1:]), inf]
    for (start, number), end in zip(changes, ends, strict=False):
        if number:
            yield start - AROUND_MS, max(end, start) + AROUND_MS
