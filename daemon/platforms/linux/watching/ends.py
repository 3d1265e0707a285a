"""The end of a process, told by its pidfd (pidfd_open(2)): where no event tells it, or where its threads outlive its leader."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable

from daemon.platforms.processes import Identity

_MOST = 256  # scans find the ends of others


class Ends:
    """`tell(pid, started)` is called on the loop's thread."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._waiting: dict[Identity, tuple[int, asyncio.AbstractEventLoop]] = {}

    def follow(self, this: Identity) -> bool:
        if this not in self._waiting and len(self._waiting) < _MOST:
            try:
                pidfd = os.pidfd_open(this[0])
            except OSError as error:
                return error.errno != errno.ESRCH
            loop = asyncio.get_running_loop()
            self._waiting[this] = (pidfd, loop)
            loop.add_reader(pidfd, self._over, this)
        return True

    def forget(self, this: Identity) -> None:
        if this in self._waiting:
            pidfd, loop = self._waiting.pop(this)
            loop.remove_reader(pidfd)
            os.close(pidfd)

    def close(self) -> None:
        for this in tuple(self._waiting):
            self.forget(this)

    def _over(self, this: Identity) -> None:
        self.forget(this)
        self._tell(*this)
