"""A guardian's code by telephone, typed by the child."""

from __future__ import annotations

from typing import Final

from daemon.api.asking import CodeUse, MeGet, RequestPart, RequestsGet
from host.wire import ApiError
from i18n.message import Arg, Length, Message, msg
from tray.dialogs.model import CANCEL, MINUTES, Button, Dialog, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import REFUSED, Start, options, own
from tray.dialogs.values import digits, minutes
from words.answers import follows, locked

TITLE: Final = msg("Code by telephone")


class Page:
    """Word: the id of the player; without one, who plays under this account."""

    def __init__(self, start: Start) -> None:
        self._ask, self._now = start.ask, start.now
        words, _ = options(start.words, 1)
        self._player = words[0] if words else ""

    def open(self) -> Next:
        self._player = self._player or own(self._ask)
        me = self._ask(MeGet())
        if me.locked is not None and me.locked > self._now():
            return Show(told(TITLE, locked(me.locked)), REFUSED)
        if not me.codes:
            said = msg("No guardian can give codes yet. A guardian sets that up at their own account.")
            return Show(told(TITLE, said), REFUSED)
        mine = [one for one in self._ask(RequestsGet()).requests if one.player == self._player]
        return Show(dialog(max(filter(_gives_time, mine), key=lambda one: one.asked, default=None)))

    def press(self, button: str, values: Values) -> Next:
        made = request(self._player, values)
        if isinstance(made, Message):
            return Stay(made)
        try:
            answer = self._ask(made)
        except ApiError as error:
            return Stay(error.message, REFUSED, cleared="digits")
        return Show(told(TITLE, *follows(answer)))


def _gives_time(asked: RequestPart) -> bool:
    """Whether a code may answer it: nothing is let through for good by telephone."""
    return asked.answer is None and asked.program is None and not asked.lets


def dialog(asked: RequestPart | None) -> Dialog:
    """The code answers what was asked for last; without that it gives minutes."""
    number = Field("digits", msg("Six digits"), "digits", most=11)
    says: tuple[Arg, ...] = (msg("Call a guardian, and type the six digits that they read to you."),)
    if asked is not None:
        told_: dict[str, Arg] = {"what": asked.title or msg("all games"), "time": Length(asked.ms)}
        says += (msg("It answers what you asked for: {what}, {time}", **told_),)
    says += (msg("A guardian may have set how many minutes a code gives at most."),)
    fields = (number,) if asked else (number, Field("ms", msg("How long"), "minutes", "15", MINUTES, most=4))
    return Dialog(TITLE, says, fields, buttons=(Button("use", msg("OK")), CANCEL), first="digits")


def request(player: str, values: Values) -> CodeUse | Message:
    number = digits(values["digits"])
    if isinstance(number, Message):
        return number
    ms = minutes(values["ms"]) if "ms" in values else None
    return ms if isinstance(ms, Message) else CodeUse(player=player, digits=number, ms=ms)
