"""Reads the entries as what they say: makes every decision again, adds up play again, finds gaps and silence. Pure.

Takes entries whose chains and signatures were verified, in the order of the log. What contradicts itself or the rules is a
failure; what an inspector should know but no rule forbids is a finding or a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from compliance import entry
from compliance.format.chain import AGENT
from compliance.verifying.bundle.windows import Windows
from compliance.verifying.clocks import CLOCK_BACK_MS
from compliance.verifying.crossing.asked import Asked
from compliance.verifying.crossing.checks import Crossing
from compliance.verifying.crossing.programs import Programs
from compliance.verifying.crossing.told import Registered
from compliance.verifying.in_force.rulebook import Rulebook
from compliance.verifying.issues import issue
from compliance.verifying.overview import Looker
from compliance.verifying.owed import Owed
from compliance.verifying.plays.overrides import Overrides
from compliance.verifying.plays.recompute import Recomputer, Unfounded
from compliance.verifying.plays.redecide import Redecider
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import Audit, Failure, Finding, entry_name
from compliance.verifying.sums.adding import Adding
from compliance.verifying.sums.totals import Plays
from compliance.verifying.zones import Zones
from i18n.message import Arg, Length, Message, msg, msgn
from rules.calendar import day_name

OVERRUN_MS = 60_000
GO_ON = entry.AGENTS - {entry.AgentTick, entry.Erasure, entry.Restored, entry.Pruned} | {
    entry.SeatStart, entry.SeatStop, entry.Presence, entry.IssueRaised, entry.Paused, entry.Resumed, entry.EnforcementOff,
    entry.PlayStarted,
}  # fmt: skip
"""What those kept entries are of which more counts than that its chain went on from there."""
LATE_MS = 10 * 60_000


class _Due(NamedTuple):
    """Of a decision that a play was due."""

    boot: str
    mono: int
    grace: int


@dataclass
class Auditor:
    """`take` every entry, then `finish`. `texts` are the packs' texts by their SHA-256, `windows` when entries were seen."""

    texts: Mapping[str, str]
    windows: Windows = field(default_factory=Windows)
    _failures: list[Failure] = field(default_factory=list)
    _findings: list[Finding] = field(default_factory=list)
    _seats: dict[str, SeatPresence] = field(default_factory=dict)
    _plays: Plays = field(default_factory=Plays)
    _decisions: int = 0
    _due: dict[tuple[str, int], _Due] = field(default_factory=dict)
    _issues: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _silent: Counter[str] = field(default_factory=Counter)
    _late: Counter[str] = field(default_factory=Counter)
    _zones: Zones = field(default_factory=Zones)
    _registered: Registered = field(default_factory=Registered)
    _programs: Programs = field(default_factory=Programs)
    _asked: Asked = field(default_factory=Asked)
    _overrides: Overrides = field(default_factory=Overrides)
    _looker: Looker = field(default_factory=Looker)
    _owed: Owed = field(default_factory=Owed)
    _tick: int = 0

    def __post_init__(self) -> None:
        self._recomputer = Recomputer(self.texts)
        self._crossing = Crossing(self._zones)
        self._adding = Adding(self._plays, self._zones, self._crossing.clocks)
        self._redecider = Redecider(self.texts)
        self._rulebook = Rulebook(self.texts)

    @property
    def zone(self) -> str:
        """The place's zone, the last one if it changed."""
        return self._zones.last

    def keep(self, index: int, line: entry.AnyEntry) -> None:
        """An entry of before the log begins, which was kept as what it says goes on."""
        where = entry_name(index, line)
        self._looker.keep(line)
        if type(line) in GO_ON:
            self._crossing.take(where, line)
            self._redecider.take(where, line)
            self._rulebook.take(where, line)
            if isinstance(line, entry.PlayStarted):
                self._plays.start(line)
            self._take_other(where, line)

    def take(self, index: int, line: entry.AnyEntry) -> None:
        """The next entry of the log."""
        where = entry_name(index, line)
        presence = self._seats.get(line.seat)
        if presence is None:
            presence = self._seats[line.seat] = SeatPresence(line.seat)
        presence.take(line)
        self._crossing.take(where, line)
        self._redecider.take(where, line)
        self._rulebook.take(where, line)
        self._looker.take(index, line)
        self.windows.take(index, where, line.seat, line.wall)
        if line.seat != AGENT and not self._a_seats_own(where, line):
            return
        match line:
            case entry.Seal() | entry.Warned():  # many, and of no kind below
                pass
            case entry.PlayStarted():
                self._plays.start(line)
                self._registered.play(index, line)
                if line.resumed is not None and (due := self._due.get((line.seat, line.resumed))) is not None:
                    self._due[line.seat, line.seq] = due  # midnight came while it was saved
            case entry.PlayEnded():
                self._ended(where, line)
            case entry.PlayDue() | entry.LaunchRefused():
                self._decided(where, line)
            case _:
                self._take_other(where, line)

    def _a_seats_own(self, where: Arg, line: entry.AnyEntry) -> bool:
        if self._tick - line.wall > LATE_MS:
            self._late[line.seat] += 1
        if type(line) in entry.AGENTS:
            self._fail(where, msg("only the agent can say this, not a seat"))
            return False
        return True

    def _take_other(self, where: Arg, line: entry.AnyEntry) -> None:
        match line:
            case entry.UsageDay():
                self._adding.summed(where, line)
            case entry.PlaceChanged():
                self._zones.change(line.wall, line.zone)
            case entry.ClockJump() | entry.ZoneChanged() | entry.PinFailed():
                self._strange(where, line)
            case entry.GameChanged() | entry.GuardianChanged() | entry.Approval() | entry.ApprovalEnded():
                self._registered.take(where, line)
            case entry.ProgramsChanged() | entry.ProgramRefused():
                self._programs.take(where, line)
            case entry.IssueRaised() | entry.IssueCleared():
                self._issue(where, line)
            case entry.AgentTick():
                self._tick = line.wall
                self._silent.update(line.silent)
            case _:
                self._take_of_guardians(where, line)

    def _take_of_guardians(self, where: Arg, line: entry.AnyEntry) -> None:
        """What players asked guardians for, and what these put before the rules."""
        match line:
            case entry.Requested() | entry.Answered() | entry.GrantGiven():
                self._asked.take(where, line)
            case entry.Paused() | entry.Resumed() | entry.EnforcementOff() | entry.EnforcementOn():
                self._overrides.take(where, line)
            case entry.Erasure() | entry.Restored():
                self._owed.take(where, line)
            case _:
                pass

    def _strange(self, where: Arg, line: entry.ClockJump | entry.ZoneChanged | entry.PinFailed) -> None:
        """What an inspector should know of clocks, and of guessing."""
        if isinstance(line, entry.ClockJump):
            self._note("clock-jump", where, _jumped(line.to - line.expected))
        elif isinstance(line, entry.PinFailed):
            if line.locked is not None:
                self._note("guessing", where, msg("PINs or codes were guessed wrong {n} times at an account", n=line.tries))
        else:
            zones = {"before": line.before, "after": line.after}
            self._note("zone", where, msg("the time zone of the PC was changed: {before} → {after}", **zones))

    def _issue(self, where: Arg, line: entry.IssueRaised | entry.IssueCleared) -> None:
        if isinstance(line, entry.IssueRaised):
            self._issues[line.seat, line.id] = Finding("issue", where, msg("trouble: {issue}", issue=issue(line.id)))
        elif (open_ := self._issues.pop((line.seat, line.id), None)) is not None:
            over = msg("trouble: {issue}; over at seq {seq}", issue=issue(line.id), seq=str(line.seq))
            self._note("issue", open_.where, over)

    def finish(self) -> Audit:
        """All that was found."""
        self._crossing.close()
        self._failures += (
            *self._crossing.failures(), *self._adding.failures(), *self._registered.failures, *self._programs.failures(),
            *self._asked.failures, *self._overrides.failures, *self._rulebook.failures(), *self._owed.failures,
        )  # fmt: skip
        self._findings += self._redecider.findings()
        self._failures += self._redecider.failures
        told = (*self._registered.findings(self.zone), *self._programs.findings(), *self._asked.findings())
        self._findings += (*told, *self._rulebook.findings(), *self._issues.values(), *self._overrides.findings(self.zone))
        self._findings += (*self.windows.findings(), *self._owed.findings(self.zone))
        for seat, times in self._silent.items():
            if self._looker.over(seat):
                continue
            silent = msgn("silent at {n} tick of the agent", "silent at {n} ticks of the agent", times)
            self._note("silent", msg("seat {seat}", seat=seat), silent)
        for seat, entries in () if self.windows.dated else self._late.items():  # witnesses know better
            late = msgn("{n} entry came late by the agent's clock", "{n} entries came late by the agent's clock", entries)
            self._note("late", msg("seat {seat}", seat=seat), late)
        self._findings += (*self._crossing.findings(self.zone), *self._adding.findings())
        return Audit(
            failures=tuple(self._failures),
            findings=tuple(self._findings),
            gaps=tuple(self._owed.gaps(self._crossing.gaps(gap for seat in self._seats.values() for gap in seat.gaps))),
            seats=tuple(presence.part() for presence in self._seats.values()),
            days=len({day_name(self.zone, since) for since in self._plays.sinces}),
            plays=len(self._plays.sinces),
            running=self._plays.unended,
            played_ms=self._plays.played_ms,
            decisions=self._decisions,
            overview=self._looker.overview(),
        )

    # --- plays and decisions --------------------------------------------------------------------------------------------

    def _ended(self, where: Arg, line: entry.PlayEnded) -> None:
        play = self._plays.running(line.seat, line.play)
        if play is None:
            self._fail(where, msg("no play {play} of this seat is open", play=str(line.play)))
            return
        if (line.who, line.game, line.since) != (play.who, play.game, play.since) or line.ms < 0:
            self._fail(where, msg("it is not the play that play.started {play} began", play=str(line.play)))
            return
        self._crossing.ended(where, line, play)
        self._plays.end(play, line)
        if line.late:
            self._note("late-play", where, msg("nobody saw its end"))
        due = self._due.get((line.seat, line.play))
        if due is not None and due.boot == line.boot and line.mono - due.mono > due.grace + OVERRUN_MS:
            over = Length(line.mono - due.mono - due.grace)
            self._note("overrun", where, msg("it went on for {length} after its time was over", length=over))

    def _decided(self, where: Arg, line: entry.PlayDue | entry.LaunchRefused) -> None:
        self._decisions += 1
        self._overrides.decided(where, line)
        if isinstance(line, entry.PlayDue):
            play = self._plays.running(line.seat, line.play)
            asked = abs(line.at - line.wall) > CLOCK_BACK_MS  # by another clock, which may say another day, and so another who
            if play is None or play.game != line.game or (play.who != line.who and not asked):
                self._fail(where, msg("there is no such play {play}", play=str(line.play)))
            if (line.seat, line.play) in self._due:
                self._note("due-again", where, msg("it was due before and let go on"))
            self._due[line.seat, line.play] = _Due(line.boot, line.mono, line.grace)
        try:
            self._recomputer.check(line)
        except Unfounded as error:
            self._fail(where, error.message)
        self._adding.decided(where, line)

    def _fail(self, where: Arg, what: Message) -> None:
        self._failures.append(Failure(where, what))

    def _note(self, kind: str, where: Arg, what: Message) -> None:
        self._findings.append(Finding(kind, where, what))


def _jumped(ms: int) -> Message:
    if ms < 0:
        return msg("the clock jumped back by {length}", length=Length(-ms, exact=True))
    return msg("the clock jumped ahead by {length}", length=Length(ms, exact=True))
