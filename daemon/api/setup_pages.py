"""What the window of set-up and the program that asks its questions tell each other: one JSON object a line.

The window runs as whoever sits there (tray.dialogs.setup), the program as an administrator (cli.setup.pages). All texts are in
the language of the window already.
"""

from __future__ import annotations

from typing import Literal

import msgspec

NEXT, BACK = "next", "back"


class SetupChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    label: str


class SetupField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kind` "ticks" takes any number of its choices, their values with a blank between them; each of `shortcuts` ticks those
    of its value, and no others.
    """

    name: str
    label: str
    kind: Literal["choice", "ticks", "text", "pin"]
    value: str = ""
    choices: tuple[SetupChoice, ...] = ()
    shortcuts: tuple[SetupChoice, ...] = ()


class SetupPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`note`: what was wrong with the last answer; the page before it stays then, and nothing else is told. `buttons` are in
    the order of tray.dialogs.model.Dialog, without the one that closes. `last`: nothing is asked any more.
    """

    says: tuple[str, ...] = ()
    fields: tuple[SetupField, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[SetupChoice, ...] = ()
    note: str = ""
    last: bool = False


class SetupAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The button that was pressed, and what stood in the fields."""

    button: str
    values: dict[str, str] = {}
