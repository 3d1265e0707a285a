"""What a menu holds, apart from any screen: rows, and what a click on each does. Frozen, so that two can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from host.wire import Request

LONGEST = 90  # characters of a row: a menu that is wider leaves the screen


@dataclass(frozen=True, slots=True)
class Dialog:
    """A click opens the dialog of this name with these words (`giochoi-tray --dialog NAME WORDS…`)."""

    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A click sends this to the daemon; where it has a token, the one of whoever proved to be a guardian is put into it."""

    request: Request[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A click runs `giochoi WORDS…` with the rights of whoever sits here."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """A click gives up what a PIN had proved."""


Act: TypeAlias = Dialog | Ask | Run | Leave


@dataclass(frozen=True, slots=True)
class Row:
    """`text` is in words, and fits. Without text it is a line between rows, with `rows` a menu of its own (there is no third
    level). `act` None: a click does nothing.
    """

    text: str = ""
    act: Act | None = None
    rows: Menu = ()
    enabled: bool = True


Menu: TypeAlias = tuple[Row, ...]
LINE = Row()
Shape: TypeAlias = tuple[tuple[bool, Act | None, "Shape"], ...]


def shape(menu: Menu) -> Shape:
    """Whatever is not text. Of menus with the same shape one can become the other while it is open: no row changes its meaning
    under the pointer.
    """
    return tuple((bool(row.text), row.act, shape(row.rows)) for row in menu)


def flat(menu: Menu) -> Iterator[Row]:
    """All rows, those of a row's own menu behind it."""
    for row in menu:
        yield row
        yield from flat(row.rows)


def cut(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, no longer than this many UTF-16 units, which Windows counts."""
    text = " ".join(text.split())
    if _units(text) <= longest:
        return text
    while _units(text) > longest - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
