"""Entries of which one belongs to another of its seat – raised and cleared, off and on –, and what is there twice. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush

import msgspec

from compliance.entries.decision import LaunchRefused
from compliance.entries.log import Seal
from compliance.entries.override import EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused, Resumed
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import ClockJump, IssueCleared, IssueRaised, SeatEnrolled, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.crossing.tally import Tally
from compliance.verifying.listed import Faults
from compliance.verifying.report import Failure, Finding
from compliance.verifying.wanted import Taking
from i18n.message import Arg, msg

_MOST = 10_000  # times that are taken back, and that no entry before gave
_AFTER_MS = 15 * 60_000  # what is over is said to be, as soon as the seat runs and the PC is awake
_IN_DOUBT = ("issue", "clock-jump")
_ALL = "pause of all"  # of which one may be let off alone
_OFTEN = (LaunchRefused, ProgramRefused, Seal)  # a game may be begun twice in one millisecond
_OF_PAIRS = frozenset({
    ClockJump, EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, IssueCleared, IssueRaised, Paused, Resumed,
})  # fmt: skip

_WHAT = {
    "twice": msg("the same entry is there twice"),
    "raised": msg("it says that something is over which no entry says began"),
    "revoked": msg("the extra time that it takes back was given by no entry"),
    "open": msg("no entry says that it was over, and its seat went on"),
    "start": msg("it contradicts how the run before it ended"),
    "first": msg("the chain of its seat does not begin with a start, or that of the agent with its key"),
    "given": msg("its time was given at another moment than this"),
}


@dataclass(slots=True)
class _Seat:
    """`last`: its last entry; `stopped`: its last run, None before any; `open`: what began and is not over, by kind and id,
    where; `due`: until when, of which of these; `past`: what was due, since when this run could say so by the play clock.
    `whole`: from its beginning.
    """

    whole: bool = False
    last: AnyEntry | None = None
    stopped: bool | None = None
    open: dict[tuple[str, str], Arg] = field(default_factory=dict)
    due: list[tuple[int, str, str]] = field(default_factory=list)
    past: deque[tuple[int, int, str, str]] = field(default_factory=deque)

    def begin(self, what: tuple[str, str], where: Arg, until: int | None) -> None:
        self.open[what] = where
        if until is not None:
            heappush(self.due, (until, *what))

    def forget(self) -> None:
        """When what is open was to be over."""
        self.due.clear()
        self.past.clear()


@dataclass
class Paired:
    """Have every entry taken by what is `of` its seat, then ask `failures` and `findings`."""

    failures: Faults = field(default_factory=Faults)
    _seats: dict[str, _Seat] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    _revoked: list[tuple[Arg, GrantRevoked]] = field(default_factory=list)  # of what no entry before gave
    _ungiven: Tally = field(default_factory=lambda: Tally(_WHAT, "paired"))
    _tally: Tally = field(default_factory=lambda: Tally(_WHAT, "paired"))

    def of(self, line: AnyEntry) -> Taking:
        """What takes each entry of its seat, this one first."""
        seat = self._seats.setdefault(line.seat, _Seat())
        return partial(self._take, seat)

    def _take(self, seat: _Seat, where: Arg, line: AnyEntry) -> None:
        kind = type(line)
        if kind is Seal:
            return
        last, seat.last = seat.last, line
        if last is None:
            seat.whole = line.seq == 1
            if line.seq == 1 and not _begins(line):
                self._tally.see("first", where, line)
        if seat.past or (seat.due and line.wall > seat.due[0][0]):
            self._late(line, seat)
        if type(line) is SeatStart:
            self._start(where, line, seat)
        if last is not None and last.mono == line.mono and last.wall == line.wall and type(last) is kind and _same(last, line):
            self._tally.see("twice", where, line)
        elif kind is SeatStop:
            seat.stopped = True
        elif kind in _OF_PAIRS:
            self._pair(where, line, seat)

    def _pair(self, where: Arg, line: AnyEntry, seat: _Seat) -> None:
        match line:
            case ClockJump():
                seat.forget()
            case IssueRaised():
                seat.begin(("issue", line.id), where, None)
            case IssueCleared():
                self._over(where, line, seat, ("issue", line.id))
            case EnforcementOff():
                seat.begin(("off", line.id), where, line.until)
            case EnforcementOn():
                self._over(where, line, seat, ("off", line.id))
            case Paused():
                seat.begin(("pause" if line.who else _ALL, line.id), where, line.until)
            case Resumed() if line.who is None:  # of one who was removed, nobody is named
                self._over(where, line, seat, (_ALL if (_ALL, line.id) in seat.open else "pause", line.id))
            case Resumed():
                seat.open.pop(("pause", line.id), None)
            case _:
                self._grant(where, line)

    def _grant(self, where: Arg, line: AnyEntry) -> None:
        match line:
            case GrantGiven():
                self._given.add(line.id)
                if abs(line.given - line.wall) > _AFTER_MS - 60_000:
                    self._tally.see("given", where, line)
            case GrantRevoked() if line.id not in self._given:
                if len(self._revoked) < _MOST:
                    self._revoked.append((where, line))
                else:
                    self._ungiven.see("revoked", where, line)
            case _:
                pass

    def _start(self, where: Arg, line: SeatStart, seat: _Seat) -> None:
        if line.clean and line.lost_from is not None:
            self.failures.append(Failure(where, msg("it says both that the last run ended in order and when it was lost")))
        if line.clean and seat.stopped is False:
            self.failures.append(Failure(where, msg("it says that the last run ended in order, but no entry says so")))
        if not line.clean and (line.lost_from is None or seat.stopped):
            self._tally.see("start", where, line)
        seat.stopped = False
        seat.past = deque((line.mono, *one[1:]) for one in seat.past)
        seat.open.pop(_IN_DOUBT, None)  # that the clock is in doubt still, the new run says itself

    def _late(self, line: AnyEntry, seat: _Seat) -> None:
        """What was to be over, and its run went on for long; the PC may have slept up to the first entry after that. By which
        clock it is, is not sure where that was set meanwhile.
        """
        if isinstance(line, ClockJump) or _IN_DOUBT in seat.open:
            seat.forget()
        while seat.due and line.wall > seat.due[0][0]:
            seat.past.append((line.mono, *heappop(seat.due)))
        if seat.stopped is not False or isinstance(line, SeatStart):
            return
        while seat.past and line.mono - seat.past[0][0] > _AFTER_MS:
            _, until, *what = seat.past.popleft()
            if (where := seat.open.get((what[0], what[1]))) is not None:
                self._tally.count("open", line.seat, where, until)

    def _over(self, where: Arg, line: AnyEntry, seat: _Seat, what: tuple[str, str]) -> None:
        if seat.open.pop(what, None) is None and seat.whole:
            self._tally.see("raised", where, line)

    def findings(self) -> Iterator[Finding]:
        if all(seat.whole for seat in self._seats.values()):
            for where, line in self._revoked:
                if line.id not in self._given:
                    self._ungiven.see("revoked", where, line)
            yield from self._ungiven.findings()
        yield from self._tally.findings()


def _begins(line: AnyEntry) -> bool:
    """Whether a chain begins so."""
    if line.seat == AGENT:
        return isinstance(line, SeatEnrolled) and line.id == AGENT
    return isinstance(line, SeatStart)


def _same(last: AnyEntry, line: AnyEntry) -> bool:
    return not isinstance(line, _OFTEN) and msgspec.structs.replace(last, seq=line.seq, prev=line.prev) == line
