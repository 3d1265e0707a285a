"""The Windows half of icon.py, which may touch pystray too: its icon, mended.

What pystray's own does and this one does not: destroy a menu that is open, so that its clicks are lost; raise where a text is
long; show a picture of 32 px in a place for 16; stay away after the taskbar came too late; answer 0 to whatever it does not
know, which keeps Windows from logging off; need a file for each picture. Everything happens in the thread of `run`: others
leave what is to be shown and post a message.
"""

from __future__ import annotations

import ctypes
import itertools
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from ctypes import wintypes
from typing import Any, ClassVar

import pystray
from pystray import _win32
from pystray._util import win32

from host.windows.win32 import checked
from tray.menus import Act, Menu
from tray.view import View
from tray.windows import calls, pictures
from tray.windows.strings import BODY, TIP, TITLE, fit, label

_APPLY = win32.WM_USER + 12  # beside the two that pystray has
_CLOSE, _QUERY_END, _END, _TIMER, _CONTEXT_MENU = 0x0010, 0x0011, 0x0016, 0x0113, 0x007B
_DPI_CHANGED = 0x02E0
_SELECT, _KEY_SELECT, _BALLOON_CLICK = 0x0400, 0x0401, 0x0405  # NIN_…
_OPENS = {  # whether the icon is told as one of version 4: the mouse's buttons and the keyboard
    True: frozenset({_SELECT, _KEY_SELECT, _CONTEXT_MENU}),
    False: frozenset({win32.WM_LBUTTONUP, win32.WM_RBUTTONUP}),
}
_VERSION = 4  # NOTIFYICON_VERSION_4
_PROCEDURE = -4  # GWLP_WNDPROC
_AGAIN, _AGAIN_MS = 1, 2_000  # the timer by which an icon is tried again that the taskbar did not take
_FIELDS = {"szTip": TIP, "szInfo": BODY, "szInfoTitle": TITLE}
_NUMBERS = itertools.count()
_log = logging.getLogger(__name__)


