"""All checks that hold entries against each other: clocks, plays, what the agent heard, whom they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.clocks import SeatClock
from compliance.verifying.crossing.caught import Caught
from compliance.verifying.crossing.flurries import Flurries
from compliance.verifying.crossing.heard import Heard
from compliance.verifying.crossing.logged_on import LoggedOn
from compliance.verifying.crossing.paired import Paired
from compliance.verifying.crossing.persons import Persons
from compliance.verifying.crossing.retired import Retired
from compliance.verifying.crossing.same import Same
from compliance.verifying.crossing.summed import Summed
from compliance.verifying.crossing.timed import Timed
from compliance.verifying.crossing.warned import Warnings
from compliance.verifying.in_force.hearing import Hearing
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import Failure, Finding, Gap
from compliance.verifying.sums.totals import Play, Plays
from compliance.verifying.wanted import Taking, Wants
from compliance.verifying.zones import Zones
from i18n.message import Arg


@dataclass
class Crossing:
    """Have every entry taken by what is `of` its seat, and those that it `wants` once more; `ended` each end with the play that
    it ends; `close`, then ask the rest. `plays`: those that go on.
    """

    zones: Zones
    plays: Plays
    presence: Mapping[str, SeatPresence]
    hearing: Hearing
    clocks: dict[str, SeatClock] = field(default_factory=dict)
    _flurries: Flurries = field(default_factory=Flurries)
    _heard: Heard = field(default_factory=Heard)
    _paired: Paired = field(default_factory=Paired)
    _warned: Warnings = field(default_factory=Warnings)

    def __post_init__(self) -> None:
        self._timed = Timed(self.zones)
        self._persons = Persons(self.zones)
        self._same = Same(self.plays, self.hearing)
        self._caught = Caught(self.hearing)
        self._summed = Summed(self.zones)
        self._logged_on = LoggedOn(self.presence)
        self._retired = Retired(self.presence)

    def wants(self) -> Iterator[Wants]:
        checks = (self._heard, self._persons, self._warned, self._same, self._caught, self._summed, self._logged_on)
        yield from (one.wants() for one in (*checks, self._retired))
        yield {PlayStarted: self._started}

    def of(self, line: AnyEntry) -> Iterator[Taking]:
        """What takes each entry of its seat, this one first."""
        clock = self.clocks[line.seat] = SeatClock(line.seat)
        self._persons.begin(line)
        self._summed.begin(line)
        if line.seat == AGENT:
            yield self._logged_on.agents
        yield self._heard.agents if line.seat == AGENT else self._heard.written
        yield self._paired.of(line)
        yield clock.take

    def _started(self, where: Arg, line: PlayStarted) -> None:
        self._timed.start(where, line, self.clocks[line.seat])
        self._flurries.start(line)

    def ended(self, where: Arg, line: PlayEnded, play: Play) -> None:
        self._timed.end(where, line, play, self.clocks[line.seat])
        self._flurries.end(where, line, play)

    def close(self) -> None:
        self._heard.close()
        self._persons.close()

    def failures(self) -> Iterator[Failure]:
        for clock in self.clocks.values():
            yield from clock.failures()
        yield from self._timed.failures()
        yield from self._heard.failures()
        yield from self._persons.failures()
        yield from self._paired.failures
        yield from self._logged_on.failures
        yield from self._retired.failures

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for clock in self.clocks.values():
            yield from clock.findings()
        yield from self._timed.findings()
        yield from self._flurries.findings()
        yield from self._heard.findings(zone)
        yield from self._persons.findings()
        yield from self._paired.findings()
        yield from self._warned.findings()
        yield from self._same.findings()
        yield from self._caught.findings()
        yield from self._logged_on.findings(zone)
        yield from self._retired.findings(zone)
        yield from self._summed.findings()

    def gaps(self, of_seats: Iterable[Gap]) -> Iterator[Gap]:
        return self._heard.gaps((*of_seats, *self._retired.gaps))
