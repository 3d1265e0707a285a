"""Which system's half of the tray is in use: the one file of the tray that tests sys.platform."""

# ruff: noqa: PLC0415 - what one system's half imports is not there on another
from __future__ import annotations

import os
import sys

from host.api import UnsupportedError
from tray.api import Half
from tray.dialogs.showing import Renderer


def half() -> Half:
    """What the system's own half of the tray offers."""
    if sys.platform == "linux":
        from tray.linux import half
    elif sys.platform == "win32":
        from tray.windows import half
    else:
        raise UnsupportedError(sys.platform)
    return half


def renderer() -> Renderer:
    """What draws dialogs with this system's own widgets. RendererError: they are not installed."""
    if sys.platform == "linux":
        from tray.dialogs.linux import gtk as half
    elif sys.platform == "win32":
        from tray.dialogs.windows import window as half
    else:
        raise UnsupportedError(sys.platform)
    return half.show


def as_administrator(dialog: str) -> tuple[str, ...]:
    """What starts `giochoi` as an administrator, after the system's own prompt. Empty: on Windows, where no pipe leads to such
    a program, the `dialog` was opened anew as an administrator's.
    """
    own = (sys.executable, "-P", "-m", "cli")
    if sys.platform == "win32":
        from tray.windows.calls import elevated, open_elevated

        if elevated():
            return own
        open_elevated(sys.executable, f"-P -m tray --dialog {dialog}")
        return ()
    return own if os.geteuid() == 0 else ("/usr/bin/pkexec", "/usr/bin/giochoi")
