"""How much deciding again may cost, by how much of the log was read: how long it takes is not its writer's to say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOMENTS: Final = 1_000
_BYTES: Final = 2 << 20
_BYTES_EACH: Final = 16
_RULES: Final = 50_000
_RULES_EACH: Final = 100
HEAVY: Final = 100  # rules in one decision that are asked as often as entries want it


@dataclass(slots=True)
class Work:
    """`taken` grows with each entry."""

    taken: int = 0
    _looked_at: int = 0
    _read: int = 0
    _asked: int = 0

    def look(self, moments: int) -> bool:
        """Whether so many more moments of a play may be looked at."""
        self._looked_at += moments
        return self._looked_at <= _MOMENTS + self.taken

    def read(self, size: int) -> bool:
        """Whether so many bytes of texts more may be read."""
        if self._read + size > _BYTES + _BYTES_EACH * self.taken:
            return False
        self._read += size
        return True

    def ask(self, rules: int) -> bool:
        """Whether one more decision may be made by so many rules."""
        if rules <= HEAVY:
            return True
        self._asked += rules
        return self._asked <= _RULES + _RULES_EACH * self.taken
