"""Asks programs to close by WM_CLOSE, as a click on the cross in the corner does, on any desktop of the session.

A service has no desktop: it runs this file in the session of the game, as its user (`python -m …ending.closing
PID…`), where it posts its messages and ends. Windows lets no program post to one of higher rights: such a game is ended after
its grace.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import win32gui
import win32process
import win32service

from host.windows.win32 import AsOSError

if TYPE_CHECKING:
    from _win32typing import PyHDESK

_WM_CLOSE = 0x0010
_FRAME, _FRAMED = "ApplicationFrameWindow", "Windows.UI.Core.CoreWindow"
_READ_ENUMERATE_WRITE = 0x0001 | 0x0040 | 0x0080  # DESKTOP_READOBJECTS, _ENUMERATE, _WRITEOBJECTS


def ask(pids: Collection[int]) -> int:
    """Posts WM_CLOSE to the windows of these processes; to how many. To invisible ones only if there are no others."""
    desktops = _desktops()  # closed when they are forgotten, after the thread that used them
    posted: list[int] = []
    # A thread belongs to one desktop and reaches the windows of that one only: one that has no windows itself may change.
    worker = threading.Thread(target=lambda: posted.extend(_on(desktop, pids) for desktop in desktops), name="closing")
    worker.start()
    worker.join()
    return sum(posted)


def _desktops() -> list[PyHDESK]:
    """Those that we may open; others, such as the one for passwords, have no games."""
    found = []
    with suppress(OSError), AsOSError():
        for name in win32service.GetProcessWindowStation().EnumDesktops():
            with suppress(OSError), AsOSError():
                found.append(win32service.OpenDesktop(name, 0, False, _READ_ENUMERATE_WRITE))
    return found


def _on(desktop: PyHDESK, pids: Collection[int]) -> int:
    with suppress(OSError), AsOSError():
        desktop.SetThreadDesktop()
        seen, hidden = _windows_of(desktop, pids)
        return sum(_asked(window) for window in seen or hidden)
    return 0


def _windows_of(desktop: PyHDESK, pids: Collection[int]) -> tuple[list[int], list[int]]:
    """Those that people see, and the others."""
    seen: list[int] = []
    hidden: list[int] = []
    for window in desktop.EnumDesktopWindows():
        if _pid_of(window) in pids or _framed(window) in pids:
            (seen if win32gui.IsWindowVisible(window) else hidden).append(window)
    return seen, hidden


def _pid_of(window: int) -> int | None:
    """None: it is gone by now."""
    with suppress(OSError), AsOSError():
        return win32process.GetWindowThreadProcessId(window)[1]
    return None


def _framed(window: int) -> int | None:
    """The process of a store's program (UWP) whose window this one of ApplicationFrameHost.exe frames; None: it frames none."""
    with suppress(OSError), AsOSError():
        if win32gui.GetClassName(window) == _FRAME:
            return _pid_of(win32gui.FindWindowEx(window, 0, _FRAMED, None))
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
