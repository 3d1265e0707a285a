"""What Windows' half of the tray offers (tray.api.Half)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final

import win32api

from host.windows.win32 import AsOSError
from i18n.message import msg
from tray.api import Face, FaceError
from tray.menus import Act
from tray.view import View
from tray.windows import once, pictures, presence
from tray.windows.icon import Icon
from tray.windows.popup import Popup
from tray.windows.shows import shower

__all__ = ["alone", "autostart", "follow_tray", "icon", "on_end", "shower", "window"]

SPRITES: Final = Path(__file__).resolve().parents[1] / "sprites" / "hicolor"


def icon(view: View, act: Callable[[Act], None]) -> Face:
    return _made(Icon, view, act)


def window(view: View, act: Callable[[Act], None]) -> Face:
    return _made(Popup, view, act)


def _made(kind: type[Icon], view: View, act: Callable[[Act], None]) -> Face:
    """FaceError: this process has no desktop, or the pictures are gone."""
    pictures.be_sharp()
    try:
        sprite(view.sprite, pictures.size())
        return kind(view, act, sprite, presence.tell)
    except OSError as error:
        raise FaceError(msg("no icon can be shown here: {why}", why=str(error))) from error


def sprite(name: str, pixels: int) -> bytes:
    """The picture of this size, else of the next larger one, else the largest. OSError."""
    found = sorted((int(folder.name.partition("x")[0]), folder) for folder in SPRITES.iterdir())
    if not found:
        raise FileNotFoundError(str(SPRITES))
    folder = next((folder for size, folder in found if size >= pixels), found[-1][1])
    return (folder / "apps" / f"{name}.png").read_bytes()


def alone() -> AbstractContextManager[bool]:
    return once.alone()


def follow_tray(told: Callable[[bool], None]) -> None:
    presence.follow(told)


def on_end(stop: Callable[[], None]) -> None:
    """Logging off comes to the icon's window; this is Ctrl+C and the end of a console, for whoever started us from one."""

    def told(_event: int) -> bool:
        stop()
        return True

    with suppress(OSError), AsOSError():
        win32api.SetConsoleCtrlHandler(told, True)


def autostart(options: list[str], *, on: bool) -> str:
    raise FaceError(msg("the service starts the tray in every session; nothing is to be set for it"))
