"""One tray a session: a mutex in the session's own names, which Windows takes back however its process ends."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from host.windows.win32 import Handle
from tray.windows import calls

NAME: Final = "Local\\GioChoi.Tray"
_ALREADY_EXISTS: Final = 183  # winerror.h


@contextmanager
def alone(called: str = NAME) -> Iterator[bool]:
    """Held for as long as it is entered; False: another process of this session has it, or has it denied us."""
    value = calls.make_mutex(None, False, called)
    found = ctypes.get_last_error()
    with Handle(value or 0):
        yield bool(value) and found != _ALREADY_EXISTS
