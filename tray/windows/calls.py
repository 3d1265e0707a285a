"""What the tray calls of Windows that pystray does not, each with its types."""

from __future__ import annotations

import ctypes
from ctypes import wintypes
from typing import Final

from host.windows.win32 import function, kernel32

user32 = ctypes.WinDLL("user32", use_last_error=True)
shell32 = ctypes.WinDLL("shell32", use_last_error=True)

LRESULT: Final = ctypes.c_ssize_t
PROCEDURE: Final = ctypes.WINFUNCTYPE(LRESULT, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)

default_procedure = function(
    user32, "DefWindowProcW", LRESULT, wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM
)
set_procedure = function(user32, "SetWindowLongPtrW", ctypes.c_void_p, wintypes.HWND, ctypes.c_int, PROCEDURE)
set_timer = function(
    user32, "SetTimer", ctypes.c_size_t, wintypes.HWND, ctypes.c_size_t, wintypes.UINT, ctypes.c_void_p
)
kill_timer = function(user32, "KillTimer", wintypes.BOOL, wintypes.HWND, ctypes.c_size_t)
end_menu = function(user32, "EndMenu", wintypes.BOOL)
find_window = function(user32, "FindWindowW", wintypes.HWND, wintypes.LPCWSTR, wintypes.LPCWSTR)
icon_from_bytes = function(
    user32, "CreateIconFromResourceEx", wintypes.HICON,
    ctypes.c_char_p, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD, ctypes.c_int, ctypes.c_int, wintypes.UINT,
)  # fmt: skip
load_image = function(
    user32, "LoadImageW", wintypes.HANDLE,
    wintypes.HINSTANCE, ctypes.c_void_p, wintypes.UINT, ctypes.c_int, ctypes.c_int, wintypes.UINT,
)  # fmt: skip
metrics_for = function(user32, "GetSystemMetricsForDpi", ctypes.c_int, ctypes.c_int, wintypes.UINT)
dpi_of = function(user32, "GetDpiForWindow", wintypes.UINT, wintypes.HWND)
dpi_of_system = function(user32, "GetDpiForSystem", wintypes.UINT)
be_aware = function(user32, "SetProcessDpiAwarenessContext", wintypes.BOOL, ctypes.c_void_p)
notification_state = function(
    shell32, "SHQueryUserNotificationState", ctypes.c_long, ctypes.POINTER(ctypes.c_int)
)
_is_administrator = function(shell32, "IsUserAnAdmin", wintypes.BOOL)
_execute = function(
    shell32, "ShellExecuteW", ctypes.c_void_p,
    wintypes.HWND, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.LPCWSTR, ctypes.c_int,
)  # fmt: skip
make_mutex = function(kernel32, "CreateMutexW", wintypes.HANDLE, ctypes.c_void_p, wintypes.BOOL, wintypes.LPCWSTR)


def elevated() -> bool:
    """Whether this process has an administrator's rights already."""
    return bool(_is_administrator())


def open_elevated(program: str, words: str) -> None:
    """After the system's prompt. Whoever says no there opened nothing."""
    _execute(None, "runas", program, words, None, 1)
