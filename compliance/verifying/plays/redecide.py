"""Decides every play again, not only those that were due: whether it might go on for as long as it did. Pure.

A play's entry says what it was decided by; what was played before it that day, grants, pauses and times in which nothing was
enforced stand in other entries. `rules.decide`, which decided at the seat, says from that when it had to end. Most plays surely
might go on. Every other one is looked at moment by moment at the end, when all grants are known. What cannot be decided is
counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, get_args

from msgspec import UNSET

from compliance import entry
from compliance.entries.decision import PlayDue
from compliance.entries.override import EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused, Resumed
from compliance.entries.play import PlayEnded, PlayRuled, PlayStarted
from compliance.entries.seat import SeatStart
from compliance.verifying.listed import Faults, Listed
from compliance.verifying.plays.over import Over, Surely, moments_of, over, overnight
from compliance.verifying.plays.packs import HEAVY, Packs, Policies, Why
from compliance.verifying.plays.reasons import Undecided, contradictions, finding, unended
from compliance.verifying.plays.runs import FOREVER, MOST, SHIFTING, SLEPT_MS, Day, Given, Ruled, Run, Seat
from compliance.verifying.report import NOWHERE, Failure, Finding
from compliance.verifying.wanted import Taking
from i18n.message import Arg, Message, msg
from rules.calendar import DAY_MS
from rules.facts import Grant
from rules.policy import Place, Role

WAITING: Final = 10_000
_KEPT_MS: Final = DAY_MS + DAY_MS // 4
_UNENDED_MS: Final = 10 * 60_000
_OLDEST: Final = 150  # in years
_PLACES: Final = frozenset(get_args(Place))
_ROLES: Final = frozenset(get_args(Role))
_TOLD: Final = SHIFTING | {PlayStarted, PlayEnded, PlayRuled, PlayDue, GrantGiven, GrantRevoked}


@dataclass
class Redecider:
    """Have every entry, in the order of the log, taken by what is `of` its seat; then ask `failures` and `findings`."""

    packs: Packs
    failures: Faults = field(default_factory=Faults)
    _seats: dict[str, Seat] = field(default_factory=dict)
    _first_seat: dict[str, str] = field(default_factory=dict)  # by pseudonym
    _grants: defaultdict[str, list[Given]] = field(default_factory=lambda: defaultdict(list))
    _revoked: dict[tuple[str, str], int] = field(default_factory=dict)  # by seat and id, when
    _surely: Surely = field(default_factory=Surely)
    _undecided: Undecided = field(default_factory=Undecided)
    _waiting: list[Run] = field(default_factory=list)
    _settled: Listed = field(default_factory=Listed)

    def __post_init__(self) -> None:
        self._work, self._policies = self.packs.work, Policies(self.packs)

    def of(self, line: entry.AnyEntry) -> Taking:
        """What takes each entry of its seat, this one first."""
        seat = self._seats.setdefault(line.seat, Seat(line.wall))
        return partial(self._take, seat)

    def _take(self, seat: Seat, where: Arg, line: entry.AnyEntry) -> None:
        self._work.taken += 1
        last = seat.last
        if last is not None and last.boot != line.boot:
            seat.before = last
        if type(line) in _TOLD:
            self._told(where, line, seat)
        seat.last = line

    def _told(self, where: Arg, line: entry.AnyEntry, seat: Seat) -> None:
        match line:
            case PlayStarted():
                self._start(where, line, seat)
            case PlayEnded() if (run := seat.runs.pop(line.play, None)) is not None:
                run.day.running.pop(line.play, None)
                if line.starts is not UNSET:
                    run.slept = True  # an older version tells several plays as one
                self._end(run, seat, line, line.ms, slept=line.late)
            case PlayRuled():
                self._ruled(where, line, seat)
            case PlayDue() if (run := seat.runs.get(line.play)) is not None:
                run.due = (run.now(line), line.grace)
                self.failures.extend(contradictions(where, line, run))
            case GrantGiven() if line.by in _ROLES and line.ms > 0:
                grant = Grant(line.by, line.ms, line.game, line.given, line.id)  # type: ignore[arg-type] # a role
                self._grants[line.who].append(Given(line.seat, grant))
            case GrantRevoked():
                self._revoked.setdefault((line.seat, line.id), line.wall)
            case Paused() | Resumed() | EnforcementOff() | EnforcementOn() | SeatStart():
                seat.shifts.take(line, 0 if seat.last is None else seat.last.wall)
            case _:
                pass

    # --- what binds plays -----------------------------------------------------------------------------------------------

    def _start(self, where: Arg, line: PlayStarted, seat: Seat) -> None:
        day, ruled = self._day(line.who, line.wall, seat), self._bound(where, line, seat)
        fresh = line.resumed is None and line.ran is UNSET and line.since >= seat.first
        run = Run(
            where, line.seat, day, line.game, line.publisher, line.label, line.since, line.wall, line.mono, line.boot,
            () if ruled is None else (ruled,), not day.running, fresh, line.learning is True,
        )  # fmt: skip
        day.begin(line.seq, run)
        seat.runs[line.seq] = run
        if ruled is None or run.learning:
            return
        elsewhere = self._first_seat.setdefault(line.who, line.seat) != line.seat
        if elsewhere or line.resumed is not None or not ruled.rules.plain:
            for why in ruled.rules.limits(elsewhere=elsewhere, resumed=line.resumed is not None):
                self._undecided.add(why, where)

    def _ruled(self, where: Arg, line: PlayRuled, seat: Seat) -> None:
        run = seat.runs.get(line.play)
        if run is None or run.day.who != line.who:
            self._fail(where, msg("there is no such play {play}", play=str(line.play)))
            return
        ruled = self._bound(where, line, seat)
        run.learning = run.learning or line.learning
        if ruled is not None and len(run.ruled) <= MOST:
            run.ruled += (ruled,)
            if ruled.rules.why is not None:
                self._undecided.add(ruled.rules.why, where)

    def _bound(self, where: Arg, line: PlayStarted | PlayRuled, seat: Seat) -> Ruled | None:
        """What the entry says bound it. None: nothing, or what cannot be, which is a failure."""
        bound = line.bound
        if bound is UNSET:
            self._undecided.add("older", where)
            return None
        if isinstance(bound, int):
            seq, known, rules = seat.bounds.get(line.who, (None, None, None))
            if known is None or rules is None or seq != bound:
                self._fail(where, msg("no entry {seq} of its seat says what its player was bound by", seq=str(bound)))
                return None
            bound = known
        else:
            rules = self._policies.of(bound)
            seat.say(line.who, line.seq, bound, rules)
        if bound.place not in _PLACES:
            self._fail(where, msg("there is no kind of place {place}", place=bound.place))
            return None
        if line.age is not None and not 0 <= line.age <= _OLDEST:
            self._fail(where, msg("{age} is not an age", age=str(line.age)))
            return None
        system, counted = line.system if line.system is not UNSET else "VN", rules.same_day(bound.zone, line.wall)
        ruled = Ruled(
            line.wall, rules, bound, line.age, line.label, system, line.publisher, line.approved is True, counted
        )  # fmt: skip
        if not counted:
            self._elsewhere(where, ruled)
        return ruled

    def _elsewhere(self, where: Arg, ruled: Ruled) -> None:
        """Its rules' days are others than its place's, by which pseudonyms are. A public place lies where its rules do."""
        bound, rules = ruled.bound, ruled.rules
        if bound.place != "home" and any(pack.scope == "place" and pack.zone != bound.zone for pack in rules.packs or ()):
            self._undecided.add("abroad", where)
        elif rules.leaves_out("none"):
            self._undecided.add("zone", where)

    def _day(self, who: str, wall: int, seat: Seat) -> Day:
        """What is known of this pseudonym at the seat; what is over for long is not kept."""
        day = seat.days.get(who)
        if day is None:
            day = seat.days[who] = Day(who)
        else:
            seat.days.move_to_end(who)
        day.last = wall
        oldest = next(iter(seat.days.values()))
        if oldest.last < wall - _KEPT_MS and not oldest.running:
            del seat.days[oldest.who]
        return day

    # --- plays that are over --------------------------------------------------------------------------------------------

    def _end(self, run: Run, seat: Seat, line: entry.AnyEntry, ms: int, *, slept: bool = False) -> None:
        """It lasted `ms`, as `line` says, or goes on at the end of the log with that."""
        here = line if line.boot == run.boot else seat.before
        run.apart = FOREVER if here is None or here.boot != run.boot else abs(here.wall - run.now(here))
        run.slept = run.slept or slept or abs(line.wall - run.since - ms) > SLEPT_MS
        run.loose = run.slept and not (run.alone and not run.day.running)
        since_told = line.mono - run.mono if line.boot == run.boot else ms - (run.at - run.since)
        run.ended = run.at + max(0, min(ms, since_told))
        if not run.learning:
            run.day.end(run, ms)
            self._decide(run, seat)

    def _decide(self, run: Run, seat: Seat) -> None:
        """At once if it surely might go on, else when all is known."""
        if not run.ruled or run.where == NOWHERE or any(one.rules.packs is None for one in run.ruled):
            return
        rules = run.ruled[-1].rules
        if rules.size and (len(run.ruled) > MOST or run.at < seat.shifts.known or not self._work.ask(rules.size)):
            self._undecided.add("many", run.where)
            return
        if rules.leaves_out(run.part):
            self._undecided.add("many" if run.day.many else "unseen", run.where)
        run.shifts = seat.shifts.during(run.day.who, run.at, run.ended)
        try:
            if not run.shifts and len(run.ruled) == 1 and self._surely.allows(run):
                return
        except (ValueError, OverflowError):
            self._undecided.add("many", run.where)
            return
        self._waiting.append(run)
        if len(self._waiting) >= WAITING:
            self._settle(WAITING // 2)

    def _settle(self, most: int) -> None:
        """Looks at so many plays that wait."""
        given = [one for grants in self._grants.values() for one in grants]
        for run in self._waiting[:most]:
            try:
                found = self._looked_at(run, given)
            except (ValueError, OverflowError):
                found = "many"
            if isinstance(found, Over):
                self._settled.add(finding(run, found))
            elif found is not None:
                self._undecided.add(found, run.where)
        del self._waiting[:most]

    def _looked_at(self, run: Run, everybody: list[Given]) -> Over | Why | None:
        """As long as there is not more to do than there are entries."""
        given = self._grants.get(run.day.who, [])
        moments = moments_of(run, given[: MOST + 1], self._revoked)
        work = len(moments) * (1 + max(one.rules.size for one in run.ruled) // HEAVY)
        if len(given) > MOST or len(moments) > MOST or not self._work.look(work):
            return "many"
        found = over(run, given, self._revoked, moments)
        return "day-before" if isinstance(found, Over) and overnight(everybody, run) else found

    # --- the end --------------------------------------------------------------------------------------------------------

    def findings(self) -> Iterator[Finding]:
        """What went on for too long, and what could not be said."""
        for seat in self._seats.values():
            for seq, run in list(seat.runs.items()):
                yield from self._open(seq, run, seat)
        self._settle(len(self._waiting))
        yield from (*self._settled, *self._undecided.findings())

    def _open(self, seq: int, run: Run, seat: Seat) -> Iterator[Finding]:
        """A play without an end: it goes on as far as its seat's last entry of the same run of the PC says."""
        last = seat.last
        if last is None or run.boot != last.boot:
            return
        ended = run.now(last)
        if run.due is not None and ended > run.due[0] + run.due[1] + _UNENDED_MS:
            yield unended(run, ended - run.due[0] - run.due[1])
            return
        run.day.running.pop(seq, None)
        self._end(run, seat, last, ended - run.since)

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))
