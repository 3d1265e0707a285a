"""That process events come, proved by the gate's thread, which has to wake anyway: so the loop sleeps while nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.linux.calls import OwnName
from daemon.platforms.linux.watching.connector import OwnNames
from host.clock import Clock

EVERY_MS = 2_000
_NS = 1_000_000


class Proof:
    """All on the gate's thread. `tell` is told whether they come: at first, and whenever that has changed."""

    def __init__(self, clock: Clock, tell: Callable[[bool], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._due = 0
        self._came: bool | None = None
        self._names: OwnNames | None = None
        with suppress(OSError):  # then nobody would tell it of anything, and it says so
            self._name, self._names = OwnName(), OwnNames()

    def look(self) -> None:
        """Every two seconds. The kernel queues an event before what caused it goes on."""
        now = self._clock.mono()
        if now < self._due:
            return
        self._due = now + EVERY_MS
        came = False
        if self._names:
            with suppress(OSError):
                self._name.again()
            came = self._names.told(now * _NS)
        if came is not self._came:
            self._came = came
            self._tell(came)

    def wait(self, longest: int) -> int:
        """In how many milliseconds the next one is due, at the latest."""
        return max(0, min(longest, self._due - self._clock.mono())) if self._names else longest

    def close(self) -> None:
        if self._names:
            self._names.close()
