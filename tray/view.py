"""What icon, tooltip and menu say of what is known of the daemon. Pure: what was seen and the monotonic time in, a View out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from daemon.api.status import PlayerPart, Status
from i18n.message import Arg
from tray.headline import headline
from tray.menus import Menu, cut
from tray.rows import menu
from tray.seen import Seen
from words.time_left import Left, least, left_of

State: TypeAlias = Literal["playing", "soon", "over", "asks", "paused", "unenforced", "disconnected", "free"]

SOON: Final = 5  # minutes
TOOLTIP: Final = 127  # UTF-16 units: what Windows takes
_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_OPEN = {"enforcement-off", "no-roster", "watch-blind"}  # issues while which nothing, or not everything, is kept


@dataclass(frozen=True, slots=True)
class View:
    """`characters`: the two that stand in the icon, "" where its state has a sign of its own. `headline` is the tooltip where
    the program's name stands already.
    """

    state: State
    characters: str
    tooltip: str
    headline: str
    menu: Menu

    @property
    def sprite(self) -> str:
        """The name of the icon's picture, without its size."""
        return sprite(self.state, self.characters)

    @property
    def below(self) -> Menu:
        """The menu as it stands under the headline, which says a row of it already where one player is limited."""
        said = cut(self.headline)
        return tuple(row for row in self.menu if row.text != said)


def sprite(state: State, characters: str = "") -> str:
    """A name that any file system takes."""
    return "-".join(("giochoi", state, *filter(None, (characters.replace("<", "under").replace("+", "plus"),))))


def view(seen: Seen, mono: int, words: Callable[[Arg], str]) -> View:
    """`mono` is the same clock as `seen.at`; `words` puts messages into a language."""
    state = state_of(seen, mono)
    stands = words(headline(seen, mono, unenforced=state == "unenforced"))
    return View(
        state,
        characters(state, shortest(seen, mono)),
        cut("Giờ Chơi: " + stands, TOOLTIP),
        cut(stands, TOOLTIP),
        menu(seen, mono, words),
    )


def state_of(seen: Seen, mono: int) -> State:  # noqa: PLR0911 - one line a state, the most urgent first
    """Of several the one that matters most to whoever sits here: a child, who knows what it asked for, keeps its minutes."""
    status = seen.status
    if status is None:
        return "disconnected"
    if is_open(status):
        return "unenforced"
    if seen.guardian and any(request.answer is None for request in seen.requests):
        return "asks"
    if status.players and all(player.paused is not None for player in status.players):
        return "paused"
    left = shortest(seen, mono)
    if left is not None and left.running and 0 < left.ms < (SOON + 1) * _MINUTE:
        return "soon"
    if left is None:
        return "free"
    return "playing" if left.ms > 0 else "over"


def is_open(status: Status) -> bool:
    """Whether play is not held to what was decided."""
    return status.daemon.off is not None or any(issue.id in _OPEN for issue in status.daemon.issues)


def shortest(seen: Seen, mono: int) -> Left | None:
    """What the icon counts: the least of those who play; where nobody does, of all. None: nothing is limited."""
    return least(_lefts(seen, mono))


def _lefts(seen: Seen, mono: int) -> list[Left]:
    players: tuple[PlayerPart, ...] = () if seen.status is None else seen.status.players
    return [left for player in players if player.paused is None and (left := left_of(player, mono - seen.at)) is not None]


def characters(state: State, left: Left | None) -> str:
    """At most two: minutes, above 99 of them the nearest hour; never more minutes than there are."""
    if left is None or state not in {"playing", "soon"}:
        return ""
    if left.ms < _MINUTE:
        return "<1"
    if left.ms < 100 * _MINUTE:
        return str(left.ms // _MINUTE)
    hours = (left.ms + _HOUR // 2) // _HOUR
    return f"{hours}h" if hours < 10 else "9+"


def next_change(seen: Seen, mono: int) -> int | None:
    """In how many milliseconds something that is counted becomes another minute; None: nothing counts down."""
    if seen.status is None:
        return None
    turns = [
        min(left.ms, left.ms % _MINUTE + 1)  # at 0 it is over
        for player in seen.status.players
        for left in (left_of(player, mono - seen.at), *(left_of(game, mono - seen.at) for game in player.games if game.running))
        if left is not None and left.running and left.ms > 0
    ]
    return min(turns, default=None)
