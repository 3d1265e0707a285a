"""What is shown of a signal, and what of it can be pressed. Lengths are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from i18n.message import Arg, Words
from tray.showing.signs import FREE

LISTED: Final = 12_000  # how long what can be read again later stands

Screen: TypeAlias = Literal["desktop", "full", "exclusive"]
"""What is in front: windows; something full-screen; something full-screen over which the system shows nothing of others."""

Urgency: TypeAlias = Literal["low", "normal", "critical"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does: `ask` opens the dialog with these words, `approve` and `deny` answer the request `words[0]`,
    `menu` opens the window with the tray's menu, `rules` all rules in words.
    """

    kind: Literal["ask", "approve", "deny", "menu", "rules"]
    label: Words
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """`key`: it takes the place of the last one of this key, and whatever has a key that begins with `over` is over.

    `full`: the banner covers the whole screen.
    `enough`: where the banner is seen, no notification says the same beside it.
    `sign`: the picture beside it.
    `lasts`: how long it stands (None: until somebody closes it). `saving`: how long there is to save, counted down.
    """

    key: str
    title: Arg
    body: tuple[Arg, ...] = ()
    sign: str = FREE
    urgency: Urgency = "normal"
    banner: bool = False
    enough: bool = False
    sound: bool = False
    actions: tuple[Action, ...] = ()
    lasts: int | None = 10_000
    saving: int | None = None
    over: str | None = None
    full: bool = False


def seen_over(notice: Notice, screen: Screen) -> Notice:
    """Nobody sees a notification beside a full-screen game."""
    return replace(notice, banner=True) if screen != "desktop" and notice.urgency != "low" else notice


@dataclass(frozen=True, slots=True)
class Gone:
    """What stands under this key is no longer so."""

    key: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose display it is: a `guardian`'s, and that of whom who plays as `player`. `tray`: an icon says how long is left.
    `hotline`: the local number for the protection of children.
    """

    guardian: bool = False
    player: str | None = None
    tray: bool = True
    hotline: str = ""
