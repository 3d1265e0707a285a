"""A guardian lets somebody, or everybody, play nothing for a while."""

from __future__ import annotations

from typing import Final

from daemon.api.asking import Pause
from daemon.api.status import Status, StatusGet
from i18n.message import Arg, Moment, comma, msg
from tray.dialogs.model import CANCEL, Button, Choice, Dialog, Field, Next, Show, Values, told
from tray.dialogs.page import Start, options
from tray.dialogs.values import MINUTE_MS
from words.answers import called

TITLE: Final = msg("Pause")
_CHOICES: Final = (
    Choice("30", msg("{n} minutes", n=30)),
    Choice("60", msg("1 hour")),
    Choice("120", msg("2 hours")),
    Choice("", msg("until I end it")),
)


class Page:
    """Word: the player's id; without one, everybody who plays here."""

    def __init__(self, start: Start) -> None:
        self._ask, self._token, self._now = start.ask, start.token, start.now
        words, _ = options(start.words, 1)
        self._player = words[0] if words else None

    def open(self) -> Next:
        return Show(dialog(self._ask(StatusGet()), self._player))

    def press(self, button: str, values: Values) -> Next:
        chosen = values["ms"]
        until = self._now() + int(chosen) * MINUTE_MS if chosen else None
        answer = self._ask(Pause(player=self._player, until=until, reason=values.get("reason", "").strip(), token=self._token))
        who = comma(called(one.name, one.id) for one in answer.players)
        said = msg("{players}: paused until you end it. In the menu of the icon: play again.", players=who)
        if until is not None:
            said = msg("{players}: paused until {until}.", players=who, until=Moment(until, answer.zone))
        return Show(told(TITLE, said))


def dialog(status: Status, player: str | None) -> Dialog:
    found = next((one for one in status.players if one.id == player), None)
    name: Arg = (player or "") if found is None else called(found.name, found.id)
    asked = msg("For how long shall {player} not play?", player=name)
    if player is None:
        asked = msg("For how long shall nobody play?")
    says = (asked, msg("What runs has its time to save first."))
    fields = (Field("ms", "", "choice", "60", _CHOICES), Field("reason", msg("Reason, if you like"), "long"))
    return Dialog(TITLE, says, fields, buttons=(Button("pause", msg("Pause")), CANCEL), first="ms")
