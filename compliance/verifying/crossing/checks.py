"""All checks that hold entries against each other: clocks, plays, what the agent heard, whom they are about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from compliance.entry import AnyEntry, PlayEnded, PlayStarted
from compliance.verifying.clocks import SeatClock
from compliance.verifying.crossing.heard import Heard
from compliance.verifying.crossing.logged_on import TAKEN as OF_SESSIONS
from compliance.verifying.crossing.logged_on import LoggedOn
from compliance.verifying.crossing.paired import Paired
from compliance.verifying.crossing.persons import Persons
from compliance.verifying.crossing.same import TAKEN as OF_GAMES
from compliance.verifying.crossing.same import Same
from compliance.verifying.crossing.summed import TAKEN as OF_SUMS
from compliance.verifying.crossing.summed import Summed
from compliance.verifying.crossing.timed import Timed
from compliance.verifying.crossing.warned import TAKEN as OF_PLAYS
from compliance.verifying.crossing.warned import Warnings
from compliance.verifying.report import Failure, Finding, Gap
from compliance.verifying.sums.totals import Play
from compliance.verifying.zones import Zones
from i18n.message import Arg

_OF_PLAYS, _OF_GAMES, _OF_SESSIONS = frozenset(OF_PLAYS), frozenset(OF_GAMES), frozenset(OF_SESSIONS)


@dataclass
class Crossing:
    """`take` every entry, and `ended` each end with the play that it ends; `close`, then ask the rest."""

    zones: Zones
    clocks: dict[str, SeatClock] = field(default_factory=dict)
    _timed: Timed = field(default_factory=Timed)
    _heard: Heard = field(default_factory=Heard)
    _paired: Paired = field(default_factory=Paired)
    _warned: Warnings = field(default_factory=Warnings)
    _same: Same = field(default_factory=Same)
    _logged_on: LoggedOn = field(default_factory=LoggedOn)

    def __post_init__(self) -> None:
        self._persons = Persons(self.zones)
        self._summed = Summed(self.zones)

    def take(self, where: Arg, line: AnyEntry) -> None:
        clock = self.clocks.get(line.seat)
        if clock is None:
            clock = self.clocks[line.seat] = SeatClock(line.seat)
        self._heard.take(where, line)
        self._persons.take(where, line)
        self._paired.take(where, line)
        kind = type(line)
        if kind in _OF_PLAYS:
            self._warned.take(where, line)
        if kind in _OF_GAMES:
            self._same.take(where, line)
        if kind in _OF_SESSIONS:
            self._logged_on.take(where, line)
        if kind in OF_SUMS or not self._summed.knows(line.seat):
            self._summed.take(where, line)
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
        yield from self._paired.failures
        yield from self._logged_on.failures

    def findings(self, zone: str) -> Iterator[Finding]:
        """Moments are shown in `zone`."""
        for clock in self.clocks.values():
            yield from clock.findings()
        yield from self._timed.findings()
        yield from self._heard.findings(zone)
        yield from self._persons.findings()
        yield from self._paired.findings()
        yield from self._warned.findings()
        yield from self._same.findings()
        yield from self._logged_on.findings(zone)
        yield from self._summed.findings()

    def gaps(self, of_seats: Iterable[Gap]) -> Iterator[Gap]:
        return self._heard.gaps(of_seats)
