"""Hashes of files, of large ones on a thread of their own: the loop has limits to keep while somebody's file is being read."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue

_BLOCK = 1 << 20
_WAITING = 64
_NICENESS = 10

Key = tuple[int, int, int, int, int]


def key(found: os.stat_result) -> Key:
    """Changes when the file or its content does: device, inode, size, and both stamps in nanoseconds."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def sha256(handle: int, stop: Callable[[], bool] = lambda: False) -> str:
    """Of an open plain file, from its beginning, as hex. OSError; what `stop` says is looked at once a MiB."""
    digest = hashlib.sha256()
    at = 0
    while not stop() and (block := os.pread(handle, _BLOCK, at)):
        digest.update(block)
        at += len(block)
    return digest.hexdigest()


class Hasher:
    """`tell(key, digest)` is called on the thread, with None for what could not be read to its end unchanged."""

    def __init__(self, tell: Callable[[Key, str | None], None]) -> None:
        self._tell = tell
        self._jobs: Queue[tuple[int, Key] | None] = Queue(_WAITING)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="hasher", daemon=True)
        self._thread.start()

    def take(self, handle: int, this: Key) -> bool:
        """Hash this open file. False: there is too much to do already. OSError."""
        mine = os.dup(handle)
        try:
            self._jobs.put_nowait((mine, this))
        except Full:
            os.close(mine)
            return False
        return True

    def close(self) -> None:
        """Nothing is told any more. Waits for what is read at the moment, at most a MiB of it."""
        self._closing = True
        with suppress(Empty):
            while job := self._jobs.get_nowait():
                os.close(job[0])
        self._jobs.put_nowait(None)
        self._thread.join()

    def _run(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while job := self._jobs.get():
            handle, this = job
            try:
                digest = self._digest(handle, this)
            except OSError:
                digest = None
            finally:
                os.close(handle)
            if not self._closing:
                self._tell(this, digest)

    def _digest(self, handle: int, this: Key) -> str | None:
        digest = sha256(handle, lambda: self._closing)
        return digest if key(os.fstat(handle)) == this else None
