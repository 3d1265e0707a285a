"""The heart: beats when something changed, at the latest when the loop asked for it, and looks at what may be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from compliance.journal import Journal
from daemon import events
from daemon.deciding.claims import Claims
from daemon.loop import Loop
from daemon.platforms.api import Observation
from daemon.recording.logged_on import LoggedOn
from daemon.recording.recorder import Recorder
from daemon.recording.seat_lines import PcZone, PoweredTime, Presence
from daemon.running.closing import Closing
from daemon.store import Store
from daemon.trusted import Jump, Reading
from host.internal_errors import InternalErrors
from rules.calendar import day_name

_MINUTE_MS = 60_000
_RETRY_MS = 1_000  # how often a disk that was full is tried again


@dataclass(eq=False)
class Heart:
    """Whoever changes something calls `beat`, so that it is in force when that returns, or sets `wake`."""

    loop: Loop
    recorder: Recorder
    store: Store
    zone: PcZone
    logged_on: LoggedOn
    powered: PoweredTime
    errors: InternalErrors
    claims: Claims
    closing: Closing
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _presence: Presence = field(default_factory=Presence, init=False)
    _jump_told: Jump | None = field(default=None, init=False)
    _retry_at: int = field(default=0, init=False)
    _behind: bool = field(default=False, init=False)  # something waits for room on the disk
    _minute_at: int = field(init=False)

    def __post_init__(self) -> None:
        self._minute_at = self.loop.clock.read().mono + _MINUTE_MS

    async def run(self, sign: Callable[[], object], every: float | None = None) -> None:
        """Until cancelled. Calls `sign`, the sign of life, twice a minute, and at least every `every` seconds. Nobody else
        calls it, so a seat that hangs gives none.
        """
        while True:
            wait = self.beat() / 1000
            sign()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(wait, every or wait)):
                    await self.wake.wait()
            self.wake.clear()

    def beat(self) -> int:
        """What the moment asks for; in how many milliseconds to beat again."""
        wait = self.loop.tick()
        now = self.loop.read()
        self.claims.look(now.wall, now.mono, lambda play: self.loop.may_go_on(play, now))
        jump = self.loop.clock.jump
        if jump is not None and jump is not self._jump_told:
            self.loop.announcer.announce(events.ClockJumped(jump, now))
        self._jump_told = jump
        if now.mono >= self._minute_at:
            self._minute_at = now.mono + _MINUTE_MS
            self._write_minute(now)
        wait = min(wait, self._minute_at - now.mono, self.closing.look(now))
        if self.recorder.waiting:
            wait = min(wait, _RETRY_MS)
            if now.mono >= self._retry_at:
                self._retry_at = now.mono + _RETRY_MS
                self.recorder.flush()
        if self._behind and not self.recorder.waiting:  # no row of a play was written meanwhile
            self._write_minute(now)
        self._behind = self.recorder.waiting > 0
        self._report()
        return wait

    def _report(self) -> None:
        self.loop.health.report("no-roster", trouble=self.loop.in_force.people is None)
        self.loop.health.report("enforcement-off", trouble=self.loop.overruling.overrides.off is not None)
        self.loop.health.report("too-many-starts", trouble=self.loop.starts.refused(self.loop.read().mono))
        self.loop.health.report("clock-jump", trouble=self.loop.clock.doubted)
        self.loop.health.report("journal-unwritable", trouble=self.recorder.unwritable)
        self.loop.health.report("record-lost", trouble=self.recorder.lost > 0)
        self.loop.health.report("internal-error", trouble=self.errors.lately())
        stubborn, disconnected = self.loop.enforcer.stubborn(self.loop.read())
        self.loop.health.report("not-ended", trouble=stubborn)
        self.loop.health.report("session-disconnected", trouble=disconnected)

    def _write_minute(self, now: Reading) -> None:
        self.recorder.rows(self.loop.plays.running.values(), now)
        self._count_attempts(now)
        self.list_programs(now)
        self.zone.look()
        self.powered.look(now)
        self.logged_on.look(now)
        self.recorder.alive(self._presence.mark(now), now)
        if not self.recorder.waiting:
            self.store.keep_reserve()

    def end_minute(self) -> None:
        """Writes what the seat knows by now to the chain that it has, before that ends or the seat stops."""
        now = self.loop.read()
        self.loop.announcer.settle()
        self._count_attempts(now)
        self.list_programs(now)
        self.recorder.rows(self.loop.plays.running.values(), now)
        self.recorder.alive(self._presence.take(), now)

    def list_programs(self, now: Reading) -> None:
        """What ran up to now is in the store when this returns, if the disk takes it."""
        if rows := self.loop.unknown.listed.take(now):
            self.recorder.do(lambda _: self.store.add_listed(rows))

    def _count_attempts(self, now: Reading) -> None:
        """Refused starts that got no line of their own: they count in the day's summary all the same."""
        people, untold = self.loop.in_force.people, self.loop.attempts.take()
        if people is None or not untold:
            return
        day = day_name(people.zone, now.wall).isoformat()

        def action(_: Journal) -> None:
            for (player, game), count in untold.items():
                self.store.count_refusals(day, player, game, count)

        self.recorder.do(action)

    def confirm_clock(self) -> None:
        """A guardian says that the PC's clock is right."""
        self.loop.clock.anchor()
        self.loop.gate.stale()
        self.loop.scan(self.loop.read(), 0)
        self.beat()

    def changed(self) -> None:
        """Grants are others now: in force when this returns."""
        self.loop.gate.stale()
        self.beat()
        self.wake.set()

    def observe(self, seen: Observation) -> None:
        """What the watcher saw."""
        if self.loop.observe(seen):
            self.wake.set()
