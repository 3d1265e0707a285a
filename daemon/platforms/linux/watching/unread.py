"""Programs that could not be read in time: how often that was tried, and when it is too much. No effects."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.platforms.processes import Identity

_LOOKS = 3  # a second apart: a busy PC reads the rest of it


@dataclass
class _One:
    what: str
    looks: int = 0


class Unread:
    def __init__(self) -> None:
        self._held: dict[Identity, _One] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, this: Identity) -> bool:
        return this in self._held

    def note(self, this: Identity, what: str) -> None:
        self._held.setdefault(this, _One(what)).what = what

    def read(self, this: Identity) -> None:
        self._held.pop(this, None)

    def gone(self, pid: int) -> None:
        self._held = {this: one for this, one in self._held.items() if this[0] != pid}

    def turn(self) -> tuple[int, ...]:
        """The pids that are to be looked at again now."""
        for one in self._held.values():
            one.looks += 1
        return tuple(pid for pid, _ in self._held)

    def still(self, pids: tuple[int, ...]) -> list[str]:
        """What is so still, of these."""
        return [one.what for (pid, _), one in self._held.items() if pid in pids]

    def due(self, this: Identity) -> bool:
        """Whether it was tried often enough; again after as many looks: who may not end it now may have to later."""
        one = self._held.get(this)
        if one is None or one.looks < _LOOKS:
            return False
        one.looks = 0
        return True

    def keep(self, pids: set[int]) -> None:
        """No others are there any more."""
        self._held = {this: one for this, one in self._held.items() if this[0] in pids}
