"""One seat from start to stop: takes up what the last run left, feeds the loop, and keeps time with it.

Everything here runs on one thread. What the seat is asked over the local API stands in daemon.api.server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from agent.api.messages import Roster
from compliance import entry
from compliance.journal import Journal
from daemon import events
from daemon.deciding.judge import Judge
from daemon.deciding.plays import Play, Plays, pieces_of
from daemon.grants import Grants
from daemon.health import Health
from daemon.loop import Loop
from daemon.platforms.api import Observation, Platform
from daemon.recording import day_summary
from daemon.recording.presence import Presence
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import put_aside, tell_again
from daemon.recording.resume import Lost, resume
from daemon.reporting.announce import Teller
from daemon.reporting.publisher import Publisher
from daemon.roster import Trust
from daemon.sessions import KEEP_MS, People
from daemon.store import Store
from daemon.trusted import Reading, TrustedClock
from host import VERSION
from rules.calendar import day_name
from rules.games import Game

_KEPT_MS = 400 * 86_400_000  # a year and some: as long as an act may be fined
_RETRY_MS = 1_000  # how often a disk that was full is tried again
_ZONE = "pc-zone"  # what the PC last called its time zone
_STOPPED = "stopped"  # set while no run is under way: the last one ended in an orderly way


@dataclass(slots=True, eq=False)
class Parts:
    """What a seat is made of; daemon.wiring puts it together."""

    platform: Platform
    clock: TrustedClock
    store: Store
    trust: Trust
    plays: Plays
    grants: Grants
    judge: Judge
    recorder: Recorder
    publisher: Publisher
    teller: Teller
    health: Health
    loop: Loop
    presence: Presence
    since: int = 0
    people: People | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Seat:
    """`start`, then `run` until cancelled, then `stop`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._jump_told: object = None
        self._retry_at = 0

    # --- from start to stop ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Takes up what was left: the last roster, open plays, what runs by now."""
        parts = self._parts
        seen = parts.store.last_seen()
        parts.platform.watcher.start(self.observe)
        now = parts.loop.read()
        parts.since = now.wall
        parts.recorder.do(lambda journal: self._begin(journal, now, None if seen is None else seen.wall))
        floor = now.mono if seen is None else max(0, now.mono - (now.elapsed - seen.elapsed))
        if seen is not None and seen.boot != parts.clock.boot:
            floor = 0
        if parts.trust.roster is not None:
            self._adopt(parts.trust.roster, floor)
        parts.health.report("no-roster", trouble=parts.people is None, now=now.wall)
        self._look_at_zone()
        self.beat()

    def _begin(self, journal: Journal, now: Reading, seen: int | None) -> None:
        store = self._parts.store
        clean = seen is None or store.get(_STOPPED) is not None
        journal.append(
            entry.SeatStart,
            mono=now.mono,
            wall=now.wall,
            version=VERSION,
            watch=self._parts.platform.watcher.kind,
            clean=clean,
            lost_from=None if clean else seen,
        )
        store.delete(_STOPPED)
        store.see(self._parts.clock.boot, now.elapsed, now.wall)

    def rejoin(self, open_journal: Callable[[str], Journal]) -> str:
        """Begins a new chain for a new agent's log; the new seat's id. Unwritable: everything is as it was."""
        parts, now, made = self._parts, self._parts.loop.read(), []
        self._settle_all(now)
        numbers = {play: play.seq for play in parts.plays.running.values()}
        try:
            with parts.store.transaction():
                seat = put_aside(parts.store)
                made.append(chain := open_journal(seat))
                self._begin(chain, now, None)
                if parts.people is not None:
                    tell_again(chain, parts.store, parts.plays, parts.people, now, everything=True)
        except BaseException:  # the transaction did not happen, so neither did the new numbers
            for play, seq in numbers.items():
                play.seq = seq
            raise
        parts.recorder.journal = made[0]
        return seat

    async def run(self) -> None:
        """The heart: beats when something changes, at the latest when the loop asked for it."""
        wake = self._parts.wake
        while True:
            wait = self.beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait / 1000):
                    await wake.wait()
            wake.clear()

    def beat(self) -> int:
        """What the moment asks for; in how many milliseconds to beat again."""
        parts = self._parts
        wait = parts.loop.tick()
        now = parts.loop.read()
        jump = parts.clock.jump
        if jump is not None and jump is not self._jump_told:
            parts.teller.tell(events.ClockJumped(jump, now))
        self._jump_told = jump
        parts.health.report("clock-jump", trouble=jump is not None, now=now.wall)
        parts.health.report("record-lost", trouble=parts.recorder.lost > 0, now=now.wall)
        parts.health.report("not-ended", trouble=parts.loop.enforcer.stubborn(), now=now.wall)
        if parts.recorder.waiting:
            wait = min(wait, _RETRY_MS)
            if now.mono >= self._retry_at:
                self._retry_at = now.mono + _RETRY_MS
                parts.recorder.flush()
        return wait

    def stop(self) -> None:
        """An orderly end: games run on, and the next start picks them up."""
        parts = self._parts
        parts.platform.watcher.stop()
        now = parts.loop.read()
        self._settle_all(now)
        self._count_attempts(now)
        parts.recorder.rows(parts.plays.running.values(), now)
        lived = parts.presence.take()

        def end(journal: Journal) -> None:
            lived.write(journal, now)
            journal.append(entry.SeatStop, mono=now.mono, wall=now.wall)
            journal.seal(mono=now.mono, wall=now.wall)
            parts.store.put(_STOPPED, b"1")
            parts.store.see(parts.clock.boot, now.elapsed, now.wall)

        parts.recorder.do(end)

    def _settle_all(self, now: Reading) -> None:
        """Warnings that still wait for a display are recorded as not shown."""
        self._parts.teller.expire(Reading(now.mono + 3_600_000, now.elapsed, now.wall, now.walls))

    # --- what comes in -------------------------------------------------------------------------------------------------------

    def observe(self, seen: Observation) -> None:
        if self._parts.loop.observe(seen):
            self._parts.wake.set()

    def look_again(self) -> None:
        """The PC woke up, its clock was set, somebody logged on or off: what runs is looked at anew, then the heart beats."""
        loop = self._parts.loop
        loop.scan(loop.read(), 0)
        self._look_at_zone()
        self._parts.wake.set()

    def adopt(self, roster: Roster) -> None:
        """A new roster is in force when this returns."""
        self._adopt(roster, None)
        self.beat()

    def _adopt(self, roster: Roster, floor: int | None) -> None:
        parts = self._parts
        people = People(roster, parts.platform.accounts)
        first = parts.people is None
        parts.people = people
        now = parts.loop.read()
        if first:
            self._resume(people, now)
        parts.recorder.do(lambda _: parts.grants.merge(roster.grants))
        parts.loop.adopt(people, now)
        if not first:
            parts.recorder.do(lambda journal: tell_again(journal, parts.store, parts.plays, people, now, everything=False))
        parts.loop.scan(now, now.mono if floor is None else floor)
        parts.health.report("no-roster", trouble=False, now=now.wall)
        if parts.store.get("usage-reported") is None:
            parts.recorder.do(lambda _: day_summary.mark_reported(parts.store, people.zone, now))

    def _resume(self, people: People, now: Reading) -> None:
        parts = self._parts
        running, lost = resume(parts.store.plays(now.wall), people, parts.platform.control, parts.clock.boot, now)
        for play in running:
            parts.plays.begin(play)
        for one in lost:
            self._count_lost(people, one, now)

    def _count_lost(self, people: People, lost: Lost, now: Reading) -> None:
        """Closes a play of a former run as far as it may be counted."""
        parts, row = self._parts, lost.row
        subject = people.by_id(row.player) or people.guest
        game = people.catalogue.games.get(row.game, Game(id=row.game, title=row.game, publisher=row.publisher))
        play = Play(
            subject,
            row.who,
            row.account,
            game,
            (),
            row.since_wall,
            row.since_mono,
            set(row.programs),
            row.started_wall,
            unsure=set() if row.sure else set(row.programs),
            seq=row.seq,
            pieces=pieces_of(row),
        )
        parts.plays.remember(row)
        parts.teller.tell(events.PlayEnded(play, now, row.total, "power" if lost.boot_over else "gone", late=True))

    # --- housekeeping -------------------------------------------------------------------------------------------------

    def minute(self) -> None:
        """Once a minute: the row of each running play, the minute of presence, and days that are over."""
        parts = self._parts
        now = parts.loop.read()
        parts.recorder.rows(parts.plays.running.values(), now)
        self._count_attempts(now)
        self._look_at_zone()
        if parts.presence.mark(now):
            lived = parts.presence.take()
            parts.recorder.do(lambda journal: lived.write(journal, now))
        people = parts.people
        waiting = parts.recorder.waiting
        if people is not None and not waiting and (days := day_summary.days_due(parts.store, people.zone, now)):
            parts.recorder.do(lambda journal: self._sum_up(journal, people, days, now))
        parts.plays.forget_before(now.wall - KEEP_MS)
        if not waiting:
            parts.store.keep_reserve()

    def _look_at_zone(self) -> None:
        """The PC's own zone, which anybody may set: it moves no limit, and is told."""
        parts, zone = self._parts, self._parts.clock.zone()
        known = parts.store.get(_ZONE)
        if known is not None and known.decode() != zone:
            parts.teller.tell(events.ZoneChanged(known.decode(), zone, parts.loop.read()))
        if known is None or known.decode() != zone:
            parts.recorder.do(lambda _: parts.store.put(_ZONE, zone.encode()))

    def _count_attempts(self, now: Reading) -> None:
        """Refused starts that got no line of their own: they count in the day's summary all the same."""
        store, people, untold = self._parts.store, self._parts.people, self._parts.loop.attempts.take()
        if people is None or not untold:
            return
        day = day_name(people.zone, now.wall).isoformat()

        def action(_: Journal) -> None:
            for (player, game), count in untold.items():
                store.count_refusals(day, player, game, count)

        self._parts.recorder.do(action)

    def _sum_up(self, journal: Journal, people: People, days: tuple[date, ...], now: Reading) -> None:
        for day in days:
            day_summary.write_day(journal, self._parts.store, self._parts.grants, people, day, now)
        day_summary.mark_reported(self._parts.store, people.zone, now)
        self._parts.store.prune(now.wall - _KEPT_MS, days[0].isoformat())

    # --- issues -------------------------------------------------------------------------------------------------------

    def trouble(self, id_: str, details: str | None) -> None:
        """Raises (with details, or "") or clears (None) the Issue `id_`."""
        self._parts.health.report(id_, trouble=details is not None, now=self._parts.loop.read().wall, details=details or "")
