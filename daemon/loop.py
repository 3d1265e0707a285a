"""observe -> recognise -> account -> decide -> record -> enforce -> publish: the daemon's walk, all on one thread.

`tick` does what the present moment asks for and says in how many milliseconds to call it again: at most 30 s, on a monotonic
timer, after which both clocks are read anew. Observations of the watcher and changes of roster or grants come in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from daemon import events
from daemon.changed import Caught, Changed
from daemon.deciding.gate_answers import GateAnswers
from daemon.deciding.judge import Judge, Ruling, strictness
from daemon.deciding.overrides import Overrides, PauseEvent
from daemon.deciding.plays import Play, Plays, Recognised, play_of, recognise
from daemon.ending import Ended, Saving, begun
from daemon.enforce import Enforcer, next_of
from daemon.health import Health
from daemon.platforms.api import Observation, Platform, ProgramEnded, ProgramStarted, ProgramStopped, StartRefused, WatchTrouble
from daemon.platforms.processes import Identity
from daemon.recording.attempts import Attempts, StartRate
from daemon.recording.chains import renamed
from daemon.recording.resume import cut
from daemon.reporting.announce import Announcer
from daemon.sessions import InForce, People, RuledPlayer
from daemon.trusted import Jump, Reading, TrustedClock
from daemon.unknown_programs import UnknownPrograms
from rules.decision import Decision
from rules.games import Game, Program
from rules.unknown import UNKNOWN

_FREE: Final = Decision("allow", None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Overruling:
    """`announce` records events, in one transaction with what is to be done to the store, then shows them."""

    overrides: Overrides
    announce: Callable[[Sequence[events.Event], Callable[[], object]], None]

    def paused(self, people: People, now: Reading) -> frozenset[str]:
        """The players who may play nothing now, also while nothing else is enforced."""
        pauses = {one.id: self.overrides.pause(one) for one in (*people.players, people.guest)}
        return frozenset(id_ for id_, pause in pauses.items() if pause is not None and pause.holds(min(now.walls)))

    def enforced(self, ruling: Ruling, now: Reading) -> Ruling:
        """The ruling itself; while nothing is enforced but pauses, one that no play has to heed."""
        pause = ruling.facts.paused
        if not self.overrides.open(now) or (pause is not None and pause.holds(min(now.walls))):
            return ruling
        return replace(ruling, decision=_FREE)

    def adopt(self, people: People, now: Reading) -> None:
        """A new list of players is in force."""
        self._end(people, self.overrides.of_others(people), now)

    def expire(self, people: People, now: Reading) -> bool:
        """Whether anything has ended by now."""
        over, off = self.overrides.over(now), self.overrides.off
        self._end(people, over, now)
        if off is not None and not self.overrides.open(now):
            self.overrides.off = None
            self.announce((events.EnforcementOn(off, "", now),), lambda: self.overrides.keep_off(self.overrides.off))
            return True
        return bool(over)

    def _end(self, people: People, over: tuple[PauseEvent, ...], now: Reading) -> None:
        if not over:
            return
        self.overrides.pauses = tuple(one for one in self.overrides.pauses if one not in over)
        said = [events.PlayResumed(None if one.player is None else people.by_id(one.player), one, "", now) for one in over]
        self.announce(said, lambda: self.overrides.keep_pauses(self.overrides.pauses))


LONGEST_WAIT_MS = 30_000
SHORTEST_WAIT_MS = 20
SLEPT_MS = 1_000
SCAN_MS = 120_000


@dataclass(slots=True, eq=False)
class Loop:
    """One seat's walk. Until a roster came nothing is limited."""

    platform: Platform
    clock: TrustedClock
    plays: Plays
    judge: Judge
    announcer: Announcer
    enforcer: Enforcer
    gate: GateAnswers
    unknown: UnknownPrograms
    attempts: Attempts
    health: Health
    in_force: InForce
    overruling: Overruling
    changed: Changed = field(default_factory=Changed, init=False)
    starts: StartRate = field(default_factory=StartRate, init=False)
    _last: Reading | None = field(default=None, init=False)
    _next_scan: int = field(default=0, init=False)
    _readings: tuple[int, Jump | None] = field(default=(1, None), init=False)
    _off: bool = field(default=False, init=False)

    # --- what comes in -------------------------------------------------------------------------------------------------

    def adopt(self, people: People, now: Reading) -> None:
        """A new roster is in force: plays of whoever is another player by it end here. The caller then calls `scan`."""
        self.overruling.adopt(people, now)
        self.gate.adopt(people, open_=self.overruling.overrides.open(now))
        self.unknown.adopt(people, now)
        self.changed.adopt(people, now)
        for play in tuple(self.plays.running.values()):
            player = people.player_of(play.account)
            if player and player.id == play.player.id and not renamed(play.who, play.started_wall, player, people.zone):
                play.player, play.game = player, people.catalogue.games.get(play.game.id, play.game)
                self.announcer.ruled(play, now)
            else:
                self._finish(play, now, now.mono, "list changed")

    def resume(self) -> None:
        """Plays of a former run go on in programs that may not show what they are part of."""
        going = self.plays.running.values()
        self.platform.watcher.resume({one: (play.account, play.game.id) for play in going for one in play.programs})

    def observe(self, seen: Observation) -> bool:
        """True if it changed anything, so that a beat is due; most programs that start are no games."""
        now = self.read()
        match seen:
            case ProgramStarted(program):
                return self._started(program, now, program.since)
            case ProgramEnded(pid, started, mono):
                self.unknown.listed.ended((pid, started), now, min(mono, now.mono))
                return self._ended((pid, started), now, min(mono, now.mono))
            case StartRefused(account=account, game=game):
                self._stopped_at_gate(account, game, seen.times, now)
            case ProgramStopped(account=account):
                self.unknown.stopped(seen, self.in_force.people, now)
                self._stopped_at_gate(account, UNKNOWN, seen.times, now)
                return False
            case WatchTrouble():
                return self._trouble(seen, now)
        return True

    def tick(self) -> int:
        """What the moment asks for; in how many milliseconds the next one comes."""
        now = self.read()
        people = self.in_force.people
        if people is None:
            return LONGEST_WAIT_MS
        if (readings := (len(now.walls), self.clock.jump)) != self._readings:
            self._readings = readings
            self.gate.stale()
        self._overrule(people, now)
        for play in tuple(self.plays.running.values()):
            cut(self.plays, play, people.zone, now, self.announcer.announce)
        if now.mono >= self._next_scan:
            self.scan(now, 0)
        self._check(now)
        for play in tuple(self.plays.running.values()):
            ruling = self._rule(play, now)
            if not ruling.allowed and not isinstance(play.ending, Saving | Ended):
                self.gate.stale()  # shut before the game is told to save: nobody starts it anew in between
                self._renew(people, now, play)
            self.enforcer.follow(play, ruling, now)
        self.announcer.expire(now)
        return self._wait(now, self.enforcer.sweep(now), self._renew(people, now), self.overruling.overrides.next_moment(now))

    def _overrule(self, people: People, now: Reading) -> None:
        """What was let go on while nothing was enforced goes on."""
        if self._off or self.overruling.overrides.off is not None:
            self.enforcer.let_go(self.overruling.paused(people, now))
            self.unknown.begin_anew(now)
        if self.overruling.expire(people, now):
            self.gate.stale()
        self._off = self.overruling.overrides.off is not None

    def _renew(self, people: People, now: Reading, about: Play | None = None) -> int:
        """Of the gate's answers, just before the play `about` is told to save; in how many milliseconds to do it again."""
        saving = self.enforcer.saving(self.plays.running.values(), about)
        return self.gate.renew(people, now, self.judge, saving, open_=self.overruling.overrides.open(now))

    def _wait(self, now: Reading, *others: int | None) -> int:
        """In how many milliseconds a play or a display needs a tick, or one of the `others` comes. None: never."""
        moments = [next_of(play, now) for play in self.plays.running.values()]
        moments += [self.announcer.next_moment(now), *others, LONGEST_WAIT_MS]
        return max(SHORTEST_WAIT_MS, min(one for one in moments if one is not None))

    def read(self) -> Reading:
        """All clocks. Notices that the PC slept, so that play before it stays where it was."""
        now, last = self.clock.read(), self._last
        if last is not None and (now.elapsed - last.elapsed) - (now.mono - last.mono) > SLEPT_MS:
            self.plays.sleep(last, now)
        self._last = now
        return now

    # --- programs ----------------------------------------------------------------------------------------------------------

    def scan(self, now: Reading, floor: int) -> None:
        """Reconciles with everything that runs. What is new counts from its start, but not from before `floor` (mono)."""
        self._next_scan = now.mono + SCAN_MS
        self.changed.settle(now)
        programs = self.platform.watcher.scan()
        here = {program.identity for program in programs}
        self.unknown.listed.keep(here, now)
        for play in tuple(self.plays.running.values()):
            for identity in tuple(play.programs - here):
                self._ended(identity, now, now.mono)
        for program in programs:
            self._started(program, now, max(program.since, floor))

    def _check(self, now: Reading) -> None:
        """Ends that no event told, or not yet: then those come first, as the play may go on in a child."""
        programs = [identity for play in self.plays.running.values() for identity in play.programs]
        gone = [identity for identity in programs if not self.platform.control.alive(*identity)]
        if gone and self.platform.watcher.look():
            for identity in gone:
                self._ended(identity, now, now.mono)

    def _started(self, program: Program, now: Reading, since: int) -> bool:
        """True if it is a game of somebody whose play is recorded."""
        people = self.in_force.people
        if people is None:
            return False
        found = recognise(program, people, self.platform.control, lambda one: self._strictness(one, now))
        strange = self.platform.tells_unknown and bool(program.foreign or program.unread)
        if strange and not self.overruling.overrides.open(now) and self.unknown.ends(program, found, people, now):
            return True
        known = self.plays.of_program(program.identity)
        if strange and found is None and not (known is not None and program.unread):
            found = self.unknown.met(program, people, now, since)
        else:
            self.unknown.listed.ended(program.identity, now, now.mono)
        if known is not None and found is not None and found.key == known.key:
            known.clues = found.clues
            self._join(known, program, found, now)
            return False
        if known is not None and (found or not program.unread):  # it executed something else, or is no game any more
            self._ended(program.identity, now, now.mono, self.changed.how(program, now))
        if found is None:
            return known is not None
        self.gate.saw(program.account, people)
        running = self.plays.running.get(found.key)
        if running is not None and not running.caught and not isinstance(running.ending, Saving | Ended):
            return self._join(running, program, found, now)
        self._refuse_or_begin(people, found, program, running, now, min(since, now.mono))
        return True

    def _refuse_or_begin(
        self, people: People, found: Recognised, program: Program, running: Play | None, now: Reading, since: int
    ) -> None:
        """`running`: the play of this game that it joins, if it may run."""
        ruling = self._judged(found.player, found.game, now, sure=found.sure)
        saves = None if ruling.allowed else self.enforcer.may_save(program, found.key, running, now)
        grace = ruling.decision.grace_ms
        caught = None if ruling.allowed or saves is not None else self.changed.caught(program, found, now, grace)
        if not ruling.allowed and caught is None and (saves is None or saves <= now.mono):
            self.enforcer.refuse(program.pid, program.started)
            if saves is None:
                self._refused(events.LaunchRefused(found.player, program.account, found.game, ruling, now, "ended"))
        elif running is not None:
            self._join(running, program, found, now)
        elif ruling.allowed and self._one_too_many(program, found, now):
            self.enforcer.refuse(program.pid, program.started)
        else:
            ending = caught.ending if caught else begun(saves, now.mono)
            play = play_of(found, program, people, now, since, ending, caught=caught is not None)
            self._begin(play, program, now, caught)

    def _one_too_many(self, program: Program, found: Recognised, now: Reading) -> bool:
        """Whether its account begins plays too often; not so learning programs, nor while nothing is enforced."""
        free = found.game.learning or self.overruling.overrides.open(now)
        return not free and not self.starts.allows(program.account, now.mono)

    def _limited(self, account: str, people: People, now: Reading) -> bool:
        """Whether there is something that it may not play, now or later."""
        player, open_ = people.hider(account), self.overruling.overrides.open(now)
        bound = player is not None and (player.limited or player.unknown == "refused")
        return player is not None and bound and (not open_ or player.id in self.overruling.paused(people, now))

    def _trouble(self, seen: WatchTrouble, now: Reading) -> bool:
        """Of a program of somebody's who may run what they like it is none, nor is it a reason to look again and again."""
        people = self.in_force.people
        if seen.account and not (people and self._limited(seen.account, people, now)):
            return False
        if not (seen.account and self.health.has(seen.id)):
            self._next_scan = now.mono
        self.health.report(seen.id, trouble=not seen.over, text=seen.text)
        return True

    def _join(self, play: Play, program: Program, found: Recognised, now: Reading) -> bool:
        """True if that may change how long it goes on: a game may start a thousand programs a second."""
        new, sure = program.account not in play.accounts, play.sure
        play.join(program.identity, program.account, now.mono, sure=found.sure)
        if new:
            self.enforcer.newcomer(play, now)
        return new or play.sure is not sure

    def _begin(self, play: Play, program: Program, now: Reading, caught: Caught | None) -> None:
        self.plays.begin(play)
        self.gate.stale()
        ran = None if caught is None else caught.ran
        self.announcer.announce(events.PlayStarted(play, now, program.pid, program.started, ran=ran))
        if caught is None:  # else others may join it yet, whose accounts are told at once, by the beat that follows
            self.enforcer.follow(play, self._rule(play, now), now)

    def may_go_on(self, play: Play, now: Reading) -> int | None:
        """To when (wall) a play that goes on may; None: there is no end in sight."""
        return self._rule(play, now).decision.until

    def _rule(self, play: Play, now: Reading) -> Ruling:
        return self._judged(play.player, play.game, now, sure=play.sure)

    def _judged(self, player: RuledPlayer, game: Game, now: Reading, *, sure: bool = True) -> Ruling:
        """What is to be enforced."""
        return self.overruling.enforced(self.judge.rule(player, game, now, sure=sure), now)

    def _strictness(self, found: Recognised, now: Reading) -> tuple[int, int]:
        return strictness(self._judged(found.player, found.game, now, sure=found.sure).decision, now.wall)

    def _ended(self, identity: Identity, now: Reading, mono: int, how: events.How | None = None) -> bool:
        play = self.plays.of_program(identity)
        if play is None:
            return False
        play.leave(identity, mono)
        self.enforcer.gone(identity, play)
        if not play.programs:
            self._finish(play, now, mono, how or self.enforcer.how(play))
        return True

    def _finish(self, play: Play, now: Reading, mono: int, how: events.How) -> None:
        ms = play.ms(mono)
        self.plays.finish(play, mono)
        self.gate.stale()
        self.announcer.announce(events.PlayEnded(play, now, ms, how))

    def _stopped_at_gate(self, account: str, id_: str, times: int, now: Reading) -> None:
        people = self.in_force.people
        player = None if people is None else people.player_of(account)
        game = None if people is None else people.catalogue.games.get(id_)
        if player is None or game is None or (id_ == UNKNOWN and not player.counts):
            return
        ruling = self._judged(player, game, now)
        if not ruling.allowed:
            self._refused(events.LaunchRefused(player, account, game, ruling, now, "gate"), times)

    def _refused(self, event: events.LaunchRefused, times: int = 1) -> None:
        self.announcer.refused(event, line=self.attempts.worth_a_line((event.player.id, event.game.id), event.now.mono, times))
