"""How long somebody played in the last seven days, for whoever answers for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from daemon.api.messages import Usage
from daemon.api.status import StatusGet
from i18n.message import Arg, Length, msg
from tray.dialogs.kept import DAYS, last_days, played_on
from tray.dialogs.model import CLOSE, Dialog, End, Next, Show, Values
from tray.dialogs.page import Start, UsageError, options
from tray.dialogs.saying import called

TITLE: Final = msg("How long was played")


class Page:
    """Word: the player's id."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        words, _ = options(start.words, 1)
        if not words:
            raise UsageError(msg("played: which player?"))
        self._player = words[0]

    def open(self) -> Next:
        name = next((one.name for one in self._ask(StatusGet()).players if one.id == self._player), self._player)
        return Show(dialog(self._player, name, last_days(self._ask, DAYS)))

    def press(self, button: str, values: Values) -> Next:
        return End()


def dialog(player: str, name: str, days: Sequence[Usage]) -> Dialog:
    """The last day first."""
    total = Length(sum(int(day.players[player].total_s * 1000) for day in days if player in day.players))
    told: dict[str, Arg] = {"player": called(name, player), "n": len(days), "total": total}
    said = msg("{player} played {total} in the last {n} days, today among them.", **told)
    return Dialog(TITLE, (said,), body=tuple(played_on(player, day) for day in days), buttons=(CLOSE,))
