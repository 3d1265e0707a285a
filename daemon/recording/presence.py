"""The minutes in which the seat was alive: one entry an hour, because liveness itself is only a message."""

from __future__ import annotations

from dataclasses import dataclass

from compliance import entry
from compliance.journal import Journal
from daemon.trusted import Reading

MINUTE_MS = 60_000
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class AliveMinutes:
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

    def mark(self, now: Reading) -> AliveMinutes | None:
        """The seat was alive in this minute. Where it lies beyond the stretch, that one is over and wants to be written."""
        minute = now.wall // MINUTE_MS
        over = None
        if self._since is not None and not 0 <= minute - self._since < _MINUTES:
            over = self.take()
        if self._since is None:
            self._since = minute
        self._bits |= 1 << minute - self._since
        return over

    def take(self) -> AliveMinutes:
        """What was marked, to be written; a new stretch begins."""
        alive = AliveMinutes(self._since, self._bits)
        self._since, self._bits = None, 0
        return alive
