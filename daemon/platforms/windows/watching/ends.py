"""The end of each game, told by the one handle that is held of it: PROCESS_QUERY_LIMITED_INFORMATION and SYNCHRONIZE."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.processes import Identity
from daemon.platforms.windows.watching import processes
from host.windows import proactor
from host.windows.win32 import Handle

_MOST = 256  # the table that is compared at each look finds the ends of others


class Ends:
    """`tell(pid, created, ended)` is called on the loop's thread, in Unix microseconds; `ended` None where it is not known."""

    def __init__(self, tell: Callable[[int, int, int | None], None]) -> None:
        self._tell = tell
        self._waiting: dict[Identity, tuple[Handle, asyncio.Future[bool]]] = {}

    def follow(self, this: Identity) -> bool:
        """Its end is told also if it is over by now."""
        if this in self._waiting or len(self._waiting) >= _MOST:
            return True
        with suppress(OSError):  # no right to wait for it
            handle = processes.opened_as(*this)
            if handle is None:
                asyncio.get_running_loop().call_soon(self._tell, *this, None)
            elif (waited := proactor.ended(handle.value)) is not None:  # else only looks find it
                self._waiting[this] = (handle, waited)
                waited.add_done_callback(lambda done: None if done.cancelled() else self._over(this, handle))
        return True

    def forget(self, this: Identity) -> None:
        handle, waited = self._waiting.pop(this, (None, None))
        if waited is not None and handle is not None:
            if not waited.done():
                waited.add_done_callback(lambda _: handle.close())
                waited.cancel()
            else:
                handle.close()

    def close(self) -> None:
        for this in tuple(self._waiting):
            self.forget(this)

    def _over(self, this: Identity, handle: Handle) -> None:
        if self._waiting.get(this, (None,))[0] is not handle:
            return
        ended = None
        with suppress(OSError):
            ended = processes.times(handle).ended
        self._tell(*this, ended)
        self.forget(this)
