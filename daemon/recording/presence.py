"""The minutes in which the seat was alive: one entry an hour, because liveness itself is only a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from daemon.trusted import Reading

MINUTE_MS = 60_000
_MINUTES = 60


class AliveMinutes(NamedTuple):
    """As the log has them. Bit i of `bits` (hex): the minute i after `since` (Unix milliseconds)."""

    since: int
    bits: str


@dataclass(slots=True, eq=False)
class Presence:
    """Bits of the current stretch of at most 60 minutes, in memory until it is written."""

    _since: int | None = None
    _bits: int = 0

    def mark(self, now: Reading) -> AliveMinutes | None:
        """The seat was alive in this minute. Where it is not of the present stretch, returns that one, to be written."""
        minute = now.wall // MINUTE_MS
        over = None
        if self._since is not None and not 0 <= minute - self._since < _MINUTES:
            over = self.take()
        if self._since is None:
            self._since = minute
        self._bits |= 1 << minute - self._since
        return over

    def take(self) -> AliveMinutes | None:
        """What was marked, to be written; a new stretch begins. None: nothing was."""
        since, bits = self._since, self._bits
        self._since, self._bits = None, 0
        return None if since is None else AliveMinutes(since * MINUTE_MS, f"{bits:015x}")
