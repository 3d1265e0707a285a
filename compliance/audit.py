"""Reads the entries as what they say: makes every decision again, adds up play again, finds gaps and silence. Pure.

Takes entries whose chains and signatures were verified, in the order of the log. What contradicts itself or the rules is a
failure; what an inspector should know but no rule forbids is a finding or a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compliance import entry
from compliance.entries import override
from compliance.entries.decision import LaunchRefused, PlayDue
from compliance.entries.log import AgentTick, Erasure, Pruned, Restored
from compliance.entries.place import GameChanged, PlaceChanged, PolicyChanged
from compliance.entries.play import PlayEnded, PlayStarted, UsageDay
from compliance.entries.seat import (
    ClockJump,
    IssueCleared,
    IssueRaised,
    Presence,
    SeatStart,
    SeatStop,
    SessionOpened,
)
from compliance.format.chain import AGENT
from compliance.verifying.bundle.heads import Windows
from compliance.verifying.clocks import SeatClock
from compliance.verifying.heard import Heard
from compliance.verifying.in_force.changes import Changes
from compliance.verifying.in_force.labels import Labels
from compliance.verifying.in_force.texts import Texts
from compliance.verifying.issues import issue
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.overview import Looker
from compliance.verifying.owed import Owed
from compliance.verifying.plays.packs import Packs
from compliance.verifying.plays.recompute import Recomputer, Unfounded
from compliance.verifying.plays.redecide import Redecider
from compliance.verifying.presence import SeatPresence, begun
from compliance.verifying.report import NOWHERE, Audit, Failure, Finding, Gap, entry_name, seq_name
from compliance.verifying.retired import Retired
from compliance.verifying.sums.adding import Adding
from compliance.verifying.sums.totals import Plays
from compliance.verifying.table import pairs, sessions
from compliance.verifying.table.context import Context
from compliance.verifying.table.invariant import Table
from compliance.verifying.table.plays import ended
from compliance.verifying.table.rows import LEARN, ROWS
from compliance.verifying.wanted import Taking, Wants, each, together
from compliance.verifying.zones import Zones
from i18n.message import Arg, Message, msg, msgn
from rules.calendar import day_name

GO_ON = entry.AGENTS - {AgentTick, Erasure, Restored, Pruned} | {
    SeatStart, SeatStop, Presence, SessionOpened, ClockJump, IssueRaised, PlayStarted,
    override.Paused, override.Resumed, override.EnforcementOff,
}  # fmt: skip
"""What those kept entries are of which more counts than that its chain went on from there."""
LATE_MS = 10 * 60_000
_KEPT = 10_000  # of what takes which kind of which seat: no honest log has more


@dataclass
class Auditor:
    """`take` every entry, then `finish`. `texts` are the packs' texts by their SHA-256, of which these were `brought` and are
    not in the bundle; `windows` when entries were seen.
    """

    texts: Mapping[str, str]
    windows: Windows = field(default_factory=Windows)
    brought: frozenset[str] = frozenset()
    _failures: Faults = field(default_factory=Faults)
    _findings: Listed = field(default_factory=Listed)
    _seats: dict[str, SeatPresence] = field(default_factory=dict)
    _taking: dict[str, tuple[Taking, ...]] = field(default_factory=dict)
    _all: dict[tuple[str, type[entry.AnyEntry]], tuple[Taking, ...]] = field(default_factory=dict)  # and whoever wants its kind
    _plays: Plays = field(default_factory=Plays)
    _decisions: int = 0
    _issues: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _silent: Counter[str] = field(default_factory=Counter)
    _late: Counter[str] = field(default_factory=Counter)
    _zones: Zones = field(default_factory=Zones)
    _clocks: dict[str, SeatClock] = field(default_factory=dict)
    _labels: Labels = field(default_factory=Labels)
    _owed: Owed = field(default_factory=Owed)
    _tick: int = 0

    def __post_init__(self) -> None:
        packs = Packs(self.texts)
        self._recomputer, self._redecider = Recomputer(packs), Redecider(packs)
        self._texts, self._changes = Texts(self.texts, self.brought), Changes(self.texts)
        self._looker, self._retired, self._heard = Looker(self._seats), Retired(self._seats), Heard(self._seats)
        self._context = Context(self._zones, self._plays, self._clocks, self._seats)
        self._table = Table(ROWS, LEARN, self._context)
        self._adding = Adding(self._plays, self._zones, self._clocks)
        checks, own = (self._heard.wants(), self._retired.wants()), self._wants()
        going_on: Wants = {**own, PlayStarted: self._goes_on}
        self._wanted = together((*checks, self._looker.wants(), own))
        self._going_on = together((*checks, going_on))

    def _wants(self) -> Wants:
        return {
            PlayStarted: self._started, PlayEnded: self._ended, AgentTick: self._ticked,
            UsageDay: self._adding.summed, PlaceChanged: self._placed, GameChanged: self._labels.take,
            PolicyChanged: self._put,
            **each(self._decided, PlayDue, LaunchRefused),
            **each(self._issue, IssueRaised, IssueCleared),
            **each(self._gone, Erasure, Restored),
        }  # fmt: skip

    @property
    def zone(self) -> str:
        """The place's zone, the last one if it changed."""
        return self._zones.last

    def keep(self, index: int, line: entry.AnyEntry) -> None:
        """An entry of before the log begins, which was kept as what it says goes on."""
        if line.seat != AGENT and type(line) in entry.AGENTS:
            self._not_the_agent(index, line)
            return
        self._looker.keep(line)
        if type(line) not in GO_ON:
            return
        for taking in (*self._of(line), *self._going_on.get(type(line), ())):
            taking(NOWHERE, line)

    def take(self, index: int, line: entry.AnyEntry, *, judged: bool = True) -> None:
        """The next entry of the log. What only the agent may say, and a seat does, is no word that any check goes by. Not
        `judged`: it is taken for what it says, and nothing is found of it.
        """
        kind, seat = type(line), line.seat
        where = seq_name(index, seat, line.seq, kind) if judged else NOWHERE
        if seat == AGENT:
            self._looker.agents(index, line)
        elif kind in entry.AGENTS:
            self._not_the_agent(index, line)
            return
        elif judged and self._tick - line.wall > LATE_MS:
            self._late[seat] += 1
        takings = self._all.get((seat, kind))
        if takings is None:
            presence = self._seats.get(seat) or self._begin(line)
            if len(self._all) >= _KEPT:
                self._all.clear()
            takings = self._all[seat, kind] = (presence.take, *self._of(line), *self._wanted.get(kind, ()))
        if self.windows.dated:
            self.windows.take(index, where, seat, line.wall)
        for taking in takings:
            taking(where, line)

    def _begin(self, line: entry.AnyEntry) -> SeatPresence:
        """With the first entry of a seat that the log still has."""
        presence = self._seats[line.seat] = begun(line, self._seats, ran=self._looker.ran(line.seat))
        return presence

    def _of(self, line: entry.AnyEntry) -> tuple[Taking, ...]:
        """What takes every entry of its seat, also those that were kept."""
        taking = self._taking.get(line.seat)
        if taking is None:
            clock = self._clocks[line.seat] = SeatClock(line.seat)
            self._context.begin(line)
            heard = self._heard.agents if line.seat == AGENT else self._heard.written
            taking = self._taking[line.seat] = (heard, clock.take, self._table.take, self._redecider.of(line))
        return taking

    def _started(self, where: Arg, line: PlayStarted) -> None:
        self._plays.start(line)
        if where != NOWHERE:
            self._labels.play(line)

    def _goes_on(self, _: Arg, line: PlayStarted) -> None:
        self._plays.start(line)

    def _ticked(self, where: Arg, line: AgentTick) -> None:
        self._tick = line.wall
        if where != NOWHERE:
            self._silent.update(line.silent)

    def _gone(self, where: Arg, line: Erasure | Restored) -> None:
        self._owed.take(where, line)

    def _placed(self, where: Arg, line: PlaceChanged) -> None:
        self._zones.change(line.wall, line.zone)
        self._changes.take(where, line, whole=self._whole)

    def _put(self, where: Arg, line: PolicyChanged) -> None:
        self._changes.take(where, line, whole=self._whole)
        self._texts.take(where, line)

    @property
    def _whole(self) -> bool:
        """Whether the agent's chain is seen from its beginning on, when nothing bound the place or its guests."""
        return AGENT in self._context.seats and self._context.seats[AGENT].whole

    def _issue(self, where: Arg, line: IssueRaised | IssueCleared) -> None:
        if isinstance(line, IssueRaised):
            if (before := self._issues.get((line.seat, line.id))) is not None:
                self._findings.add(before)  # it goes on, as another run of the daemon says
            self._issues[line.seat, line.id] = Finding("issue", where, msg("trouble: {issue}", issue=issue(line.id)))
        elif (open_ := self._issues.pop((line.seat, line.id), None)) is not None:
            over = msg("trouble: {issue}; over at seq {seq}", issue=issue(line.id), seq=str(line.seq))
            self._note("issue", open_.where, over)

    def finish(self) -> Audit:
        """All that was found."""
        self._table.close()
        self._heard.close()
        found: tuple[Iterable[Failure], ...] = (
            self._table.failures, *(clock.failures() for clock in self._clocks.values()),
            self._heard.failures, self._retired.failures, self._adding.failures(), self._texts.failures(),
            self._changes.failures, self._redecider.failures,
        )  # fmt: skip
        for failures in found:
            self._failures.extend(failures)
        self._findings.extend(self._redecider.findings())
        self._findings.extend(self._told())
        return Audit(
            failures=tuple(self._failures),
            findings=tuple(self._findings),
            gaps=self._gaps(),
            seats=tuple(presence.part() for presence in self._seats.values()),
            days=len({day_name(self.zone, since) for since in self._plays.sinces}),
            plays=len(self._plays.sinces),
            running=self._plays.unended,
            played_ms=self._plays.played_ms,
            decisions=self._decisions,
            overview=self._looker.overview(),
            rules=tuple(self._changes.rules(whole=self._whole)),
        )

    def _gaps(self) -> tuple[Gap, ...]:
        of_seats = (gap for seat in self._seats.values() for gap in seat.gaps)
        gaps = self._heard.gaps((*of_seats, *self._retired.gaps))
        return tuple(self._owed.gaps(gaps, {name: seat.first for name, seat in self._seats.items()}))

    def _told(self) -> Iterator[Finding]:
        """What all but plays' decisions have found, in the order in which it is told."""
        yield from self._labels.findings(self.zone)
        yield from self._texts.findings()
        yield from self._changes.findings()
        yield from self._issues.values()
        yield from pairs.findings(self._context, self.zone)
        yield from self.windows.findings()
        yield from self._owed.findings(self.zone)
        for seat, times in self._silent.items():
            if self._looker.over(seat):
                continue
            silent = msgn("silent at {n} tick of the agent", "silent at {n} ticks of the agent", times)
            yield Finding("silent", msg("seat {seat}", seat=seat), silent)
        for seat, entries in () if self.windows.dated else self._late.items():  # witnesses know better
            late = msgn("{n} entry came late by the agent's clock", "{n} entries came late by the agent's clock", entries)
            yield Finding("late", msg("seat {seat}", seat=seat), late)
        for clock in self._clocks.values():
            yield from clock.findings()
        yield from self._heard.findings(self.zone)
        yield from self._table.findings()
        yield from sessions.findings(self._context, self.zone)
        yield from self._retired.findings(self.zone)
        yield from self._adding.findings()

    # --- plays and decisions --------------------------------------------------------------------------------------------

    def _ended(self, where: Arg, line: PlayEnded) -> None:
        if (play := ended(self._context, line)) is not None:  # else the table says so
            self._plays.end(play, line)

    def _decided(self, where: Arg, line: PlayDue | LaunchRefused) -> None:
        try:
            self._recomputer.check(line)
        except Unfounded as error:
            self._fail(where, error.message)
        else:
            self._decisions += 1
        self._adding.decided(where, line)
        self._texts.decided(where, line)

    def _not_the_agent(self, index: int, line: entry.AnyEntry) -> None:
        self._fail(entry_name(index, line), msg("only the agent can say this, not a seat"))

    def _fail(self, where: Arg, what: Message) -> None:
        self._failures.append(Failure(where, what))

    def _note(self, kind: str, where: Arg, what: Message) -> None:
        self._findings.add(Finding(kind, where, what))
