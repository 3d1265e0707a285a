"""What is kept about the player: what was played today and in the seven days before, how long each thing is kept, who sees it.

How long: `KEPT_DAYS` in daemon/recording/day_summary.py, LEAVES_MS and PERSONAL_MS of the log. tests/tray/dialogs hold the
sentences to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from daemon.api.messages import Usage, UsageGet, game_title
from i18n.message import Arg, Day, Length, msg
from tray.dialogs.model import CLOSE, Dialog, End, Line, Next, Show, Values
from tray.dialogs.page import Ask, Start, options, own
from words.layout import row

TITLE: Final = msg("What is kept about me")
KEPT_DAYS: Final = 400
DAYS: Final = 7


class Page:
    """Word: the player's id; without one, who plays under this account."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        self._words, _ = options(start.words, 1)

    def open(self) -> Next:
        player = self._words[0] if self._words else own(self._ask)
        return Show(dialog(player, last_days(self._ask, DAYS + 1)))

    def press(self, button: str, values: Values) -> Next:
        return End()


def last_days(ask: Ask, many: int) -> list[Usage]:
    """Today, and the days before it. ApiError."""
    today = ask(UsageGet())
    first = date.fromisoformat(today.day)
    return [today, *(ask(UsageGet(day=(first - timedelta(days=n)).isoformat())) for n in range(1, many))]


def dialog(player: str, days: Iterable[Usage]) -> Dialog:
    played = (played_on(player, day) for day in days)
    body = (Line(msg("What you played"), head=True), *played, *(Line(*one) for one in _KEPT))
    return Dialog(TITLE, (msg("You may know what is kept about you."),), body=body, buttons=(CLOSE,))


def played_on(player: str, usage: Usage) -> Line:
    told: dict[str, Arg] = {"day": Day(date.fromisoformat(usage.day))}
    part = usage.players.get(player)
    if part is None:
        return Line(msg("{day}: nothing", **told))
    titles = {id_: game_title(id_, usage.titles.get(id_, id_)) for id_ in part.games}
    games = row((msg("{game} {time}", game=titles[id_], time=_length(s)) for id_, s in part.games.items()), ", ")
    return Line(msg("{day}: {total} ({games})", total=_length(part.total_s), games=games, **told))


def _length(seconds: float) -> Length:
    return Length(int(seconds * 1000))


_KEPT: Final[tuple[tuple[Arg, bool], ...]] = (
    (msg("How long it is kept"), True),
    (msg("Which game you played, from when to when, and how often one was refused: {n} days on this PC.", n=KEPT_DAYS), False),
    (msg("Your name, your birth date, your account and your limits: until a guardian erases what is kept about you."), False),
    (msg("Extra time that you were given, by whom and why: until then, too."), False),
    (msg("The log – what began, ended or was refused, and by which rule: thirteen months. In it you have another made-up name "
         "each day; names and reasons lie apart, encrypted, for six months."), False),
    (msg("Of a program that was refused: its name and where it lay, in the log."), False),
    (msg("Which programs ran that nobody named or installed, and how long: {n} days on this PC.", n=8), False),
    (msg("Not kept: what you type, see or hear, which pages you visit, what you do in other programs."), False),
    (msg("Who can see it"), True),
    (msg("You: what you played, your limits and why."), False),
    (msg("Your guardians and whoever administers this PC: all of it."), False),
    (msg("An inspector at a public game point: the log, without names."), False),
    (msg("Nobody on the Internet: nothing is sent there."), False),
)  # fmt: skip
