"""Whether refused programs and what the agent tells of who runs only what is installed go together. Pure.

Pseudonyms change by the day, so that it was this player cannot be told on another day; that it was somebody can.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

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
    _refused: list[tuple[Arg, int]] = field(default_factory=list)  # and when

    def take(self, where: Arg, line: ProgramsChanged | ProgramRefused) -> None:
        if isinstance(line, ProgramRefused):
            if where != NOWHERE:
                self._refused.append((where, line.wall))
        else:
            before = self._changes[-1][1] if self._changes else 0
            if line.players < int(line.only_installed) or abs(line.players - before) > 1:
                told = {"before": str(before), "now": str(line.players)}
                text = msg("{before} players ran only installed programs before it, and it says {now}", **told)
                self._failures.append(Failure(where, text))
            self._changes.append((line.wall, line.players))

    def failures(self) -> Iterator[Failure]:
        yield from self._failures
        if not any(players for _, players in self._changes):
            for where, _ in self._refused:
                yield Failure(where, msg("no entry says that anybody runs only installed programs"))

    def findings(self) -> Iterator[Finding]:
        """A seat that did not hear of a change goes by the one before."""
        on = self._on()
        begins = [begin for begin, _ in on]
        strange = []
        for where, at in self._refused:
            number = bisect_right(begins, at) - 1
            if number < 0 or at > on[number][1]:
                strange.append(where)
        if strange and any(players for _, players in self._changes):
            yield Finding("programs", strange[0], msgn(
                "{n} program was refused when by the agent's entries everybody could run any",
                "{n} programs were refused when by the agent's entries everybody could run any", len(strange),
            ))  # fmt: skip

    def _on(self) -> list[tuple[int, float]]:
        """When it was true of somebody, first and last moment of each stretch, in order; the last one may go on."""
        found: list[tuple[int, float]] = []
        ends = [*(start for start, _ in self._changes[1:]), inf]
        stretches = (
            (start - AROUND_MS, max(end, start) + AROUND_MS)
            for (start, players), end in zip(self._changes, ends, strict=False) if players
        )  # fmt: skip
        for begin, end in sorted(stretches):
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((begin, end))
        return found
