"""Programs that could not be read in time: how often that was tried, and when it is too much. No effects."""

from __future__ import annotations

from daemon.platforms.processes import Identity

_LOOKS = 3  # a second apart: a busy PC reads the rest of it


class Unread:
    def __init__(self) -> None:
        self._held: dict[Identity, int] = {}  # and how often each was looked at since it was due

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, this: Identity) -> bool:
        return this in self._held

    def note(self, this: Identity) -> None:
        self._held.setdefault(this, 0)

    def read(self, this: Identity) -> None:
        self._held.pop(this, None)

    def gone(self, pid: int) -> None:
        self._held = {this: looks for this, looks in self._held.items() if this[0] != pid}

    def turn(self) -> tuple[int, ...]:
        """The pids that are to be looked at again now."""
        self._held = {this: looks + 1 for this, looks in self._held.items()}
        return tuple(pid for pid, _ in self._held)

    def due(self, this: Identity) -> bool:
        """Whether it was tried often enough; again after as many looks: who may not end it now may have to later."""
        if self._held.get(this, 0) < _LOOKS:
            return False
        self._held[this] = 0
        return True

    def keep(self, pids: set[int]) -> None:
        """No others are there any more."""
        self._held = {this: looks for this, looks in self._held.items() if this[0] in pids}
