"""What tests of the icon stand on: the icon in a thread of its own, and the clicks that taskbar and mouse would bring."""

from __future__ import annotations

import ctypes
import struct
import threading
import time
import zlib
from contextlib import contextmanager
from ctypes import wintypes

from tests.system import PATIENCE
from tray.menus import LINE, Dialog, Row
from tray.view import View
from tray.windows.icon import Icon

user32 = ctypes.WinDLL("user32")
user32.FindWindowExW.restype = user32.FindWindowW.restype = wintypes.HWND
user32.FindWindowExW.argtypes = [wintypes.HWND, wintypes.HWND, wintypes.LPCWSTR, wintypes.LPCWSTR]
user32.PostMessageW.argtypes = user32.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
NOTIFY, SELECT, CONTEXT_MENU = 0x400 + 11, 0x400, 0x7B
_KEYDOWN, _SETTLE = 0x0100, 0x8000
_KEYS = {"down": 0x28, "right": 0x27, "return": 0x0D, "escape": 0x1B}
_IN_MENU = 0x04


class _Gui(ctypes.Structure):
    """GUITHREADINFO."""

    _fields_ = (
        ("size", wintypes.DWORD), ("flags", wintypes.DWORD),
        *((name, wintypes.HWND) for name in ("active", "focus", "capture", "menu", "move", "caret")),
        ("rect", wintypes.RECT),
    )  # fmt: skip


def view(*texts, state="free", characters="", tooltip="Giờ Chơi"):
    """Rows of these texts, each of which opens a dialog of its name; None is a line."""
    menu = tuple(LINE if text is None else Row(text, Dialog(text)) for text in texts)
    return View(state, characters, tooltip, tooltip, menu)


def soon(condition):
    """tests.system.until, looked at often: there are hundreds of clicks."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.002)
    return found


def in_taskbar():
    """The windows that Wine's taskbar has, one an icon; on a real Windows nobody can see them from outside."""
    found = []

    @ctypes.WINFUNCTYPE(ctypes.c_int, wintypes.HWND, wintypes.LPARAM)
    def look(window, _):
        name = ctypes.create_unicode_buffer(64)
        user32.GetClassNameW(wintypes.HWND(window), name, 64)
        if name.value == "__wine_tray_icon":
            found.append(window)
        return 1

    user32.EnumChildWindows(wintypes.HWND(user32.FindWindowW("Shell_TrayWnd", None)), look, 0)
    return found


def png(_name, pixels):
    """A red square of this size."""
    row = b"\0" + b"\xc8\x28\x37\xff" * pixels
    head = struct.pack(">IIBBBBB", pixels, pixels, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * pixels)), (b"IEND", b""))
    made = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


class Stand:
    """`icon` runs; `clicked` are the acts that came out of it."""

    def __init__(self, first, kind=Icon, picture=png):
        self.clicked, self.there = [], []
        self.icon = kind(first, self.clicked.append, picture, self.there.append)
        self._settled = threading.Event()
        self.icon._message_handlers[_SETTLE] = lambda *_: self._settled.set()
        self.thread = threading.Thread(target=self.icon.run, daemon=True)

    @property
    def window(self):
        return self.icon._hwnd

    def post(self, message, wparam=0, lparam=0):
        assert user32.PostMessageW(self.window, message, wparam, lparam)

    def open(self):
        """As the taskbar tells of a click with the right button."""
        self.post(NOTIFY, 0, CONTEXT_MENU if self.icon._modern else 0x0205)
        soon(self.in_menu)

    def in_menu(self):
        found = _Gui(size=ctypes.sizeof(_Gui))
        assert user32.GetGUIThreadInfo(self.thread.native_id, ctypes.byref(found))
        return bool(found.flags & _IN_MENU)

    def keys(self, *names):
        for name in names:
            self.post(_KEYDOWN, _KEYS[name])

    def choose(self, number):
        """The row of this number, from 1 on, by the keyboard."""
        self.keys(*["down"] * number, "return")
        soon(lambda: not self.in_menu())
        self.settle()

    def settle(self):
        """Returns once all that was posted before is done."""
        self._settled.clear()
        self.post(_SETTLE)
        assert self._settled.wait(PATIENCE)


@contextmanager
def running(first, taken=(), **how):
    """`taken`: what the taskbar answers at first."""
    made = Stand(first, **how)
    answers, real = list(taken), made.icon._message
    made.icon._message = lambda code, *rest, **fields: answers.pop(0) if answers else real(code, *rest, **fields)
    made.thread.start()
    soon(lambda: made.icon.visible)
    made.settle()
    try:
        yield made
    finally:
        made.icon.stop()
        made.thread.join(20)
        assert not made.thread.is_alive()


def texts(stand):
    """Of the native menu, as it is now."""
    menu = stand.icon._menu_handle[0]
    found = []
    for at in range(user32.GetMenuItemCount(wintypes.HMENU(menu))):
        buffer = ctypes.create_unicode_buffer(300)
        user32.GetMenuStringW(wintypes.HMENU(menu), at, buffer, 300, 0x400)
        found.append(buffer.value)
    return found
