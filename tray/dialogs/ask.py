"""The child asks for more time, for a game that is not let through, or for a program that was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from daemon.api.asking import RequestAdd, RequestsGet
from daemon.api.messages import WhyGet, game_title
from daemon.api.status import GamePart, PlayerPart, Status, StatusGet
from i18n.message import Arg, Message, MessageError, msg
from tray.dialogs.model import CANCEL, MINUTES, Button, Choice, Dialog, End, Field, Next, Show, Stay, Values, told
from tray.dialogs.page import Start, failed, options, own
from tray.dialogs.values import minutes
from words.time_left import left_of
from words.time_left import minutes as whole

TITLE: Final = msg("Ask for more time")
_ALL: Final = "all"
_MOST_GAMES: Final = 5  # unless more of them run
_RENEWS_MS: Final = 2_000


class Page:
    """`--game ID`: chosen already; `--program SHA256 --title NAME`: that one, and nothing else. `--minutes N`."""

    def __init__(self, start: Start) -> None:
        self._ask = start.ask
        _, self._given = options(start.words, 0, "game", "program", "title", "minutes")
        self._player, self._waits, self._asked = "", "", ""
        self._shown = Dialog(TITLE)

    def open(self) -> Next:
        if "program" in self._given:
            return Show(for_program(self._given.get("title", "")))
        status, self._player = self._ask(StatusGet()), own(self._ask)
        game, title = self._given.get("game", ""), ""
        if game:
            why = self._ask(WhyGet(player=self._player, game=game))
            title = why.title or game
            if why.decision.verdict == "ask":
                self._waits = game
                return Show(for_game(title))
        self._shown = for_play(status, self._player, game, self._given.get("minutes", "15"), title)
        return Show(self._shown)

    def again(self) -> Show | End:
        """Once it was asked: until it is answered."""
        try:
            if self._asked:
                answered = {one.id for one in self._ask(RequestsGet()).requests if one.answer is not None}
                return End() if self._asked in answered else Show(self._shown)
            says = said(self._ask(StatusGet()), self._player)
        except MessageError as error:
            says = self._shown.says if self._asked else (_MORE, failed(error)[0])
        return Show(replace(self._shown, says=says))

    def press(self, button: str, values: Values) -> Next:
        made = request(values, self._given.get("program"), self._waits)
        if isinstance(made, Message):
            return Stay(made)
        self._asked = self._ask(made).id
        self._shown = replace(told(TITLE, *_ASKED), renews=_RENEWS_MS)
        return Show(self._shown)


def for_play(status: Status, player: str, game: str = "", ms: str = "15", title: str = "") -> Dialog:
    """For all games, or one that runs or may not be played; those that run come first. `game`, called `title`, also if nobody
    played it yet.
    """
    parts = [one for part in status.players if part.id == player for one in part.games]
    games = _offered(parts, game)
    named = (Choice(game, title),) if title and game not in {one.id for one in parts} else ()
    choices = (Choice(_ALL, msg("all games")), *named, *(Choice(one.id, _called(one)) for one in games))
    running = next((one.id for one in games if one.running), None)
    chosen = game or (running if running is not None and not games[0].allowed else None) or _ALL
    fields: tuple[Field, ...] = (Field("ms", msg("How long"), "minutes", ms, MINUTES, most=4),)
    if len(choices) > 1:
        fields += (Field("game", msg("For"), "choice", chosen, choices),)
    says = said(status, player)
    return Dialog(TITLE, says, (*fields, _REASON), buttons=(_SEND, CANCEL), first="ms", renews=_RENEWS_MS)


def said(status: Status, player: str) -> tuple[Arg, ...]:
    """The question, and how long is left by all rules of what runs."""
    part: PlayerPart | None = next((one for one in status.players if one.id == player), None)
    left = None if part is None else left_of(part, 0)
    if left is None:
        return _MORE, msg("No limit is near now.")
    return _MORE, msg("Nothing is left now.") if left.ms <= 0 else msg("Left now: {left}", left=whole(left))


def for_game(title: str) -> Dialog:
    """One that waits for a guardian's yes, whatever time is left."""
    said = msg("Ask a guardian to let you play {game}?", game=title)
    return Dialog(msg("Ask for a game"), (said,), (_REASON,), buttons=(_SEND, CANCEL), first="reason")


def for_program(title: str) -> Dialog:
    said = msg("Ask a guardian to let {program} run?", program=title or msg("this program"))
    return Dialog(msg("Ask for a program"), (said,), (_REASON,), buttons=(_SEND, CANCEL), first="reason")


def request(values: Values, program: str | None = None, waits: str = "") -> RequestAdd | Message:
    reason = values.get("reason", "").strip()
    if program is not None:
        return RequestAdd(program=program, reason=reason)
    if waits:
        return RequestAdd(game=waits, reason=reason)
    ms = minutes(values["ms"])
    if isinstance(ms, Message):
        return ms
    game = values.get("game", _ALL)
    return RequestAdd(ms=ms, game=None if game in {_ALL, ""} else game, reason=reason)


def _offered(parts: Sequence[GamePart], game: str) -> list[GamePart]:
    found = [one for one in parts if one.running or not one.allowed or one.id == game]
    found.sort(key=lambda one: (one.id != game, not one.running, one.title or one.id))
    return found[: max(_MOST_GAMES, sum(one.running or one.id == game for one in found))]


def _called(one: GamePart) -> Arg:
    title = game_title(one.id, one.title or one.id)
    if one.running:
        return msg("{game} (running)", game=title)
    return msg("{game} (may not be played now)", game=title) if not one.allowed else title


_MORE: Final = msg("How much longer would you like to play?")
_ASKED: Final = (msg("Asked."), msg("You will be told what a guardian answers. Until then nothing changes."))
_SEND: Final = Button("send", msg("Send"))
_REASON: Final = Field("reason", msg("Reason, if you like"), "long")
