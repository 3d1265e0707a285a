"""Hashes of files, of large ones on a thread of their own: the loop has limits to keep while somebody's file is being read."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Any

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
    while not stop() and (block := _pread(handle, _BLOCK, at)):
        digest.update(block)
        at += len(block)
    return digest.hexdigest()


def _seek_and_read(handle: int, size: int, at: int) -> bytes:
    """For a handle that nobody else reads by meanwhile."""
    os.lseek(handle, at, os.SEEK_SET)
    return os.read(handle, size)


_os: Any = os  # what follows is on Linux only
_pread: Callable[[int, int, int], bytes] = getattr(_os, "pread", _seek_and_read)


class Worker:
    """One thread that does one job after the other, at what is left of the processor's time."""

    def __init__(self, name: str, calm: Callable[[], None] | None = None) -> None:
        """`calm`, called on the thread, makes it yield to others, where Linux' way is not known."""
        self._jobs: Queue[tuple[Callable[[], None], Callable[[], None]] | None] = Queue(_WAITING)
        self._calm = calm or _nice
        self.closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def take(self, job: Callable[[], None], drop: Callable[[], None] = lambda: None) -> bool:
        """Do this job some time, or call `drop`. False: there is too much to do already, and nothing was called."""
        try:
            self._jobs.put_nowait((job, drop))
        except Full:
            return False
        return True

    def close(self) -> None:
        """No more jobs. Waits for the one that is being done, which should look at `closing`."""
        self.closing = True
        with suppress(Empty):
            while job := self._jobs.get_nowait():
                job[1]()
        self._jobs.put_nowait(None)
        self._thread.join()

    def _run(self) -> None:
        self._calm()
        while job := self._jobs.get():
            job[0]()


def _nice() -> None:
    with suppress(OSError):
        _os.setpriority(_os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class Hasher:
    """`tell(key, digest)` is called on the thread, with None for what could not be read to its end unchanged."""

    def __init__(self, tell: Callable[[Key, str | None], None]) -> None:
        self._tell = tell
        self._worker = Worker("hasher")

    def take(self, handle: int, this: Key) -> bool:
        """Hash this open file. False: there is too much to do already. OSError."""
        mine = os.dup(handle)
        if self._worker.take(lambda: self._hash(mine, this), lambda: os.close(mine)):
            return True
        os.close(mine)
        return False

    def close(self) -> None:
        """Nothing is told any more. Waits for what is read at the moment, at most a MiB of it."""
        self._worker.close()

    def _hash(self, handle: int, this: Key) -> None:
        try:
            digest = sha256(handle, lambda: self._worker.closing)
            found = digest if key(os.fstat(handle)) == this else None
        except OSError:
            found = None
        finally:
            os.close(handle)
        if not self._worker.closing:
            self._tell(this, found)
