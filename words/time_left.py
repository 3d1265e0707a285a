"""How long is left to somebody, counted on from what the daemon said last. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.api.status import GamePart, PlayerPart
from i18n.message import Arg, Length, msg

_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Left:
    """`ms` is 0 where it is over or not allowed. `running`: it counts down now."""

    ms: int
    running: bool


def left_of(part: PlayerPart | GamePart, since: int) -> Left | None:
    """`since`: milliseconds since the daemon said so. Of a player also by the rules of what may run and does, and over where
    nothing of what they have is allowed. None: no end in sight.
    """
    if isinstance(part, GamePart):
        return _own(part, since, running=part.running)
    playing = [game for game in part.games if game.running]
    allowed = (game for game in playing if game.allowed)
    found = (_own(part, since, running=bool(playing)), *(_own(game, since, running=True) for game in allowed))
    left = least(filter(None, found))
    return Left(0, False) if left is None and part.games and not any(game.allowed for game in part.games) else left


def least(lefts: Iterable[Left]) -> Left | None:
    """Of those that count down the shortest; else of all."""
    return min(lefts, key=lambda left: (not left.running, left.ms), default=None)


def minutes(left: Left) -> Arg:
    """Whole ones, never more than there are, so that a line changes once a minute."""
    return msg("less than a minute") if left.ms < _MINUTE else Length(left.ms // _MINUTE * _MINUTE)


def _own(part: PlayerPart | GamePart, since: int, *, running: bool) -> Left | None:
    if not part.allowed:
        return Left(0, running)
    if part.left_s is None:
        return None
    ms = int(part.left_s * 1000)
    return Left(max(0, ms - since) if running else ms, running)
