"""A guardian proves by PIN who they are, at somebody else's account. Whoever started this takes the token from stdout."""

from __future__ import annotations

from typing import Final

import msgspec

from daemon.api.asking import Me, MeGet, Prove, Proved
from host.wire import ApiError
from i18n.message import Arg, msg
from tray.dialogs.model import CANCEL, Button, Choice, Dialog, End, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import REFUSED, Start, options
from words.answers import locked

TITLE: Final = msg("Guardian's PIN")


class Page:
    """Word: the name of a guardian, chosen already."""

    def __init__(self, start: Start) -> None:
        self._ask, self._now = start.ask, start.now
        words, _ = options(start.words, 1)
        self._wanted = words[0] if words else ""
        self._me: Me | None = None

    def open(self) -> Next:
        self._me = self._ask(MeGet())
        return shown(self._me, self._wanted, self._now())

    def press(self, button: str, values: Values) -> Next:
        if not values["pin"]:
            return Stay(msg("Type your PIN."))
        try:
            proved = self._ask(Prove(guardian=self._name(values), pin=values["pin"]))
        except ApiError as error:
            return Stay(self._wrong(error), REFUSED, cleared="pin")
        return End(0, token_line(proved))

    def _name(self, values: Values) -> str:
        names = () if self._me is None else self._me.proving
        return values.get("who") or self._wanted or (names[0] if names else "")

    def _wrong(self, error: ApiError) -> Arg:
        """What the daemon says of it, and until when it takes none, if that is so now."""
        me = self._ask(MeGet())
        if me.locked is not None and me.locked > self._now():
            return locked(me.locked)
        return error.message


def shown(me: Me, wanted: str, now: int) -> Show:
    if me.locked is not None and me.locked > now:
        return Show(told(TITLE, locked(me.locked)), REFUSED)
    if not me.proving:
        said = msg("No guardian has a PIN yet. A guardian sets one at their own account.")
        return Show(told(TITLE, said), REFUSED)
    return Show(dialog(me.proving, wanted))


def dialog(names: tuple[str, ...], wanted: str = "") -> Dialog:
    pin = Field("pin", msg("PIN"), "pin", most=64)
    buttons = (Button("prove", msg("OK")), CANCEL)
    if len(names) == 1:
        said = msg("{guardian}, please type your PIN.", guardian=names[0])
        return Dialog(TITLE, (said,), (pin,), buttons=buttons, first="pin")
    chosen = wanted if wanted in names else names[0]
    who = Field("who", msg("Who are you?"), "choice", chosen, tuple(Choice(name, name) for name in names))
    return Dialog(TITLE, (msg("Please type your PIN."),), (who, pin), buttons=buttons, first="pin")


def token_line(proved: Proved) -> str:
    return msgspec.json.encode({"token": proved.token, "name": proved.name, "until": proved.until}).decode()
