"""One tray a session: a mutex in the session's own names, which Windows takes back however its process ends."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from host.windows.win32 import Handle
from tray.windows import calls

_ALREADY_EXISTS: Final = 183  # winerror.h


def name(home: str | None) -> str:
    """`home`: the one that was named, whose tray is another one's."""
    mark = "" if home is None else "-" + hashlib.sha256(home.casefold().encode()).hexdigest()[:16]
    return f"Local\\GioChoi.Tray{mark}"


@contextmanager
def alone(called: str) -> Iterator[bool]:
    """Held for as long as it is entered; False: another process of this session has it, or has it denied us."""
    value = calls.make_mutex(None, False, called)
    found = ctypes.get_last_error()
    with Handle(value or 0):
        yield bool(value) and found != _ALREADY_EXISTS
