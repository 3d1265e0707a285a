"""What is in front on an X screen, asked by python-xlib, which may be asked in any thread."""

from __future__ import annotations

import logging
import os
from typing import Any

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.error import DisplayError, XError

from tray.showing.notice import Screen

_log = logging.getLogger(__name__)


def screen() -> Screen:
    """Whether the active window is full-screen. Where nobody says so it is taken to be: a banner too many harms nobody."""
    if not os.environ.get("DISPLAY"):
        return "full"
    try:
        display = Display()
        try:
            return _asked(display)
        finally:
            display.close()
    except (DisplayError, XError, OSError) as error:
        _log.info("the screen: %s", error)
        return "full"


def _asked(display: Any) -> Screen:
    root = display.screen().root
    active = root.get_full_property(display.intern_atom("_NET_ACTIVE_WINDOW"), Xatom.WINDOW)
    if active is None:
        return "full"
    if not active.value or active.value[0] == X.NONE:
        return "desktop"
    window = display.create_resource_object("window", active.value[0])
    states = window.get_full_property(display.intern_atom("_NET_WM_STATE"), Xatom.ATOM)
    if states is not None and display.intern_atom("_NET_WM_STATE_FULLSCREEN") in states.value:
        return "full"
    return "desktop"
