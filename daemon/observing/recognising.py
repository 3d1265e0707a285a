"""What a program that runs is: which game, of whom, and how sure that is."""

from __future__ import annotations

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


def recognise(program: Program, people: People, control: Control) -> Recognised | None:
    """None: not a game, or the game of somebody whose play is not recorded."""
    match = people.catalogue.recognise(program)
    player = None if match is None else people.player_of(program.account)
    if match is None or player is None:
        return None
    return Recognised(player, people.catalogue.games[match.game], match.clues, _sure(program, match, people, control))


def _sure(program: Program, match: Match, people: People, control: Control) -> bool:
    """By its content, or its name where only root installs."""
    if match.sure or program.interpreted or len(program.files) != 1:
        return match.sure
    return match.game in people.catalogue.by_file(program.files[0]) and control.installed(*program.identity)
