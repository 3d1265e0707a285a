"""The end of each game, told by the one handle that is held of it: PROCESS_QUERY_LIMITED_INFORMATION and SYNCHRONIZE."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.windows import processes
from daemon.platforms.windows.snapshot import Process
from host.windows.win32 import Handle

_MOST = 256  # the table that is compared at each look finds the ends of others


class Ends:
    """`tell(pid, ended)` is called on the loop's thread; `ended` is in Unix microseconds, None where it is not known."""

    def __init__(self, tell: Callable[[int, int | None], None]) -> None:
        self._tell = tell
        self._waiting: dict[int, tuple[Handle, asyncio.Future[bool]]] = {}

    def follow(self, process: Process) -> None:
        """Wait for its end; nothing if it is waited for already. Its end is told also if it is over by now."""
        if process.pid in self._waiting or len(self._waiting) >= _MOST:
            return
        loop = asyncio.get_running_loop()
        if not isinstance(loop, asyncio.ProactorEventLoop):
            return  # then only looks find it
        with suppress(OSError):  # no right to wait for it
            handle = processes.opened_as(*process.identity)
            if handle is None:
                loop.call_soon(self._tell, process.pid, None)
                return
            # The one way to wait for a handle on the loop's own thread; asyncio waits for its child processes by it.
            waited: asyncio.Future[bool] = loop._proactor.wait_for_handle(handle.value)  # type: ignore[attr-defined] # noqa: SLF001 - as said above
            self._waiting[process.pid] = (handle, waited)
            waited.add_done_callback(lambda done: None if done.cancelled() else self._over(process.pid, handle))

    def forget(self, pid: int) -> None:
        """Nobody waits for it any more."""
        handle, waited = self._waiting.pop(pid, (None, None))
        if waited is not None and handle is not None:
            if not waited.done():
                waited.add_done_callback(lambda _: handle.close())
                waited.cancel()
            else:
                handle.close()

    def close(self) -> None:
        for pid in tuple(self._waiting):
            self.forget(pid)

    def _over(self, pid: int, handle: Handle) -> None:
        if self._waiting.get(pid, (None,))[0] is not handle:
            return
        ended = None
        with suppress(OSError):
            ended = processes.times(handle).ended
        self._tell(pid, ended)
        self.forget(pid)
