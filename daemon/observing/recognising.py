"""What a program that runs is: which game, of whom, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.platforms.api import Control
from daemon.sessions import People, RuledPlayer
from rules.games import Game, Program
from rules.matching.clues import Clue, Match


@dataclass(frozen=True, slots=True)
class Recognised:
    """`sure`: the game may be given the benefits of what it is."""

    player: RuledPlayer
    game: Game
    clues: tuple[Clue, ...]
    sure: bool

    @property
    def key(self) -> tuple[str, str]:
        return (self.player.id, self.game.id)


def recognise(
    program: Program, people: People, control: Control, strictness: Callable[[Recognised], tuple[int, int]]
) -> Recognised | None:  # fmt: skip
    """None: not a game, or the game of somebody whose play is not recorded. Of several games that one, by `strictness`, which
    may be played least now: a class path may have the archives of two, a game may have loaded another one.
    """
    matches = people.catalogue.matches(program)
    player = people.player_of(program.account) if matches else None
    if player is None:
        return None
    games, sure = people.catalogue.games, [_sure(program, match, people, control) for match in matches]
    found = [Recognised(player, games[one.game], one.clues, more) for one, more in zip(matches, sure, strict=True)]
    return min(found, key=strictness) if len(found) > 1 else found[0]


def _sure(program: Program, match: Match, people: People, control: Control) -> bool:
    """By its content, or its name where only root installs."""
    if match.sure or program.interpreted or len(program.files) != 1:
        return match.sure
    return match.game in people.catalogue.by_file(program.files[0]) and control.installed(*program.identity)
