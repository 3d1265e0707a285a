"""Asks programs to close by WM_CLOSE, as a click on the cross in the corner does, on any desktop of the session.

A service has no desktop: it runs this file in the session of the game, as its user (`python -m …ending.closing
PID…`), where it posts its messages and ends. Windows lets no program post to one of higher rights: such a game is ended after
its grace.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Collection
from ctypes import wintypes

from host.windows.win32 import function

_user32 = ctypes.WinDLL("user32", use_last_error=True)
_EACH_WINDOW = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
_EACH_DESKTOP = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.LPWSTR, wintypes.LPARAM)
_desktops = function(_user32, "EnumDesktopsW", wintypes.BOOL, wintypes.HANDLE, _EACH_DESKTOP, wintypes.LPARAM)
_open = function(_user32, "OpenDesktopW", wintypes.HANDLE, wintypes.LPCWSTR, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_close = function(_user32, "CloseDesktop", wintypes.BOOL, wintypes.HANDLE)
_enter = function(_user32, "SetThreadDesktop", wintypes.BOOL, wintypes.HANDLE)
_windows = function(_user32, "EnumDesktopWindows", wintypes.BOOL, wintypes.HANDLE, _EACH_WINDOW, wintypes.LPARAM)
_pid_of = function(_user32, "GetWindowThreadProcessId", wintypes.DWORD, wintypes.HWND, ctypes.POINTER(wintypes.DWORD))
_visible = function(_user32, "IsWindowVisible", wintypes.BOOL, wintypes.HWND)
_post = function(_user32, "PostMessageW", wintypes.BOOL, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
_station = function(_user32, "GetProcessWindowStation", wintypes.HANDLE)
_object = function(
    _user32, "GetUserObjectInformationW", wintypes.BOOL,
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip

_WM_CLOSE = 0x0010
_NAME = 2  # UOI_NAME
_READ_ENUMERATE_WRITE = 0x0001 | 0x0040 | 0x0080  # DESKTOP_READOBJECTS, _ENUMERATE, _WRITEOBJECTS


def ask(pids: Collection[int]) -> int:
    """Posts WM_CLOSE to the windows of these processes; to how many. To invisible ones only if there are no others."""
    posted: list[int] = []
    # A thread belongs to one desktop and reaches the windows of that one only: one that has no windows itself may change.
    worker = threading.Thread(target=lambda: posted.extend(_on(name, pids) for name in _names()), name="closing")
    worker.start()
    worker.join()
    return sum(posted)


def _names() -> list[str]:
    names: list[str] = []

    def look(name: str, _: int) -> bool:
        names.append(name)
        return True

    _desktops(_station(), _EACH_DESKTOP(look), 0)
    return names


def _on(desktop: str, pids: Collection[int]) -> int:
    """On the desktop of this name. Those that we may not open, such as the one for passwords, have no games."""
    handle = _open(desktop, 0, False, _READ_ENUMERATE_WRITE)
    if not handle:
        return 0
    try:
        _enter(handle)
        seen, hidden = _windows_of(handle, pids)
        return sum(bool(_post(window, _WM_CLOSE, 0, 0)) for window in seen or hidden)
    finally:
        _close(handle)


def _windows_of(desktop: int, pids: Collection[int]) -> tuple[list[int], list[int]]:
    """Those that people see, and the others."""
    seen: list[int] = []
    hidden: list[int] = []

    def look(window: int, _: int) -> bool:
        pid = wintypes.DWORD()
        _pid_of(window, ctypes.byref(pid))
        if pid.value in pids:
            (seen if _visible(window) else hidden).append(window)
        return True

    _windows(desktop, _EACH_WINDOW(look), 0)
    return seen, hidden


def interactive() -> bool:
    """Whether our own windows would be on the desktop that people see."""
    name = ctypes.create_unicode_buffer(64)
    size = wintypes.DWORD()
    known = _object(_station(), _NAME, name, ctypes.sizeof(name), ctypes.byref(size))
    return bool(known) and name.value.casefold() == "winsta0"


if __name__ == "__main__":
    sys.exit(not ask({int(word) for word in sys.argv[1:] if word.isdecimal()}))
