"""By what a program is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Clue = Literal["content", "build-id", "loaded", "store", "signer", "alike", "command", "name", "unknown"]
"""`unknown`: by none, of a program that nobody named."""
CLUES: tuple[Clue, ...] = get_args(Clue)
SURE: frozenset[Clue] = frozenset({"content", "build-id", "loaded", "store", "signer"})
OWN: frozenset[Clue] = frozenset({"content", "loaded", "alike"})  # what it runs; all else it says, or somebody says of it


@dataclass(frozen=True, slots=True)
class Match:
    """The game that a program was recognised as, and the clues that say so, strongest first."""

    game: str
    clues: tuple[Clue, ...]

    @property
    def sure(self) -> bool:
        """Whether more than a name or a command line says so, which anybody can choose."""
        return not SURE.isdisjoint(self.clues)
