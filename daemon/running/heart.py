"""The heart: beats when something changed, at the latest when the loop asked for it, and looks at what may be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from daemon import events
from daemon.health import Health
from daemon.loop import Loop
from daemon.platforms.api import Observation
from daemon.recording.recorder import Recorder
from daemon.reporting.announce import Announcer
from daemon.running.minute import MinuteWork
from daemon.sessions import InForce
from daemon.trusted import Jump, TrustedClock

_MINUTE_MS = 60_000
_RETRY_MS = 1_000  # how often a disk that was full is tried again


class Heart:
    """Whoever changes something calls `beat`, so that it is in force when that returns, or sets `wake`."""

    def __init__(
        self,
        in_force: InForce,
        loop: Loop,
        clock: TrustedClock,
        recorder: Recorder,
        announcer: Announcer,
        health: Health,
        minute: MinuteWork,
    ) -> None:
        self._in_force = in_force
        self._loop = loop
        self._clock = clock
        self._recorder = recorder
        self._announcer = announcer
        self._health = health
        self._minute = minute
        self._jump_told: Jump | None = None
        self._retry_at = 0
        self._minute_at = clock.read().mono + _MINUTE_MS
        self.wake = asyncio.Event()

    async def run(self, sign: Callable[[], object] | None = None, every: float | None = None) -> None:
        """Until cancelled. `sign`, a sign of life, is given at least each `every` seconds, and only from here: of a seat that
        hangs there is none.
        """
        while True:
            wait = self.beat() / 1000
            if sign is not None:
                sign()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(wait, every or wait)):
                    await self.wake.wait()
            self.wake.clear()

    def beat(self) -> int:
        """What the moment asks for; in how many milliseconds to beat again."""
        wait = self._loop.tick()
        now = self._loop.read()
        jump = self._clock.jump
        if jump is not None and jump is not self._jump_told:
            self._announcer.announce(events.ClockJumped(jump, now))
        self._jump_told = jump
        if now.mono >= self._minute_at:
            self._minute_at = now.mono + _MINUTE_MS
            self._minute.write(now)
        wait = min(wait, self._minute_at - now.mono)
        if self._recorder.waiting:
            wait = min(wait, _RETRY_MS)
            if now.mono >= self._retry_at:
                self._retry_at = now.mono + _RETRY_MS
                self._recorder.flush()
        self._report()
        return wait

    def _report(self) -> None:
        self._health.report("no-roster", trouble=self._in_force.people is None)
        self._health.report("clock-jump", trouble=self._clock.jump is not None)
        self._health.report("journal-unwritable", trouble=self._recorder.blocked)
        self._health.report("record-lost", trouble=self._recorder.lost > 0)
        self._health.report("not-ended", trouble=self._loop.enforcer.stubborn())

    def confirm_clock(self) -> None:
        """A guardian says that the PC's clock is right."""
        self._clock.anchor()
        self._loop.changed()
        self._loop.scan(self._loop.read(), 0)
        self.beat()

    def changed(self) -> None:
        """Grants are others now: in force when this returns."""
        self._loop.changed()
        self.beat()
        self.wake.set()

    def observe(self, seen: Observation) -> None:
        """What the watcher saw."""
        if self._loop.observe(seen):
            self.wake.set()
