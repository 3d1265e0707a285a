"""Programs that could not be read in time: how often that was tried, and when it is too much. No effects."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from daemon.platforms.processes import Identity

_LOOKS = 3  # a second apart: a busy PC reads the rest of it


@dataclass(slots=True)
class Held:
    """Of the program `first` and all that it forked since: how often they were looked at, the last time in which turn.
    `blamed`: what was not read lies where its account may have held it up. `lies`: it says that it is something else.
    """

    first: Identity
    looks: int = 0
    turn: int = 0
    blamed: bool = False
    lies: bool = False


class Unread:
    def __init__(self) -> None:
        self._held: dict[Identity, tuple[Held, int]] = {}  # and at which look it was due; first who was not looked at longest
        self._turn = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, this: Identity) -> bool:
        return this in self._held

    def __iter__(self) -> Iterator[Identity]:
        """First who was not looked at longest."""
        return iter(self._held)

    def of(self, this: Identity) -> Held | None:
        return self._held[this][0] if this in self._held else None

    def note(self, this: Identity, held: Held | None = None, *, executed: bool = False) -> Held:
        """`held`: of what forked it. `executed`: another program, which has no part in what the one before was held for. But
        who was to blame for that gains no time by it.
        """
        known = self.of(this)
        if known and executed:
            held = Held(this, known.looks, known.turn) if known.blamed else Held(this)
            self._held[this] = held, self._held[this][1] if known.blamed else 0
        return self._held.setdefault(this, (held or Held(this), 0))[0]

    def lies(self, this: Identity) -> None:
        """That is as if it could not be read, and nothing to do with what could not be before."""
        known = self.of(this)
        if known is None or not known.lies:
            self._held[this] = Held(this, blamed=True, lies=True), 0

    def read(self, this: Identity) -> None:
        """Or it is over."""
        self._held.pop(this, None)

    def gone(self, pid: int) -> None:
        self._held = {this: held for this, held in self._held.items() if this[0] != pid}

    def turn(self) -> tuple[Identity, ...]:
        """Those that are to be looked at again now."""
        self._turn += 1
        return tuple(self._held)

    def looks(self, this: Identity, *, counts: bool = True) -> None:
        """It is looked at now."""
        if entry := self._held.pop(this, None):
            self._held[this] = entry
            if counts:
                self._count(entry[0])

    def _count(self, held: Held) -> None:
        held.looks += held.turn != self._turn
        held.turn = self._turn

    def acquit(self, this: Identity) -> None:
        """It was read whole, and is no game, nor is what it forked. Of that nothing is said by the other way round: a child may
        have gone where something else lies.
        """
        if (held := self.of(this)) is not None and held.first == this:
            held.looks, held.blamed = 0, False

    def passed_over(self, those: Iterable[Identity]) -> list[Identity]:
        """Those of these that are due though there was no time to look at them: who holds up many shall not gain by that."""
        held = [(this, self._held[this][0]) for this in those if this in self._held]
        for _, one in held:
            if one.blamed:
                self._count(one)
        return [this for this, _ in held if self.due(this)]

    def due(self, this: Identity) -> bool:
        """Whether it was tried often enough; again after as many looks: who may not end it now may have to later."""
        if this not in self._held:
            return False
        held, last = self._held[this]
        if not held.blamed or held.looks - last < _LOOKS:
            return False
        self._held[this] = held, held.looks
        return True

    def keep(self, those: Container[Identity]) -> None:
        """No others are there any more."""
        self._held = {this: held for this, held in self._held.items() if this in those}
