"""Hashes of files, and what tells that one is still the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any

_BLOCK = 1 << 20

Key = tuple[int, int, int, int, int]
Stop = Callable[[], bool]


def key(found: os.stat_result) -> Key:
    """Changes when the file or its content does: device, inode, size, and both stamps in nanoseconds."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def never() -> bool:
    return False


def within(mono: Callable[[], int], ms: int) -> Callable[[], Stop]:
    """What says stop so long after it was asked for."""

    def begin() -> Stop:
        until = mono() + ms
        return lambda: mono() >= until

    return begin


def sha256(handle: int, stop: Stop = never) -> str:
    """Of an open plain file, from its beginning, as hex. OSError, also if `stop` says so, which is asked once a MiB."""
    digest = hashlib.sha256()
    at = 0
    while block := _pread(handle, _BLOCK, at):
        if stop():
            raise InterruptedError
        digest.update(block)
        at += len(block)
    return digest.hexdigest()


def _seek_and_read(handle: int, size: int, at: int) -> bytes:
    """For a handle that nobody else reads by meanwhile."""
    os.lseek(handle, at, os.SEEK_SET)
    return os.read(handle, size)


_os: Any = os  # what follows is on Linux only
_pread: Callable[[int, int, int], bytes] = getattr(_os, "pread", _seek_and_read)
