"""The system's font at a monitor's dots an inch, and how large a text is in it."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from ctypes import wintypes
from typing import Any, Final

import win32con
import win32gui

from tray.dialogs.windows.items import Item
from tray.dialogs.windows.layout import Size

_user32: Final = ctypes.WinDLL("user32")
_PER_MONITOR_V2: Final = ctypes.c_void_p(-4)
_DDC_DISABLE_ALL: Final = 1  # the dialog is laid out by us when its monitor changes
_HEAD: Final = 1.15
_draw_text: Final[Any] = win32gui.DrawText  # whose stubs know no rectangle as a tuple


def _function(name: str, result: Any, *arguments: Any) -> Any:
    """None where this Windows is older than it."""
    with suppress(AttributeError):
        return ctypes.WINFUNCTYPE(result, *arguments)((name, _user32))
    return None


_set_aware = _function("SetProcessDpiAwarenessContext", wintypes.BOOL, ctypes.c_void_p)
_dpi = _function("GetDpiForWindow", wintypes.UINT, wintypes.HWND)
_set_behavior = _function("SetDialogDpiChangeBehavior", wintypes.BOOL, wintypes.HWND, ctypes.c_int, ctypes.c_int)
_parameters = _function("SystemParametersInfoForDpi", wintypes.BOOL, wintypes.UINT, wintypes.UINT, ctypes.c_void_p,
                        wintypes.UINT, wintypes.UINT)  # fmt: skip
_create_font = ctypes.WINFUNCTYPE(wintypes.HFONT, ctypes.c_void_p)(("CreateFontIndirectW", ctypes.WinDLL("gdi32")))


class _LogFont(ctypes.Structure):
    """LOGFONTW."""

    _fields_ = (
        ("height", wintypes.LONG), ("width", wintypes.LONG), ("escapement", wintypes.LONG), ("orientation", wintypes.LONG),
        ("weight", wintypes.LONG), ("flags", ctypes.c_ubyte * 8), ("face", wintypes.WCHAR * 32),
    )  # fmt: skip


class _Metrics(ctypes.Structure):
    """NONCLIENTMETRICSW: only its message font is ours."""

    _fields_ = (
        ("size", wintypes.UINT), ("sizes", ctypes.c_int * 5), ("caption", _LogFont), ("small_sizes", ctypes.c_int * 2),
        ("small", _LogFont), ("menu_sizes", ctypes.c_int * 2), ("menu", _LogFont), ("status", _LogFont), ("message", _LogFont),
        ("padded", ctypes.c_int),
    )  # fmt: skip


def aware() -> None:
    """Each window of this process in its monitor's own dots, before the first of them."""
    if _set_aware is not None:
        _set_aware(_PER_MONITOR_V2)


def dpi_of(hwnd: int) -> int:
    return int(_dpi(hwnd)) if _dpi is not None else 96


def keep_as_laid_out(hwnd: int) -> None:
    if _set_behavior is not None:
        _set_behavior(hwnd, _DDC_DISABLE_ALL, _DDC_DISABLE_ALL)


class Fonts:
    """The plain one and that of the first paragraph, until `close`."""

    def __init__(self, dpi: int) -> None:
        self.dpi = dpi or 96
        metrics = _Metrics(size=ctypes.sizeof(_Metrics))
        asked = (win32con.SPI_GETNONCLIENTMETRICS, metrics.size, ctypes.byref(metrics), 0, self.dpi)
        if _parameters is None or not _parameters(*asked):
            metrics.message.height, metrics.message.face = -9 * self.dpi // 72, "Segoe UI"
        font = metrics.message
        self._plain = int(_create_font(ctypes.byref(font)))
        font.height, font.weight = round(font.height * _HEAD), win32con.FW_SEMIBOLD
        self._head = int(_create_font(ctypes.byref(font)))

    def of(self, item: Item) -> int:
        return self._head if item.part in {"head", "card"} else self._plain

    def measure(self, item: Item, wide: int) -> Size:
        """A Measure."""
        flags = win32con.DT_CALCRECT | (win32con.DT_WORDBREAK if wide else 0)
        flags |= win32con.DT_NOPREFIX if item.part in {"says", "head", "card", "beside", "note", "body"} else 0
        screen = win32gui.GetDC(0)
        before = win32gui.SelectObject(screen, self.of(item))
        try:
            high, rect = _draw_text(screen, item.text or "0", -1, (0, 0, wide, 0), flags)
        finally:
            win32gui.SelectObject(screen, before)
            win32gui.ReleaseDC(0, screen)
        return rect[2] - rect[0], high

    def close(self) -> None:
        win32gui.DeleteObject(self._plain)
        win32gui.DeleteObject(self._head)
