"""Programs that could not be read in time: how often that was tried, and when it is too much. No effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.platforms.processes import Identity

_LOOKS = 3  # a second apart: a busy PC reads the rest of it


@dataclass(slots=True)
class Held:
    """Of a program and all that it forked since: how often they were looked at, the last time in which turn; `blamed`: what was
    not read lies where its account may have held it up.
    """

    looks: int = 0
    turn: int = 0
    blamed: bool = False


class Unread:
    def __init__(self) -> None:
        self._held: dict[Identity, tuple[Held, int]] = {}  # and at which look it was due; first who was not looked at longest
        self._turn = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, this: Identity) -> bool:
        return this in self._held

    def __iter__(self) -> Iterator[Identity]:
        """Last who was not looked at longest."""
        return reversed(self._held)

    def of(self, this: Identity) -> Held | None:
        return self._held[this][0] if this in self._held else None

    def note(self, this: Identity, held: Held | None = None) -> Held:
        """`held`: of what forked it."""
        return self._held.setdefault(this, (held or Held(), 0))[0]

    def read(self, this: Identity) -> None:
        """Or it is over."""
        self._held.pop(this, None)

    def gone(self, pid: int) -> None:
        self._held = {this: held for this, held in self._held.items() if this[0] != pid}

    def turn(self) -> tuple[Identity, ...]:
        """Those that are to be looked at again now."""
        self._turn += 1
        return tuple(self._held)

    def looks(self, this: Identity) -> None:
        """It is looked at now."""
        if entry := self._held.pop(this, None):
            self._held[this] = entry
            held = entry[0]
            held.looks += held.turn != self._turn
            held.turn = self._turn

    def due(self, this: Identity) -> bool:
        """Whether it was tried often enough; again after as many looks: who may not end it now may have to later."""
        if this not in self._held:
            return False
        held, last = self._held[this]
        if not held.blamed or held.looks - last < _LOOKS:
            return False
        self._held[this] = held, held.looks
        return True

    def keep(self, pids: set[int]) -> None:
        """No others are there any more."""
        self._held = {this: held for this, held in self._held.items() if this[0] in pids}
