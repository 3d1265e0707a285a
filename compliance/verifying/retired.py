"""Seats whose PC is gone, as the agent says: whether that can be, and whether the PC went on as another seat. Pure.

What is played on a PC after its seat was retired is in no log, and no gap tells of it. So it is told of each; of one that ran
until then it needs a reason; and one that comes back, by its own word or in the same start of its system, was not gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compliance.entries.log import AgentTick
from compliance.entries.seat import SeatRetired, SeatStart, SeatStop
from compliance.verifying.listed import Faults
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import Failure, Finding, Gap
from compliance.verifying.wanted import Wants
from compliance.verifying.watched import ran_on
from i18n.message import Arg, Moment, msg

_RUNNING_MS = 10 * 60_000  # a seat that was heard so shortly before ran, unless it stopped in order
_AFTER_MS = 10 * 60_000  # of clocks: a successor that began before that is why the seat was retired


@dataclass(frozen=True, slots=True)
class _Gone:
    """A seat that was retired `at`, its last sign of life (0: none), how it had ended, and whether a tick missed it since."""

    where: Arg
    at: int
    seen: int
    stopped: SeatStop | None
    missed: bool

    @property
    def ran(self) -> bool:
        """Whether it did, as far as anybody knows: the agent may have been off, or have begun only then."""
        return self.stopped is None and self.seen > 0 and (self.at - self.seen < _RUNNING_MS or not self.missed)


@dataclass
class Retired:
    """Take what it `wants`, then ask the rest. `presence`: of each seat, as it was just before."""

    presence: Mapping[str, SeatPresence]
    failures: Faults = field(default_factory=Faults)
    gaps: list[Gap] = field(default_factory=list)
    _gone: dict[str, _Gone] = field(default_factory=dict)
    _heard: dict[str, int] = field(default_factory=dict)
    _missed: set[str] = field(default_factory=set)  # by the ticks since they were heard
    _boots: dict[str, str] = field(default_factory=dict)  # which seat began last in which start of a PC
    _began: set[str] = field(default_factory=set)

    def wants(self) -> Wants:
        return {SeatRetired: self._retire, SeatStart: self._start, AgentTick: self._tick}

    def _retire(self, where: Arg, line: SeatRetired) -> None:
        seat = self.presence.get(line.id)
        seen = max(line.heard or 0, self._heard.get(line.id, 0), 0 if seat is None else seat.last)
        self._gone.setdefault(line.id, _Gone(
            where, line.wall, seen, None if seat is None else seat.stopped, line.id in self._missed
        ))  # fmt: skip

    def _start(self, _: Arg, line: SeatStart) -> None:
        first = line.seat not in self._began
        self._began.add(line.seat)
        before = line.follows if isinstance(line.follows, str) else self._boots.get(line.boot, "")
        self._boots[line.boot] = line.seat
        gone = self._gone.get(before)
        if first and gone is not None and line.wall - gone.at > _AFTER_MS and not _off(gone, line):
            self.gaps.append(Gap(before, gone.seen or gone.at, line.wall, explained=False, kind="retired"))

    def _tick(self, where: Arg, line: AgentTick) -> None:
        for seat in self._gone.keys() & {*line.seats, *line.silent}:
            self.failures.append(Failure(where, msg("it speaks of seat {seat}, which was retired before", seat=seat)))
        self._heard.update(line.seats)
        self._missed = {*line.silent}

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for seat, gone in self._gone.items():
            kind, said = "retired", msg("seat {seat} was retired: nobody here watches its PC any more", seat=seat)
            if gone.ran:
                kind, when = "retired-running", Moment(gone.seen, zone, "full")
                said = msg("seat {seat} was retired while it ran, or before it was missed, last heard {when}: what was played "
                           "on its PC since is in no log", seat=seat, when=when)  # fmt: skip
            yield Finding(kind, gone.where, said, seat=seat, at=gone.at)


def _off(gone: _Gone, start: SeatStart) -> bool:
    """Whether the PC was off in between, or its daemon only was exchanged."""
    return gone.stopped is not None and not ran_on(gone.stopped, start)
