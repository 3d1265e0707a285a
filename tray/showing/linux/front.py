"""What is in front on an X screen."""

from __future__ import annotations

import logging
import os

from tray.showing.linux.xcb import Server, XError, server
from tray.showing.notice import Screen

_log = logging.getLogger(__name__)


def screen() -> Screen:
    """Whether the active window is full-screen. Where nobody says so it is taken to be: a banner too many harms nobody."""
    if not os.environ.get("DISPLAY"):
        return "full"
    try:
        with server() as found:
            return _asked(found)
    except XError as error:
        _log.info("the screen: %s", error)
        return "full"


def _asked(found: Server) -> Screen:
    active = found.values(found.root, "_NET_ACTIVE_WINDOW")
    if active is None:
        return "full"
    if not active or not active[0]:
        return "desktop"
    states = found.values(active[0], "_NET_WM_STATE") or []
    return "full" if found.atom("_NET_WM_STATE_FULLSCREEN") in states else "desktop"
