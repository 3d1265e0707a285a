"""What is told to the X server about a window of ours: GTK's own call needs a package that few have."""

from __future__ import annotations

import logging
from typing import Any

from tray.showing.linux.xcb import XError, server

_log = logging.getLogger(__name__)


def passes_clicks(window: Any) -> None:
    """Clicks on the window go to whatever lies below it."""
    window.get_display().sync()  # the server knows it now
    try:
        with server() as found:
            found.pass_clicks(window.get_xid())
    except XError as error:
        _log.warning("clicks stop at the banner: %s", error)
