"""Which system's half of the tray is in use: the one file of the tray that tests sys.platform."""

# ruff: noqa: PLC0415 - what one system's half imports is not there on another
from __future__ import annotations

import sys

from host.api import UnsupportedError
from tray.api import Half


def half() -> Half:
    """What the system's own half of the tray offers."""
    if sys.platform == "linux":
        from tray.linux import half
    elif sys.platform == "win32":
        from tray.windows import half
    else:
        raise UnsupportedError(sys.platform)
    return half

