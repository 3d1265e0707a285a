"""Notifications by the icon's balloon, since Windows 10 shown as a toast: without buttons, a click on it opens the menu.

A toast with buttons needs a shortcut in the Start menu, which only an installer can make. Where the system holds notifications
back nobody saw one, and that is what is answered.
"""

from __future__ import annotations

import ctypes
from typing import Final, Literal, Protocol

from tray.windows import calls

_FLAGS: Final = {"low": 0x01 | 0x10, "normal": 0x01, "critical": 0x02}  # NIIF_INFO, _NOSOUND, _WARNING
_RESPECT_QUIET = 0x80
_SHOWN = frozenset({5, 7})  # QUNS_ACCEPTS_NOTIFICATIONS, QUNS_APP: an app of the Store, over which toasts come
Screen = Literal["desktop", "full", "exclusive"]
_BUSY, _FULL_SCREEN_3D, _PRESENTATION = 2, 3, 4  # QUNS_…
_SCREENS: Final[dict[int, Screen]] = {_BUSY: "full", _FULL_SCREEN_3D: "exclusive", _PRESENTATION: "full"}


class Taskbar(Protocol):
    """tray.windows.icon.Icon, as far as this asks."""

    def notify_now(self, title: str, body: str, flags: int) -> bool: ...


class Balloons:
    """Called on any thread but the icon's own."""

    def __init__(self, taskbar: Taskbar) -> None:
        self._taskbar = taskbar

    def notify(self, title: str, body: str, urgency: Literal["low", "normal", "critical"]) -> bool:
        """Whether somebody could see it, as far as the system says."""
        quiet = _RESPECT_QUIET if urgency == "low" else 0
        # Without a body the taskbar would take away what it shows.
        taken = self._taskbar.notify_now(title, body or title or " ", _FLAGS[urgency] | quiet)
        return taken and state() in _SHOWN


def state() -> int:
    """QUERY_USER_NOTIFICATION_STATE; 0 where that cannot be told."""
    found = ctypes.c_int()
    return found.value if calls.notification_state(ctypes.byref(found)) == 0 else 0


def screen() -> Screen:
    """What is in front of whoever sits here."""
    return _SCREENS.get(state(), "desktop")
