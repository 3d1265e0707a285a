"""The minutes in which the seat was alive: one entry an hour, because liveness itself is only a message."""

from __future__ import annotations

from dataclasses import dataclass

from compliance import entry
from compliance.journal import Journal
from daemon.recording.recorder import Action, append
from daemon.trusted import Reading

MINUTE_MS = 60_000
_MINUTES = 60


@dataclass(slots=True, eq=False)
class Presence:
    """The current stretch of at most 60 minutes, in memory until it is written. Bit i: the minute i after minute `_since`
    (None: nothing was marked).
    """

    _since: int | None = None
    _bits: int = 0

    def mark(self, now: Reading) -> Action | None:
        """The seat was alive in this minute. Where it lies beyond the stretch, that one is over and wants to be written."""
        minute = now.wall // MINUTE_MS
        over = None
        if self._since is not None and not 0 <= minute - self._since < _MINUTES:
            over = self.take(now)
        if self._since is None:
            self._since = minute
        self._bits |= 1 << minute - self._since
        return over

    def take(self, now: Reading) -> Action:
        """Writes what was marked; a new stretch begins."""
        since, bits = self._since, f"{self._bits:015x}"
        self._since, self._bits = None, 0

        def write(journal: Journal) -> None:
            if since is not None:
                append(journal, entry.Presence, now, since=since * MINUTE_MS, bits=bits)

        return write
