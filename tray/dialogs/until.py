"""A guardian lets a player play until a time of today."""

from __future__ import annotations

from typing import Final

from daemon.api.messages import GrantExtend, game_title
from daemon.api.status import Status, StatusGet
from i18n.message import Arg, Message, msg
from tray.dialogs.model import CANCEL, Button, Dialog, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import Start, UsageError, options
from tray.dialogs.values import time_of_day
from words.answers import called, follows

TITLE: Final = msg("Play until")


class Page:
    """Word: the player's id; `--game ID`: for this game alone."""

    def __init__(self, start: Start) -> None:
        self._ask, self._token = start.ask, start.token
        words, given = options(start.words, 1, "game")
        if not words:
            raise UsageError(msg("until: which player?"))
        self._player, self._game = words[0], given.get("game")

    def open(self) -> Next:
        return Show(dialog(self._ask(StatusGet()), self._player, self._game))

    def press(self, button: str, values: Values) -> Next:
        made = request(self._player, self._game, values, self._token)
        return Stay(made) if isinstance(made, Message) else Show(told(TITLE, *follows(self._ask(made))))


def dialog(status: Status, player: str, game: str | None) -> Dialog:
    found = next((one for one in status.players if one.id == player), None)
    name: Arg = player if found is None else called(found.name, found.id)
    title = next((one.title for one in (() if found is None else found.games) if one.id == game and one.title), game)
    said: Arg = msg("Until when may {player} play today?", player=name)
    if title:
        said = msg("Until when may {player} play {game} today?", player=name, game=game_title(game or "", title))
    time = Field("until", msg("Time, such as 20:30"), "time", most=8)
    reason = Field("reason", msg("Reason, if you like"), "long")
    return Dialog(TITLE, (said,), (time, reason), buttons=(Button("extend", msg("OK")), CANCEL), first="until")


def request(player: str, game: str | None, values: Values, token: str) -> GrantExtend | Message:
    at = time_of_day(values["until"])
    if isinstance(at, Message):
        return at
    return GrantExtend(player=player, until=at, game=game, reason=values.get("reason", "").strip(), token=token)
