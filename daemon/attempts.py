"""How often somebody tried to start what is refused: all attempts count, but not each of thousands gets its own line."""

from __future__ import annotations

from dataclasses import dataclass

SAME_MS = 2_000  # again within this is the same attempt: a launcher that tries twice
FULL = 20  # attempts that are recorded one by one, and again after a quiet hour
THEN_MS = 60_000
QUIET_MS = 3_600_000


@dataclass(slots=True)
class _Series:
    last: int
    recorded: int
    uncounted: int = 0


class Attempts:
    """By (player, game). `mono` is that of the attempt."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], _Series] = {}

    def note(self, key: tuple[str, str], mono: int) -> int:
        """How many attempts the line to be written now stands for; 0: none is to be written yet."""
        series = self._series.get(key)
        if series is None or mono - series.last >= QUIET_MS:
            uncounted = 0 if series is None else series.uncounted
            self._series[key] = _Series(mono, 1)
            return 1 + uncounted
        if mono - series.last < (SAME_MS if series.recorded < FULL else THEN_MS):
            series.uncounted += 1
            return 0
        counted, series.last, series.uncounted = 1 + series.uncounted, mono, 0
        series.recorded += 1
        return counted
