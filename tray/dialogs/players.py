"""A card for each who plays here: what is left, what runs, and what a guardian can give or take with one click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from daemon.api.asking import Resume
from daemon.api.messages import GrantAdd
from daemon.api.status import PlayerPart, Status, StatusGet
from i18n.message import Arg, Length, MessageError, msg
from tray.dialogs import pause, played, until
from tray.dialogs.model import CLOSE, Bar, Button, Card, Dialog, End, Next, Show, Values, told
from tray.dialogs.page import Page as AnyPage
from tray.dialogs.page import Start, failed, options
from tray.dialogs.values import MINUTE_MS
from words.layout import row
from words.players import follows, running, standing
from words.time_left import left_of
from words.time_left import minutes as whole

TITLE: Final = msg("Who plays here")
_RENEWS_MS: Final = 5_000
_MORE: Final = (15, 30, 60)
_GAMES: Final = 4
_CARDS: Final = 5
_MORE_CARDS: Final = "others"
_BACK: Final = Button("back", msg("Back"))
_PAGES: Final[dict[str, Callable[[Start], AnyPage]]] = {"until": until.Page, "pause": pause.Page, "played": played.Page}


class Page:
    """Takes no words."""

    def __init__(self, start: Start) -> None:
        self._start = start
        options(start.words, 0)
        self._done: Arg = ""
        self._first = 0
        self._other: AnyPage | None = None

    def open(self) -> Next:
        self._other = None
        return self._shown()

    def again(self) -> Show | End:
        try:
            return self._shown()
        except MessageError as error:
            return Show(replace(told(TITLE, failed(error)[0]), renews=_RENEWS_MS))

    def press(self, button: str, values: Values) -> Next:
        """A card's button is called by what it does and for whom: "give-15 an"."""
        if button == _BACK.name:
            return self.open()
        if self._other is not None:
            return _leading_back(self._other.press(button, values))
        what, _, player = button.partition(" ")
        if what == _MORE_CARDS:
            self._first = int(player)
            return self._shown()
        if what in _PAGES:
            self._other = _PAGES[what](replace(self._start, words=(player,)))
            return _leading_back(self._other.open())
        ask, token = self._start.ask, self._start.token
        if what == "resume":
            self._done = follows(ask(Resume(player=player, token=token)))
        else:
            ms = int(what.removeprefix("give-")) * MINUTE_MS
            self._done = follows(ask(GrantAdd(player=player, ms=ms, token=token)))
        return self._shown()

    def _shown(self) -> Show:
        return Show(dialog(self._start.ask(StatusGet()), self._done, self._first))


def _leading_back(following: Next) -> Next:
    """From another page, with a way back to the cards."""
    if not isinstance(following, Show):
        return following
    return replace(following, dialog=replace(following.dialog, buttons=(*following.dialog.buttons, _BACK)))


def dialog(status: Status, done: Arg = "", first: int = 0) -> Dialog:
    """`done`: what was just given or taken. As many cards as a screen holds, from the `first` on."""
    cards = tuple(_card(player) for player in status.players[first : first + _CARDS])
    rest = first + _CARDS if first + _CARDS < len(status.players) else 0
    others = (Button(f"{_MORE_CARDS} {rest}", msg("Others…")),) if rest or first else ()
    says: tuple[Arg, ...] = (msg("✓ {said}", said=done),) if done else ()
    if not cards:
        says = (msg("No limits are set for anybody. Begin with: Giờ Chơi: set up."),)
    return Dialog(TITLE, says, cards=cards, buttons=(CLOSE, *others), renews=_RENEWS_MS)


def _card(player: PlayerPart) -> Card:
    games = [running(game, 0) for game in player.games if game.running][:_GAMES]
    plays = row(games) if games else msg("Nothing is played now.")
    played = msg("{used} played today", used=Length(int(player.used_s) // 60 * MINUTE_MS))
    left = left_of(player, 0)
    if left is None or left.ms <= 0:
        return Card(standing(player, 0), (played, plays), (), tuple(_buttons(player)))
    gone = player.used_s * 1000 / (player.used_s * 1000 + left.ms)
    ahead = msg("{left} to go", left=whole(left))
    return Card(standing(player, 0), (plays,), (Bar(played, gone, ahead),), tuple(_buttons(player)))


def _buttons(player: PlayerPart) -> Iterator[Button]:
    for n in _MORE:
        yield Button(f"give-{n} {player.id}", msg("+{length}", length=Length(n * MINUTE_MS)))
    yield Button(f"until {player.id}", msg("Until…"))
    if player.paused is None:
        yield Button(f"pause {player.id}", msg("Pause…"))
    else:
        yield Button(f"resume {player.id}", msg("Play again"))
    yield Button(f"played {player.id}", msg("The week…"))
