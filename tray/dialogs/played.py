"""How long somebody played in the last seven days, for whoever answers for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from daemon.api.messages import Usage, game_title
from daemon.api.status import StatusGet
from i18n.message import Arg, Length, Weekday, msg
from tray.dialogs.kept import DAYS, last_days
from tray.dialogs.model import CLOSE, Bar, Card, Dialog, End, Next, Show, Values
from tray.dialogs.page import Start, UsageError, options
from words.answers import called

TITLE: Final = msg("How long was played")
_MINUTE: Final = 60_000
_GAMES: Final = 8


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
    """A bar for each day, today first, and one for each game, the longest first."""
    parts = [day.players.get(player) for day in days]
    lengths = [0 if part is None else int(part.total_s * 1000) for part in parts]
    games: Counter[str] = Counter()
    for part in filter(None, parts):
        games.update({game: int(s * 1000) for game, s in part.games.items()})
    titles = {game: title for day in reversed(days) for game, title in day.titles.items()}
    told: dict[str, Arg] = {"player": called(name, player), "n": len(days), "total": Length(sum(lengths))}
    said = msg("{player} played {total} in the last {n} days, today among them.", **told)
    by_day = _bars(zip(map(_day, range(len(days)), days), lengths, strict=True))
    by_game = _bars((game_title(game, titles.get(game, game)), ms) for game, ms in games.most_common(_GAMES))
    cards = [Card(msg("By day"), (), by_day), *([Card(msg("By game"), (), by_game)] if by_game else [])]
    return Dialog(TITLE, (said,), cards=tuple(cards), buttons=(CLOSE,))


def _day(back: int, day: Usage) -> Arg:
    return Weekday(date.fromisoformat(day.day).weekday(), "short") if back else msg("Today")


def _bars(lengths: Iterable[tuple[Arg, int]]) -> tuple[Bar, ...]:
    """The longest fills all of its bar."""
    found = list(lengths)
    most = max((ms for _, ms in found), default=0) or 1
    return tuple(Bar(label, ms / most, Length(ms // _MINUTE * _MINUTE) if ms else "–") for label, ms in found)
