"""When what broke, or could not be had, is tried anew: soon, then less and less often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PAUSES_S = (0.5, 2.0, 5.0, 15.0, 60.0)
_STOOD_MS = 120_000  # what stood so long is tried again as soon as the first time


class Backoff:
    """One try at a time."""

    def __init__(self) -> None:
        self._tries = 0
        self._tried = 0
        self._timer: asyncio.TimerHandle | None = None

    def later(self, loop: asyncio.AbstractEventLoop, now: int, work: Callable[[], None]) -> None:
        """`now` is of the clock that play is counted on, in milliseconds."""
        self.stop()
        if now - self._tried > _STOOD_MS:
            self._tries = 0
        pause = PAUSES_S[min(self._tries, len(PAUSES_S) - 1)]
        self._tries, self._tried = self._tries + 1, now + int(pause * 1000)
        self._timer = loop.call_later(pause, work)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
