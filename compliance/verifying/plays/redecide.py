"""Decides every play again, not only those that were due: whether it might go on for as long as it did. Pure.

A play's entry says what it was decided by; what was played before it that day, grants, pauses and times in which nothing was
enforced stand in other entries. `rules.decide`, which decided at the seat, says from that when it had to end. A play is decided
when it begins; only one that went on beyond that, or whose rules changed meanwhile, is looked at moment by moment, at the end,
when all grants are known. What cannot be decided is counted.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from heapq import nlargest
from typing import get_args

from msgspec import UNSET

from compliance import entry
from compliance.entries.decision import PlayDue
from compliance.entries.override import EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused, Resumed
from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded, PlayRuled, PlayStarted
from compliance.entries.seat import SeatStart
from compliance.format.chain import AGENT
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.plays.binding import MOST, Policies, Why
from compliance.verifying.plays.over import Over, Surely, held_back, moments_of, over, overnight
from compliance.verifying.plays.packs import HEAVY, Packs, Work
from compliance.verifying.plays.reasons import Binding, Undecided, Unsaid, contradictions, finding, tells, unended
from compliance.verifying.plays.runs import (
    FOREVER,
    LEAVE_MS,
    MOST_AWAY_MS,
    SHIFTING,
    SLEPT_MS,
    Day,
    Given,
    Run,
    Seat,
    decided,
)
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.wanted import Taking
from i18n.message import Arg, Message, msg
from rules.calendar import DAY_MS
from rules.facts import Grant
from rules.policy import Role

_KEPT_MS = DAY_MS + DAY_MS // 4
_UNENDED_MS = 10 * 60_000
_TOLD = SHIFTING | {PlaceChanged, PlayRuled, PlayDue, GrantGiven, GrantRevoked}
_ROLES = frozenset(get_args(Role))
WAITING = 10_000


@dataclass
class Doubtful:
    """`give` grants, `add` plays once they are over, then ask `findings`."""

    undecided: Undecided
    work: Work
    grants: defaultdict[str, list[Given]] = field(default_factory=lambda: defaultdict(list))
    revoked: dict[tuple[str, str], int] = field(default_factory=dict)
    _waiting: list[Run] = field(default_factory=list)
    _settled: Listed = field(default_factory=Listed)
    _longest: dict[str, tuple[int, int, list[Given]]] = field(default_factory=dict)

    def give(self, who: str, given: Given) -> None:
        insort(self.grants[who], given, key=lambda one: one.given)

    def add(self, run: Run) -> None:
        if run.where == NOWHERE:
            return
        self._waiting.append(run)
        if len(self._waiting) >= WAITING:
            self._settle()

    def _settle(self) -> None:
        given, half = self._given(), len(self._waiting) // 2
        for run in self._waiting[:half]:
            self._settled.extend(self._said(run, self._looked_at(run, given)))
        del self._waiting[:half]

    def findings(self) -> Iterator[Finding]:
        given = self._given()
        yield from self._settled
        for run in self._waiting:
            yield from self._said(run, self._looked_at(run, given))

    def _given(self) -> list[Given]:
        """All grants, in order."""
        return sorted((one for grants in self.grants.values() for one in grants), key=lambda one: one.given)

    def _said(self, run: Run, found: Over | Why | None) -> Iterator[Finding]:
        if isinstance(found, str):
            self.undecided.add(found, run.where)
        elif found is not None:
            yield finding(run, found)

    def _looked_at(self, run: Run, given: list[Given]) -> Over | Why | None:
        own = self.grants.get(run.day.who, [])
        try:
            found = self._over_by(run, own)
            if isinstance(found, Over) and (more := overnight(given, run)):
                return self._over_by(run, [*more, *own])
            return found
        except (ValueError, OverflowError):
            return "odd"

    def _over_by(self, run: Run, given: list[Given]) -> Over | Why | None:
        """As long as there is not more to do than there are entries."""
        if len(given) > MOST:
            run.spared, given = self._most(run.day.who, given)
        moments = moments_of(run, given, self.revoked)
        every = len(moments) * (1 + max(one.rules.size for one in run.ruled) // HEAVY) + run.loose * run.day.plays // 16
        return over(run, given, self.revoked, moments) if self.work.look(every) else "many"

    def _most(self, who: str, given: list[Given]) -> tuple[int, list[Given]]:
        """The longest grants of a player's, in order, and how long all others are together."""
        known = self._longest.get(who)
        if known is None or known[0] != len(given):
            longest = sorted(nlargest(MOST, given, key=lambda one: one.grant.ms), key=lambda one: one.given)
            rest = sum(one.grant.ms for one in given) - sum(one.grant.ms for one in longest)
            known = self._longest[who] = len(given), rest, longest
        return known[1:]


