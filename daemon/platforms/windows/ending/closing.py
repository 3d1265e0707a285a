"""Asks programs to close by WM_CLOSE, as a click on the cross in the corner does.

A service has no desktop: it runs this file in the session of the game, as its user (`python -m …ending.closing
PID…`), where it posts its messages and ends. Windows lets no program post to one of higher rights: such a game is ended after
its grace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from typing import Any, cast

import win32gui
import win32process
import win32service

from host.windows.win32 import AsOSError

_WM_CLOSE = 0x0010


def ask(pids: Collection[int]) -> int:
    """Posts WM_CLOSE to the windows of these processes; to how many. To invisible ones only if there are no others."""
    seen: list[int] = []
    hidden: list[int] = []

    def look(window: int, _: object) -> bool:
        if _pid_of(window) in pids:
            (seen if win32gui.IsWindowVisible(window) else hidden).append(window)
        return True

    with suppress(OSError), AsOSError():
        win32gui.EnumWindows(look, None)
    return sum(_asked(window) for window in seen or hidden)


def _pid_of(window: int) -> int | None:
    """None: it is gone by now."""
    with suppress(OSError), AsOSError():
        return win32process.GetWindowThreadProcessId(window)[1]
    return None


def _asked(window: int) -> bool:
    with suppress(OSError), AsOSError():
        win32gui.PostMessage(window, _WM_CLOSE, 0, 0)
        return True
    return False


def interactive() -> bool:
    """Whether our own windows would be on the desktop that people see."""
    with suppress(OSError), AsOSError():
        station: Any = win32service.GetProcessWindowStation()
        name = cast("str", win32service.GetUserObjectInformation(station, win32service.UOI_NAME))
        return name.casefold() == "winsta0"
    return False


if __name__ == "__main__":
    reached = ask({int(word) for word in sys.argv[1:] if word.isdecimal()})
    os._exit(not reached)  # at once: whoever sent us asks how we ended when the game has closed
