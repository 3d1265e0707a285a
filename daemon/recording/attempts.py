"""How often games are started: not each refused start gets its own line, and an account may begin only so many plays."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

SAME_MS = 2_000  # again within this is the same attempt: a launcher that tries twice
FULL = 20  # attempts that are recorded one by one, and again after a quiet hour
THEN_MS = 60_000
QUIET_MS = 3_600_000

MOST_STARTS = 60  # plays that one account may begin within a minute
MINUTE_MS = 60_000

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


class StartRate:
    """Limits how many plays an account may begin within a minute, so that a program that comes and goes fills no disk."""

    def __init__(self) -> None:
        self._begun: dict[str, deque[int]] = {}
        self._refused: int | None = None

    def allows(self, account: str, mono: int) -> bool:
        """Whether one more play may begin, which then counts."""
        begun = self._begun.setdefault(account, deque(maxlen=MOST_STARTS))
        if len(begun) == MOST_STARTS and mono - begun[0] < MINUTE_MS:
            self._refused = mono
            return False
        begun.append(mono)
        return True

    def refused(self, mono: int) -> bool:
        """Whether a start was refused within the last minute."""
        return self._refused is not None and mono - self._refused < MINUTE_MS