@dataclass
class Redecider:
    """Have every entry, in the order of the log, taken by what is `of` its seat; then ask `failures` and `findings`."""

    packs: Packs
    failures: Faults = field(default_factory=Faults)
    _seats: dict[str, Seat] = field(default_factory=dict)
    _first_seat: dict[str, str] = field(default_factory=dict)  # by pseudonym
    _surely: Surely = field(default_factory=Surely)
    _unsaid: Unsaid = field(default_factory=Unsaid)
    _public: bool = False  # it was no home: no such place ever had a version that does not say what binds plays
    _undecided: Undecided = field(default_factory=Undecided)

    def __post_init__(self) -> None:
        self._work = self.packs.work
        self._binding = Binding(Policies(self.packs), self._undecided, self.failures)
        self._doubtful = Doubtful(self._undecided, self._work)

    def of(self, line: entry.AnyEntry) -> Taking:
        """What takes each entry of its seat, this one first."""
        seat = self._seats.get(line.seat)
        if seat is None:
            seat = self._seats[line.seat] = Seat(first=line.wall)
        return partial(self._take, seat)

    def _take(self, seat: Seat, where: Arg, line: entry.AnyEntry) -> None:
        self._work.taken += 1
        if type(line) is PlayStarted:
            self._start(where, line, seat)
        elif type(line) is PlayEnded:
            self._end(line, seat)
        elif type(line) in _TOLD:
            self._told(where, line, seat)
        seat.last = line

    def _told(self, where: Arg, line: entry.AnyEntry, seat: Seat) -> None:
        match line:
            case PlayRuled():
                self._ruled(where, line, seat)
            case PlayDue() if (run := seat.runs.get(line.play)) is not None:
                run.due = (run.now(line.mono, line.boot, line.wall), line.grace)
                self.failures.extend(contradictions(where, line, run))
            case GrantGiven() if line.by in _ROLES and line.ms > 0:
                grant = Grant(line.by, line.ms, line.game, line.given, line.id)  # type: ignore[arg-type] # a role
                self._doubtful.give(line.who, Given(line.given, grant, line.seat, line.id))
            case GrantRevoked():
                self._doubtful.revoked.setdefault((line.seat, line.id), line.wall)
                seat.shifts.count += 1
            case Paused() | Resumed() | EnforcementOff() | EnforcementOn() | SeatStart():
                seat.shifts.take(line, 0 if seat.last is None else seat.last.wall)
                seat.restart(line.boot)
                seat.tells = seat.tells or (isinstance(line, SeatStart) and tells(line.version))
            case PlaceChanged() if line.seat == AGENT and line.place != "home":
                self._public = True
            case _:
                pass

    # --- plays ----------------------------------------------------------------------------------------------------------

    def _start(self, where: Arg, line: PlayStarted, seat: Seat) -> None:
        day = self._day(line.who, line.wall, seat)
        ruled = self._binding.read(where, line, seat)
        seat.tells = seat.tells or ruled is not None
        resumed = line.resumed is not None and line.resumed in seat.midnight
        late = resumed or line.since < seat.first
        run = Run(
            where, line.seat, day, line.game, line.publisher, line.label, line.since, line.wall, line.mono, line.boot,
            () if ruled is None else (ruled,), seat.shifts.count, not day.running, late,
        )  # fmt: skip
        if line.resumed is not None and (due := seat.midnight.pop(line.resumed, None)) is not None:
            run.carried = due[0] + due[1] + LEAVE_MS
        run.ran = line.ran is not UNSET
        run.unsaid = line.bound is UNSET and (seat.tells or self._public)
        self._join(line, day, run)
        seat.runs[line.seq] = run
        if ruled is None:
            return
        elsewhere = self._first_seat.setdefault(line.who, line.seat) != line.seat
        if elsewhere or line.resumed is not None or not ruled.rules.plain:
            for why in ruled.rules.limits(elsewhere=elsewhere, resumed=line.resumed is not None):
                self._undecided.add(why, where)
        run.shifts = seat.shifts.during(day.who, run.at, run.at)

    def _first(self, run: Run) -> int:
        """When it had to end, by all that its seat had written when it began. With many grants that is asked at the end."""
        given, revoked = self._doubtful.grants.get(run.day.who, ()), self._doubtful.revoked
        if len(given) > MOST:
            return run.at
        grants = tuple(one.grant for one in given if one.given <= run.at < revoked.get((run.seat, one.id), FOREVER))
        others = run.day.running.values() if run.day.part != "none" else ()
        going = tuple(one.played(run.at - one.since) for one in others if one.since < run.at)
        decision = decided(run, run.ruled[0], run.at, grants, going)
        run.refused = decision.verdict != "allow" and held_back(run, run.ruled[0], run.at) is None
        return run.at if decision.verdict != "allow" else decision.until or FOREVER

    def _join(self, line: PlayStarted, day: Day, run: Run) -> None:
        day.many = day.many or len(day.games) > MOST or len(day.running) > MOST
        if not day.many:
            for other in day.running.values():
                other.alone = False
            day.games.setdefault(line.game, 0)
        day.running[line.seq] = run
        self._learns(line, run)

    def _learns(self, line: PlayStarted | PlayRuled, run: Run) -> None:
        if line.learning is True and not run.day.many:
            run.day.learning |= {run.game}

    def _end(self, line: PlayEnded, seat: Seat) -> None:
        run = seat.runs.pop(line.play, None)
        if run is None:
            return
        if run.unsaid:
            self._unsaid.end(run, line)
        day = run.day
        day.running.pop(line.play, None)
        if line.how == "midnight":
            seat.midnight[line.play] = run.due
        span = line.span
        run.slept = line.late or abs(line.wall - line.since - span) > SLEPT_MS
        if line.boot == run.boot:
            run.apart(line.mono, line.wall)
        else:
            run.apart(*seat.ran.get(run.boot, (run.mono + span, line.wall)))
        day.slept = day.slept or run.slept
        run.loose = run.slept and not (run.alone and not day.running)
        day.blurred = day.blurred or run.loose
        since_told = line.mono - run.mono if line.boot == run.boot else line.ms - (run.at - run.since)
        away = 0 if run.slept or day.many else span - line.ms
        self._over(run, run.at + max(0, min(line.ms, since_told)), line.ms, seat, away if 0 < away <= MOST_AWAY_MS else 0)

    def _over(self, run: Run, ended: int, ms: int, seat: Seat, away: int = 0) -> None:
        """It ended then, after `ms` in all, or goes on at the end of the log."""
        run.ended, day = ended, run.day
        if not day.many:
            if 0 < ms <= 2 * DAY_MS and not run.loose:
                day.end(run, ms, away)
            day.total += max(0, ms)
            day.games[run.game] += max(0, ms)
        if not run.ruled or any(one.rules.packs is None for one in run.ruled) or not self._can_be(run, seat):
            return
        same = run.changes == seat.shifts.count and len(run.ruled) == 1 and not run.shifts
        try:
            if (same and self._surely.allows(run, run.ruled[0], ended)) or (self._first(run) >= ended and same):
                return
            run.shifts = seat.shifts.during(day.who, run.at - run.blur, ended + run.blur)
            self._doubtful.add(run)
        except (ValueError, OverflowError):
            self._undecided.add("odd", run.where)

    def _can_be(self, run: Run, seat: Seat) -> bool:
        """Whether it can be decided at all; what of it cannot is noted."""
        day, rules = run.day, run.ruled[-1].rules
        if rules.counts("none" if day.blurred else day.part):
            self._undecided.add("many" if day.many else "unseen", run.where)
        lost, shifts = run.at - run.blur, seat.shifts
        if rules.size and (len(run.ruled) > MOST or lost < max(shifts.bound, shifts.freed)):
            self._undecided.add("many", run.where)
            return lost >= shifts.freed and len(run.ruled) <= MOST
        if rules.size > HEAVY and not self._work.ask(rules.size):
            self._undecided.add("many", run.where)
            return False
        return True

    def _ruled(self, where: Arg, line: PlayRuled, seat: Seat) -> None:
        run = seat.runs.get(line.play)
        if run is None or run.day.who != line.who:
            self._fail(where, msg("there is no such play {play}", play=str(line.play)))
            return
        ruled = self._binding.read(where, line, seat)
        self._learns(line, run)
        if ruled is not None and len(run.ruled) <= MOST:
            run.ruled += (ruled,)
            if ruled.rules.why is not None:
                self._undecided.add(ruled.rules.why, where)

    # --- what bound them ------------------------------------------------------------------------------------------------

    def _day(self, who: str, wall: int, seat: Seat) -> Day:
        """What is known of this pseudonym at the seat; what is over for long is not kept."""
        day = seat.days.get(who)
        if day is None:
            again = wall < seat.dropped + _KEPT_MS  # the clock went back: it may be of those that are not kept
            day = seat.days[who] = Day(who, slept=again, blurred=again)
        else:
            seat.days.move_to_end(who)
        day.last = wall
        for oldest in seat.days.values():
            if oldest.last >= wall - _KEPT_MS or oldest.running:
                break
            del seat.days[oldest.who]
            seat.dropped = max(seat.dropped, oldest.last)
            break
        return day

    # --- the end --------------------------------------------------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        """What went on for too long, and what could not be said."""
        for seat in self._seats.values():
            for run in list(seat.runs.values()):
                yield from self._open(run, seat)
        yield from self._doubtful.findings()
        yield from (*self._unsaid.findings(), *self._undecided.findings())

    def _open(self, run: Run, seat: Seat) -> Iterator[Finding]:
        """A play without an end: it goes on as far as its seat's last entry of the same run of the PC says."""
        if run.unsaid:
            self._unsaid.open(run)
        last = seat.last
        if last is None or run.boot != last.boot:
            return
        ended = run.now(last.mono, last.boot, last.wall)
        run.slept = abs(last.wall - ended) > SLEPT_MS
        run.apart(last.mono, last.wall)
        run.day.slept = run.day.slept or run.slept
        run.loose = run.slept and not (run.alone and len(run.day.running) == 1)
        run.day.blurred = run.day.blurred or run.loose
        if run.due is not None and ended > run.due[0] + run.due[1] + _UNENDED_MS:
            yield unended(run, ended - run.due[0] - run.due[1])
        else:
            self._over(run, ended, ended - run.since, seat)

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))
