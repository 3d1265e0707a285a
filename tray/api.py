"""What a system's half of the tray has to offer. `act` may be called from any thread, and returns at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeAlias

from daemon.api.messages import Signal
from i18n.catalogue import Catalogue
from i18n.message import Arg, MessageError
from tray.menus import Act
from tray.view import View


class FaceError(MessageError):
    """There is no screen, or what draws on it is not installed: what, and what to do."""


class Face(Protocol):
    """Where the view is seen: an icon with its menu, or a window."""

    def show(self, view: View) -> None:
        """From any thread; never raises."""

    def run(self) -> None:
        """In the main thread, until `stop`."""

    def stop(self) -> None:
        """From any thread, and from a signal's handler."""


How: TypeAlias = Literal["banner", "notification", "window", "sound"]


class Shower(Protocol):
    """Shows what the daemon tells (tray.showing). Called on the link's thread."""

    def know(self, *, guardian: bool, player: str | None, tray: bool, hotline: str = "") -> None:
        """Who sits here, whether there is an icon, and the local hotline."""

    def show(self, signal: Signal) -> How | None:
        """What somebody could see or hear of it; None: nothing."""

    def resident(self, text: Arg | None, sign: str) -> bool:
        """What stands where there is no tray; whether it could be shown."""

    def close(self) -> None: ...


class Half(Protocol):
    """A module of one system: tray.linux.half, tray.windows.half."""

    def icon(self, view: View, act: Callable[[Act], None]) -> Face:
        """FaceError."""

    def window(self, view: View, act: Callable[[Act], None]) -> Face:
        """The same menu as a window of its own. FaceError."""

    def shower(
        self, face: Face, words: Callable[[], Catalogue], act: Callable[[Act], None], menu: Callable[[], None]
    ) -> Shower | None:
        """What shows signals, and calls `act` and `menu` (open the menu) for what is pressed; None: nothing can be shown."""

    def alone(self) -> AbstractContextManager[bool]:
        """Held for as long as the program runs; False: another one runs in this session."""

    def follow_tray(self, told: Callable[[bool], None]) -> None:
        """Calls `told` with whether anybody shows icons, at first and whenever that changes."""

    def on_end(self, stop: Callable[[], None]) -> None:
        """Calls `stop` when the system asks this program to end."""

    def autostart(self, options: list[str], *, on: bool) -> str:
        """Have the tray started with these options in each session of this account, or not; where that is written. OSError."""
