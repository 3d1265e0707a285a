"""Exceptions that no caller handles: the exception handler of a server's event loop."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

from host.api import Clocks

HOUR_MS = 3_600_000


class InternalErrors:
    """Logs the traceback of each exception, at most once an hour for each line of code that raised it. `raised` is called each
    time, after all else.
    """

    def __init__(self, clock: Clocks, raised: Callable[[], object] = bool) -> None:
        self._clock, self._raised = clock, raised
        self._last: int | None = None
        self._logged: dict[object, int] = {}

    def install(self) -> None:
        """On the event loop that runs."""
        asyncio.get_running_loop().set_exception_handler(self._handle)

    def lately(self) -> bool:
        """Whether there was one within the last hour."""
        return self._last is not None and self._clock.mono() - self._last < HOUR_MS

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error, now = context.get("exception"), self._clock.mono()
        place = context.get("message") if error is None else (type(error), _line(error))
        if now - self._logged.get(place, -HOUR_MS) >= HOUR_MS:
            self._logged[place] = now
            loop.default_exception_handler(context)
        if error is not None:
            self._last = now
            self._raised()


def _line(error: BaseException) -> tuple[object, int | None] | None:
    frames = list(traceback.walk_tb(error.__traceback__))
    return (frames[-1][0].f_code, frames[-1][1]) if frames else None
