"""The minutes in which the seat was alive: one entry an hour, because liveness itself is only a message."""

from __future__ import annotations

from dataclasses import dataclass

from compliance import entry
from compliance.journal import Journal
from daemon.trusted import Reading

MINUTE_MS = 60_000
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Lived:
    """Bit i of `bits`: the minute i after minute `since` (None: nothing was marked)."""

    since: int | None
    bits: int

    def write(self, journal: Journal, now: Reading) -> None:
        """The transaction is the caller's."""
        if self.since is not None:
            bits = f"{self.bits:015x}"
            journal.append(entry.Presence, mono=now.mono, wall=now.wall, since=self.since * MINUTE_MS, bits=bits)


class Presence:
    """Bits of the current stretch of at most 60 minutes, in memory until it is written."""

    def __init__(self) -> None:
        self._since: int | None = None
        self._bits = 0

    def mark(self, now: Reading) -> bool:
        """The minute was lived through. True when the stretch is full and wants to be written."""
        minute = now.wall // MINUTE_MS
        if self._since is None:
            self._since = minute
        place = minute - self._since
        if 0 <= place < _MINUTES:
            self._bits |= 1 << place
        return not 0 <= place < _MINUTES - 1

    def take(self) -> Lived:
        """What was marked, to be written; a new stretch begins."""
        lived = Lived(self._since, self._bits)
        self._since, self._bits = None, 0
        return lived
