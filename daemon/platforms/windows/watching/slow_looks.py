"""What may take long of a file, on a thread of its own: the hash of a large one, and whether its signature holds."""

from __future__ import annotations

import ctypes
import msvcrt
from collections.abc import Callable
from ctypes import wintypes
from dataclasses import dataclass

from daemon.platforms.hashing import Key, Worker, sha256
from daemon.platforms.windows.watching.opening import key_of, opened
from host.windows.signer import signer_of
from host.windows.win32 import function, kernel32

_BELOW_NORMAL = -1  # no lower: whoever is put aside while it holds the interpreter's lock puts the loop aside
_this_thread = function(kernel32, "GetCurrentThread", wintypes.HANDLE)
_set_priority = function(kernel32, "SetThreadPriority", wintypes.BOOL, wintypes.HANDLE, ctypes.c_int)


@dataclass(frozen=True, slots=True)
class Wanted:
    digest: bool
    signer: bool

    def __bool__(self) -> bool:
        return self.digest or self.signer


@dataclass(frozen=True, slots=True)
class Looked:
    """`looked`: whether a signer was looked for; then None means that none is valid."""

    digest: str | None
    signer: str | None
    looked: bool


def look(handle: int, path: str, wanted: Wanted, stop: Callable[[], bool] = lambda: False) -> Looked:
    """At an open file, a descriptor of Python's, which `path` names. OSError."""
    digest = sha256(handle, stop) if wanted.digest else None
    signer = signer_of(msvcrt.get_osfhandle(handle), path) if wanted.signer and not stop() else None
    return Looked(digest, signer, wanted.signer)


class SlowLooks:
    """`tell(key, looked)` is called on the thread, with None for what could not be read to its end unchanged."""

    def __init__(self, tell: Callable[[Key, Looked | None], None]) -> None:
        self._tell = tell
        self._worker = Worker("late", _yield)

    def take(self, path: str, this: Key, wanted: Wanted) -> bool:
        """Look at this file some time, if it is still the same then: until then it is not kept open. False: too much to do."""
        return self._worker.take(lambda: self._look(path, this, wanted))

    def close(self) -> None:
        """Nothing is told any more. Waits for what is read at the moment."""
        self._worker.close()

    def _look(self, path: str, this: Key, wanted: Wanted) -> None:
        try:
            with opened(path) as (file, here):
                found = look(file.fileno(), path, wanted, lambda: self._worker.closing) if here == this else None
                found = found if key_of(file, path) == this else None
        except OSError:
            found = None
        if not self._worker.closing:
            self._tell(this, found)


def _yield() -> None:
    _set_priority(_this_thread(), _BELOW_NORMAL)
