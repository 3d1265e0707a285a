"""One banner as a window of Windows: above all others, never active, and clicks go through it.

Its thread has made it, draws it, and ends with it. A window belongs to the thread that made it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import wintypes
from dataclasses import dataclass, replace
from typing import Any, Final

import win32api
import win32con
import win32gui

from host.windows.win32 import function
from tray.showing.api import Card

CLASS: Final = "GioChoiBanner"
_TOP, _BETWEEN, _SIDE, _EDGE, _PAD, _WIDEST, _COUNT = 24, 8, 22, 7, 14, 620, 90
_STYLE: Final = (
    win32con.WS_EX_TOPMOST | win32con.WS_EX_TOOLWINDOW | win32con.WS_EX_TRANSPARENT | win32con.WS_EX_LAYERED | 0x0800_0000
)  # the last: WS_EX_NOACTIVATE
_QUIETLY: Final = win32con.SWP_NOACTIVATE | win32con.SWP_SHOWWINDOW
_BACK, _TITLE, _LINE = 0x2B211C, 0xFFFFFF, 0xEFE9E6  # blue, green, red
_EDGES: Final = {"critical": 0x4D48E5}
_EDGE_ELSE: Final = 0x377F1A
_FONTS: Final = {"title": (21, 700), "line": (16, 400), "count": (38, 700)}  # pixels, weight
_OPAQUE: Final = 245
_WORDS: Final = win32con.DT_LEFT | win32con.DT_WORDBREAK | win32con.DT_NOPREFIX
_NUMBER: Final = win32con.DT_RIGHT | win32con.DT_VCENTER | win32con.DT_SINGLELINE
_END, _SECOND = 1, 2  # timers
_AGAIN: Final = win32con.WM_APP + 1
_SCREEN: Final = (76, 77, 78, 79)  # SM_XVIRTUALSCREEN, SM_YVIRTUALSCREEN, SM_CXVIRTUALSCREEN, SM_CYVIRTUALSCREEN

gui: Any = win32gui  # types-pywin32 knows neither its rectangles nor what its structures take
_user32 = ctypes.WinDLL("user32", use_last_error=True)
_set_timer = function(_user32, "SetTimer", ctypes.c_size_t, wintypes.HWND, ctypes.c_size_t, wintypes.UINT, ctypes.c_void_p)
_dpi_aware = function(_user32, "SetThreadDpiAwarenessContext", ctypes.c_void_p, ctypes.c_void_p)
_dpi = function(_user32, "GetDpiForSystem", wintypes.UINT)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    font: Any
    color: int
    top: int
    bottom: int


class Window:
    """`place` says how far down it goes, of its height in pixels."""

    def __init__(self, card: Card, place: Callable[[int], int]) -> None:
        _dpi_aware(ctypes.c_void_p(-4))  # per monitor, version 2: else Windows blurs it
        self.card = card
        self._scale: float = _dpi() / 96
        self._left = card.saving or 0
        self._side = 0  # how far the words are moved to the right
        self._edge = _EDGES.get(card.urgency, _EDGE_ELSE)
        self._fonts = {name: self._font(*font) for name, font in _FONTS.items()}
        self._lines, self._width, self._height = self._laid_out(card)
        instance = win32api.GetModuleHandle(None)
        kind = _kind(instance)
        left = (win32api.GetSystemMetrics(win32con.SM_CXSCREEN) - self._width) // 2
        if card.full:
            left, top = self._covered()
        else:
            top = self._px(_TOP) + place(self._height + self._px(_BETWEEN))
        style = _STYLE & ~win32con.WS_EX_TRANSPARENT if card.full else _STYLE
        self.handle: int = gui.CreateWindowEx(
            style, kind, card.title, win32con.WS_POPUP, left, top, self._width, self._height, 0, 0, instance, None
        )
        _windows[self.handle] = self
        gui.SetLayeredWindowAttributes(self.handle, 0, _OPAQUE, win32con.LWA_ALPHA)
        gui.SetWindowPos(self.handle, win32con.HWND_TOPMOST, left, top, self._width, self._height, _QUIETLY)
        gui.UpdateWindow(self.handle)
        _set_timer(self.handle, _END, card.drawn, None)
        if self._left:
            _set_timer(self.handle, _SECOND, 1000, None)

    def again(self) -> None:
        """From any thread: it stands as long again."""
        gui.PostMessage(self.handle, _AGAIN, 0, 0)

    def _covered(self) -> tuple[int, int]:
        """Where the whole screen begins, which is its size now; the words go to the middle of the main monitor."""
        left, top, wide, high = (win32api.GetSystemMetrics(what) for what in _SCREEN)
        down = max(0, (win32api.GetSystemMetrics(win32con.SM_CYSCREEN) - self._height) // 2) - top
        self._side = max(0, (win32api.GetSystemMetrics(win32con.SM_CXSCREEN) - self._width) // 2) - left
        self._lines = [replace(one, top=one.top + down, bottom=one.bottom + down) for one in self._lines]
        self._width, self._height = wide, high
        return left, top

    def run(self) -> None:
        """Until it is over, or somebody posts it WM_CLOSE."""
        try:
            gui.PumpMessages()
        finally:
            for font in self._fonts.values():
                gui.DeleteObject(font)

    def handle_message(self, message: int, what: int) -> bool:
        """Whether it was one of ours."""
        if message == win32con.WM_PAINT:
            self._paint()
        elif message == win32con.WM_TIMER and what == _SECOND:
            self._left = max(0, self._left - 1000)
            gui.InvalidateRect(self.handle, None, True)
        elif message == _AGAIN:
            _set_timer(self.handle, _END, self.card.drawn, None)
        elif message in {win32con.WM_CLOSE, win32con.WM_TIMER}:
            gui.DestroyWindow(self.handle)
        else:
            return False
        return True

    def _px(self, size: int) -> int:
        return int(size * self._scale + 0.5)

    def _font(self, size: int, weight: int) -> Any:
        font = gui.LOGFONT()
        font.lfFaceName, font.lfHeight, font.lfWeight, font.lfQuality = "Segoe UI", -self._px(size), weight, 5  # ClearType
        return gui.CreateFontIndirect(font)

    def _laid_out(self, card: Card) -> tuple[list[_Line], int, int]:
        """The lines with where they go, and the window's width and height."""
        screen = gui.GetDC(0)
        lines, wide, top = [], 0, self._px(_PAD)
        try:
            for text, name, color in ((card.title, "title", _TITLE), *((line, "line", _LINE) for line in card.lines)):
                gui.SelectObject(screen, self._fonts[name])
                room = (0, 0, self._px(_WIDEST), 0)
                high, (_, _, right, _) = gui.DrawText(screen, text, -1, room, _WORDS | win32con.DT_CALCRECT)
                lines.append(_Line(text, self._fonts[name], color, top, top + high))
                wide, top = max(wide, right), top + high + self._px(2)
        finally:
            gui.ReleaseDC(0, screen)
        count = self._px(_COUNT) if self._left else 0
        return lines, self._px(_EDGE) + 2 * self._px(_SIDE) + wide + count, top + self._px(_PAD)

    def _paint(self) -> None:
        device, paint = gui.BeginPaint(self.handle)
        try:
            edge = self._px(_EDGE)
            _fill(device, (0, 0, self._width, self._height), _BACK)
            if not self.card.full:
                _fill(device, (0, 0, edge, self._height), self._edge)
            gui.SetBkMode(device, win32con.TRANSPARENT)
            left, right = edge + self._px(_SIDE) + self._side, self._width - self._px(_SIDE)
            for line in self._lines:
                gui.SelectObject(device, line.font)
                gui.SetTextColor(device, line.color)
                gui.DrawText(device, line.text, -1, (left, line.top, right, line.bottom), _WORDS)
            if self._left:
                gui.SelectObject(device, self._fonts["count"])
                gui.SetTextColor(device, _TITLE)
                gui.DrawText(device, str(self._left // 1000), -1, (left, 0, right, self._height), _NUMBER)
        finally:
            gui.EndPaint(self.handle, paint)


_windows: dict[int, Window] = {}


def _kind(instance: int) -> str:
    """The class of our windows, registered once."""
    kind = gui.WNDCLASS()
    kind.hInstance, kind.lpszClassName, kind.lpfnWndProc = instance, CLASS, _procedure
    try:
        gui.RegisterClass(kind)
    except gui.error as error:
        if error.winerror != 1410:  # ERROR_CLASS_ALREADY_EXISTS
            raise
    return CLASS


def _procedure(handle: int, message: int, what: int, more: int) -> int:
    window = _windows.get(handle)
    if message == win32con.WM_DESTROY:
        _windows.pop(handle, None)
        gui.PostQuitMessage(0)
        return 0
    if message == win32con.WM_NCHITTEST and not (window is not None and window.card.full):
        return win32con.HTTRANSPARENT
    if window is not None and window.handle_message(message, what):
        return 0
    return int(gui.DefWindowProc(handle, message, what, more))


def _fill(device: Any, area: tuple[int, int, int, int], color: int) -> None:
    brush = gui.CreateSolidBrush(color)
    gui.FillRect(device, area, brush)
    gui.DeleteObject(brush)
