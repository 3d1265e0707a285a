"""All checks that hold entries against each other: clocks, plays, what the agent heard, whom they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from compliance.entry import AnyEntry, PlayEnded, PlayStarted
from compliance.verifying.clocks import SeatClock
from compliance.verifying.heard import Heard
from compliance.verifying.persons import Persons
from compliance.verifying.report import Failure, Finding, Gap
from compliance.verifying.sums import Play
from compliance.verifying.timed import Timed
from compliance.verifying.zones import Zones
from i18n.message import Arg


@dataclass
class Crossing:
    """`take` every entry, and `ended` each end with the play that it ends; `close`, then ask the rest."""

    zones: Zones
    clocks: dict[str, SeatClock] = field(default_factory=dict)
    _timed: Timed = field(default_factory=Timed)
    _heard: Heard = field(default_factory=Heard)

    def __post_init__(self) -> None:
        self._persons = Persons(self.zones)

    def take(self, where: Arg, line: AnyEntry) -> None:
        clock = self.clocks.get(line.seat)
        if clock is None:
            clock = self.clocks[line.seat] = SeatClock(line.seat)
        self._heard.take(where, line)
        self._persons.take(where, line)
        if isinstance(line, PlayStarted):
            self._timed.start(where, line)
        clock.take(line, where)

    def ended(self, where: Arg, line: PlayEnded, play: Play) -> None:
        self._timed.end(where, line, play, self.clocks[line.seat])

    def close(self) -> None:
        self._heard.close()
        self._persons.close()

    def failures(self) -> Iterator[Failure]:
        for clock in self.clocks.values():
            yield from clock.failures()
        yield from self._timed.failures()
        yield from self._heard.failures()
        yield from self._persons.failures()

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for clock in self.clocks.values():
            yield from clock.findings()
        yield from self._timed.findings()
        yield from self._heard.findings(zone)
        yield from self._persons.findings()

    def gaps(self, of_seats: Iterable[Gap]) -> tuple[Gap, ...]:
        return tuple(self._heard.gaps(of_seats))
