"""Hashes of files, and what takes long of one on a thread of its own: the loop has limits to keep meanwhile."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any

_BLOCK = 1 << 20
_WAITING = 64

Key = tuple[int, int, int, int, int]
Stop = Callable[[], bool]


def key(found: os.stat_result) -> Key:
    """Changes when the file or its content does: device, inode, size, and both stamps in nanoseconds."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def never() -> bool:
    return False


def sha256(handle: int, stop: Stop = never) -> str:
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


@dataclass(frozen=True, slots=True)
class Looked:
    """`looked`: whether a signer was looked for; then None means that none is valid."""

    digest: str | None = None
    signer: str | None = None
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """`look`: OSError, and None for a file that is no longer the one with this key. `drop` is called instead once we close."""

    key: Key
    look: Callable[[Stop], Looked | None]
    drop: Callable[[], None] = lambda: None


class SlowLooks:
    """`tell(key, looked)` is called on the thread, with None for what could not be read to its end unchanged."""

    def __init__(self, tell: Callable[[Key, Looked | None], None], calm: Callable[[], None]) -> None:
        """`calm`, called on the thread, makes it yield to others."""
        self._tell = tell
        self._calm = calm
        self._jobs: Queue[Job | None] = Queue(_WAITING)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="slow-looks", daemon=True)
        self._thread.start()

    def take(self, job: Job) -> bool:
        """Do this some time. False: there is too much to do already, and nothing was called."""
        try:
            self._jobs.put_nowait(job)
        except Full:
            return False
        return True

    def close(self) -> None:
        """Nothing is told any more. Waits for what is read at the moment, at most a MiB of it."""
        self._closing = True
        with suppress(Empty):
            while job := self._jobs.get_nowait():
                job.drop()
        self._jobs.put_nowait(None)
        self._thread.join()

    def _run(self) -> None:
        self._calm()
        while job := self._jobs.get():
            found = None
            with suppress(OSError):
                found = job.look(lambda: self._closing)
            if not self._closing:
                self._tell(job.key, found)
