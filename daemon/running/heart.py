"""The heart: beats when something changed, at the latest when the loop asked for it, and looks at what may be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from daemon import events
from daemon.health import Health
from daemon.loop import Loop
from daemon.platforms.api import Observation
from daemon.recording.recorder import Recorder
from daemon.reporting.announce import Announcer
from daemon.running.minute import MinuteWork
from daemon.sessions import InForce
from daemon.trusted import Jump, TrustedClock
from host.internal_errors import InternalErrors

_MINUTE_MS = 60_000
_RETRY_MS = 1_000  # how often a disk that was full is tried again


@dataclass(eq=False)
class Heart:
    """Whoever changes something calls `beat`, so that it is in force when that returns, or sets `wake`."""

    in_force: InForce
    loop: Loop
    clock: TrustedClock
    recorder: Recorder
    announcer: Announcer
    health: Health
    minute: MinuteWork
    errors: InternalErrors
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _jump_told: Jump | None = field(default=None, init=False)
    _retry_at: int = field(default=0, init=False)
    _behind: bool = field(default=False, init=False)  # something waits for room on the disk
    _minute_at: int = field(init=False)

    def __post_init__(self) -> None:
        self._minute_at = self.clock.read().mono + _MINUTE_MS

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
        jump = self.clock.jump
        if jump is not None and jump is not self._jump_told:
            self.announcer.announce(events.ClockJumped(jump, now))
        self._jump_told = jump
        if now.mono >= self._minute_at:
            self._minute_at = now.mono + _MINUTE_MS
            self.minute.write(now)
        wait = min(wait, self._minute_at - now.mono)
        if self.recorder.waiting:
            wait = min(wait, _RETRY_MS)
            if now.mono >= self._retry_at:
                self._retry_at = now.mono + _RETRY_MS
                self.recorder.flush()
        if self._behind and not self.recorder.waiting:  # no row of a play was written meanwhile
            self.minute.write(now)
        self._behind = self.recorder.waiting > 0
        self._report()
        return wait

    def _report(self) -> None:
        self.health.report("no-roster", trouble=self.in_force.people is None)
        self.health.report("enforcement-off", trouble=self.loop.overruling.overrides.off is not None)
        self.health.report("too-many-starts", trouble=self.loop.starts.refused(self.loop.read().mono))
        self.health.report("clock-jump", trouble=self.clock.doubted)
        self.health.report("journal-unwritable", trouble=self.recorder.unwritable)
        self.health.report("record-lost", trouble=self.recorder.lost > 0)
        self.health.report("internal-error", trouble=self.errors.lately())
        self.health.report("not-ended", trouble=self.loop.enforcer.stubborn())

    def end_chain(self) -> None:
        """What the seat knows by now goes to the chain that it has: the minutes in which it was alive are of that one."""
        self.minute.end(self.loop.read())

    def confirm_clock(self) -> None:
        """A guardian says that the PC's clock is right."""
        self.clock.anchor()
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
