"""The play of an account as rules can be tried on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from daemon.api.played import PlayedAnswer
from daemon.deciding.plays import Play, played_of
from daemon.storing.rows import PlayRow
from rules.facts import Played
from rules.games import Game

MOST: Final = 2_000  # stretches in an answer: whoever has more in a week did not play, but filled a list


def played_in(
    account: str, ended: Iterable[PlayRow], running: Iterable[Play], mono: int, since: int, games: Mapping[str, Game], zone: str
) -> PlayedAnswer:
    """What began since then under the account, up to now; the latest where it is too much."""
    stretches = [*_ended(account, ended), *(one for play in running if play.account == account for one in play.played(mono))]
    found = sorted((one for one in stretches if one.start >= since and one.ms > 0), key=lambda one: one.start)
    plays = tuple(_by_now(one, games) for one in found[-MOST:])
    return PlayedAnswer(plays=plays, zone=zone, whole=len(found) <= MOST)


def _ended(account: str, rows: Iterable[PlayRow]) -> Iterator[Played]:
    for row in rows:
        if row.over and row.account == account:
            yield from played_of(row)


def _by_now(one: Played, games: Mapping[str, Game]) -> Played:
    """With the system of its label, which is not kept with it."""
    game = games.get(one.game)
    return one if game is None else replace(one, system=game.system)