class Icon(_win32.Icon):  # type: ignore[misc] # pystray ships no types
    """tray.api.Face. `picture` gives the PNG of a sprite that is best at so many pixels, `there` hears whether it is shown."""

    _icons: ClassVar[dict[int, Icon]] = _win32.Icon._HWND_TO_ICON  # noqa: SLF001 - by their windows
    _icon_handle: int | None = None  # here too: pystray asks for it when one goes that could not be made

    def __init__(
        self,
        view: View,
        act: Callable[[Act], None],
        picture: Callable[[str, int], bytes],
        there: Callable[[bool], object] = lambda _: None,
    ) -> None:
        # Its class of windows is named by this and its address, which another one had before it.
        super().__init__(f"giochoi-{next(_NUMBERS)}-", icon=view.sprite, title=view.tooltip, menu=self._menu_of(view.menu))
        self._act, self._picture, self._there = act, picture, there
        self._menu_handle: tuple[int, list[Callable[..., None]]] | None = None
        self._shown = view
        self._lock = threading.Lock()
        self._wanted: View | None = None
        self._open = self._stale = self._is_there = False
        self._modern = False  # whether the taskbar speaks as in version 4
        self._stopping = False
        self._message_handlers |= {
            win32.WM_DISPLAYCHANGE: self._on_size, _DPI_CHANGED: self._on_size,
            _APPLY: self._on_apply, _TIMER: self._on_timer, _CLOSE: self._on_stop,
            _QUERY_END: lambda *_: True, _END: lambda ends, _: self._on_stop(0, 0) if ends else None,
        }  # fmt: skip

    # --- tray.api.Face -----------------------------------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """From any thread: of several the last one counts."""
        with self._lock:
            told, self._wanted = self._wanted is not None, view
        if not told and self._hwnd:
            win32.PostMessage(self._hwnd, _APPLY, 0, 0)

    def run(self, setup: Callable[[Any], None] | None = None) -> None:
        self._thread = threading.current_thread()  # pystray sets it later, but asks for it if that fails
        if not self._stopping:
            super().run(setup)

    def _start_setup(self, _setup: object) -> None:
        """Nothing is left to do in a thread of its own, which would keep a process for ever whose window could not be made."""
        self._setup_thread = threading.current_thread()

    def stop(self) -> None:
        self._stopping = True
        if self._hwnd:
            win32.PostMessage(self._hwnd, win32.WM_STOP, 0, 0)

    # --- what is to be shown -----------------------------------------------------------------------------------------------

    def _mark_ready(self) -> None:
        super()._mark_ready()
        self._on_apply(0, 0)
        self.visible = True
        if self._stopping:
            self._on_stop(0, 0)

    def _on_apply(self, _wparam: int, _lparam: int) -> None:
        with self._lock:
            view, self._wanted = self._wanted, None
        if view is None:
            return
        before, self._shown = self._shown, view
        if view.menu != before.menu:
            self.menu = self._menu_of(view.menu)
        self.title = view.tooltip
        if view.sprite != before.sprite:
            self.icon = view.sprite

    def _menu_of(self, rows: Menu) -> pystray.Menu:
        return pystray.Menu(*(self._item(row) if row.text else pystray.Menu.SEPARATOR for row in rows))

    def _item(self, row: Any) -> pystray.MenuItem:
        if row.rows:
            return pystray.MenuItem(label(row.text), self._menu_of(row.rows), enabled=row.enabled)

        def clicked(_icon: object, _item: object) -> None:
            if row.act is not None:
                self._act(row.act)

        return pystray.MenuItem(label(row.text), clicked, enabled=row.enabled)

    def _update_menu(self) -> None:
        """Not while it is open: what is clicked is what was seen."""
        self._stale = self._open
        if not self._open:
            super()._update_menu()

    # --- the taskbar -------------------------------------------------------------------------------------------------------

    def _message(self, code: int, flags: int, **fields: Any) -> bool:
        """Whether the taskbar took it: there may be none, and one that just starts is slow."""
        for name, units in _FIELDS.items():
            if name in fields:
                fields[name] = fit(fields[name], units)
        data = win32.NOTIFYICONDATAW(
            cbSize=ctypes.sizeof(win32.NOTIFYICONDATAW), hWnd=self._hwnd, uFlags=flags | _with_tip(flags), **fields
        )
        return bool(win32.Shell_NotifyIcon(code, data))

    def _show(self) -> None:
        """Add it, also where it may be there already, and again in a while where that fails."""
        self._assert_icon_handle()
        flags = win32.NIF_MESSAGE | win32.NIF_ICON | win32.NIF_TIP
        what = {"uCallbackMessage": win32.WM_NOTIFY, "hIcon": self._icon_handle, "szTip": self.title}
        there = self._message(win32.NIM_ADD, flags, **what) or self._message(win32.NIM_MODIFY, flags, **what)
        if there:
            self._modern = self._message(win32.NIM_SETVERSION, 0, uVersion=_VERSION)
            calls.kill_timer(self._hwnd, _AGAIN)
        else:
            calls.set_timer(self._hwnd, _AGAIN, _AGAIN_MS, None)
        self._is_there = there
        self._there(there)

    def notify_now(self, title: str, body: str, flags: int) -> bool:
        """A balloon, from any thread; whether the taskbar took it."""
        return self._is_there and self._message(
            win32.NIM_MODIFY, win32.NIF_INFO, szInfo=body, szInfoTitle=title, dwInfoFlags=flags
        )

    def _update_icon(self) -> None:
        self._release_icon()
        self._assert_icon_handle()
        self._message(win32.NIM_MODIFY, win32.NIF_ICON, hIcon=self._icon_handle)
        self._icon_valid = True

    def _assert_icon_handle(self) -> None:
        if self._icon_handle:
            return
        pixels = pictures.size()
        try:
            self._icon_handle = pictures.load(self._picture(self.icon, pixels), pixels)
        except OSError:  # its file is gone: better the system's own picture than a tray that ends
            _log.exception("no picture")
            self._icon_handle = pictures.plain(pixels)

    def _on_size(self, _wparam: int, _lparam: int) -> None:
        self._update_icon()

    def _on_taskbarcreated(self, _wparam: int, _lparam: int) -> None:
        """Explorer started, again or at last; perhaps the screen's scale changed."""
        self._release_icon()
        self._show()

    def _on_timer(self, _wparam: int, _lparam: int) -> None:
        self._show()

    # --- its window --------------------------------------------------------------------------------------------------------

    def _create_window(self, atom: int) -> int:
        window = int(super()._create_window(atom))
        checked(calls.set_procedure(window, _PROCEDURE, _procedure), "SetWindowLongPtr")
        return window

    def _on_stop(self, wparam: int, lparam: int) -> None:
        if self._open:
            calls.end_menu()
        super()._on_stop(wparam, lparam)

    def _on_notify(self, wparam: int, lparam: int) -> None:
        event = lparam & 0xFFFF if self._modern else lparam
        if event in _OPENS[self._modern]:
            self._open_menu(_point(wparam) if self._modern else cursor())
        elif event == _BALLOON_CLICK:
            self._open_menu(cursor())

    def _open_menu(self, at: tuple[int, int]) -> None:
        if self._open or self._menu_handle is None:
            return
        menu, actions = self._menu_handle
        self._open = True
        try:
            with suppress(OSError):  # refused where we may not come to the front; the menu comes all the same
                win32.SetForegroundWindow(self._hwnd)  # else it stays when somebody clicks beside it
            how = win32.TPM_RIGHTALIGN | win32.TPM_BOTTOMALIGN | win32.TPM_RETURNCMD
            chosen = win32.TrackPopupMenuEx(menu, how, *at, self._hwnd, None)
            win32.PostMessage(self._hwnd, 0, 0, 0)  # so that the next click beside one closes it too (TrackPopupMenu, remarks)
        finally:
            self._open = False
        if 0 < chosen <= len(actions):
            actions[chosen - 1](self)
        elif self._stale:
            self._update_menu()


def _with_tip(flags: int) -> int:
    """An icon of version 4 shows its tooltip only if told so."""
    return int(win32.NIF_SHOWTIP) if flags & win32.NIF_TIP else 0


def _point(wparam: int) -> tuple[int, int]:
    """Where the icon stands, or the mouse: two signed halves."""
    return ctypes.c_int16(wparam & 0xFFFF).value, ctypes.c_int16(wparam >> 16 & 0xFFFF).value


def cursor() -> tuple[int, int]:
    point = wintypes.POINT()
    with suppress(OSError):  # on the screen for passwords
        win32.GetCursorPos(ctypes.byref(point))
    return point.x, point.y


@calls.PROCEDURE  # type: ignore[untyped-decorator] # ctypes makes it
def _procedure(window: int, message: int, wparam: int, lparam: int) -> int:
    """Of all our windows. Nothing that goes wrong leaves it: the next message is handled."""
    try:
        icon = Icon._icons.get(window)  # noqa: SLF001 - this is a part of it
        handler = None if icon is None else icon._message_handlers.get(message)  # noqa: SLF001 - as above
        if handler is not None:
            return int(handler(wparam, lparam) or 0)
    except Exception:  # noqa: BLE001 - see above
        _log.exception("message %#x", message)
        return 0
    return int(calls.default_procedure(window, message, wparam, lparam))
