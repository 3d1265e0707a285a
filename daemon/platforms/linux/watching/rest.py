"""How soon events are read again: at once, or while very many come after a rest, so that who starts programs by the thousand is
not interrupted by us at each. No effects; moments are milliseconds of the play clock.
"""

from __future__ import annotations

REST_S = 0.004
_MANY = 64
_FEW = 0.2  # a millisecond: some sixty starts a second, each with its fork and its end


class Rest:
    def __init__(self) -> None:
        self._level, self._at = 0.0, 0

    def needed(self, events: int, now: int) -> bool:
        """Whether to rest, now that so many more were read."""
        self._level = max(0.0, self._level - (now - self._at) * _FEW) + events
        self._level, self._at = min(self._level, 2 * _MANY), now
        return self._level > _MANY
