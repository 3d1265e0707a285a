"""A guardian has nothing limited for a while, at home: how long, and why, which the log keeps."""

from __future__ import annotations

from typing import Final

from daemon.api.asking import Off
from i18n.message import Message, Moment, msg
from tray.dialogs.model import CANCEL, MINUTES, Button, Dialog, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import Start, options
from tray.dialogs.values import minutes

TITLE: Final = msg("No limits for a while")


class Page:
    """No words: it is for everybody who plays here. The account has to be a guardian's."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        options(start.words, 0)

    def open(self) -> Next:
        return Show(dialog())

    def press(self, button: str, values: Values) -> Next:
        made = request(values)
        if isinstance(made, Message):
            return Stay(made)
        answer = self._ask(made)
        if answer.until is None:
            return Show(told(TITLE, msg("limits hold again")))
        until = msg("Nothing is limited until {until}.", until=Moment(answer.until, answer.zone))
        return Show(told(TITLE, until, msg("To end that sooner: “Enforce again” in the menu of the icon.")))


def dialog() -> Dialog:
    says = (
        msg("How long shall nothing be limited, for anybody?"),
        msg("Pauses still hold, and what is played is still counted. Everybody here can see that limits are off, and why."),
    )
    fields = (
        Field("ms", msg("How long"), "minutes", "60", MINUTES, most=4),
        Field("reason", msg("Reason; the log keeps it"), "long"),
    )
    return Dialog(TITLE, says, fields, buttons=(Button("off", msg("Lift the limits")), CANCEL), first="ms")


def request(values: Values) -> Off | Message:
    ms, reason = minutes(values["ms"]), values.get("reason", "").strip()
    if isinstance(ms, Message):
        return ms
    return Off(ms=ms, reason=reason) if reason else msg("Say why, such as: birthday.")
