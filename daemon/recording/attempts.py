"""How often somebody tried to start what is refused: all attempts count, but not each of thousands gets its own line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

SAME_MS = 2_000  # again within this is the same attempt: a launcher that tries twice
FULL = 20  # attempts that are recorded one by one, and again after a quiet hour
THEN_MS = 60_000
QUIET_MS = 3_600_000

Key = tuple[str, str]  # player, game


@dataclass(slots=True)
class _Series:
    last: int
    recorded: int


class Attempts:
    """Says which refused starts get a line of their own. The others are counted until somebody takes the counts."""

    def __init__(self) -> None:
        self._series: dict[Key, _Series] = {}
        self._untold: Counter[Key] = Counter()

    def worth_a_line(self, key: Key, mono: int, times: int = 1) -> bool:
        """Whether this attempt is to be recorded by itself; else it is counted. So are those before that come with it, `times`
        together.
        """
        self._untold[key] += times - 1
        series = self._series.get(key)
        if series is None or mono - series.last >= QUIET_MS:
            self._series[key] = _Series(mono, 1)
            return True
        if mono - series.last < (SAME_MS if series.recorded < FULL else THEN_MS):
            self._untold[key] += 1
            return False
        series.last, series.recorded = mono, series.recorded + 1
        return True

    def take(self) -> dict[Key, int]:
        """The attempts that got no line, since this was last asked."""
        untold, self._untold = self._untold, Counter()
        return dict(+untold)
