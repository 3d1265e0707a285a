"""Whose errand is next. Pure.

What an errand meets (a screen, a file system) is the player's, and can hold it for ever, where even SIGKILL does not reach it.
So everybody has places of their own: nobody's errands cost anybody else one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MOST_AT_ONCE = 4
_MOST_WAITING = 16
WAIT_MS = 4_000  # a request that comes later may meet a game that was given more time meanwhile


@dataclass(frozen=True)
class _Waiting:
    whose: str
    until: int
    order: dict[str, Any]


class Turns:
    """Orders that wait until there is a place for them, the first one first."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, order: dict[str, Any], now: int) -> None:
        """One too many, or one that waits too long, is dropped."""
        whose = order["whose"]
        if sum(one.whose == whose for one in self._waiting) < _MOST_WAITING:
            self._waiting.append(_Waiting(whose, now + WAIT_MS, order))

    def take(self, busy: Iterable[str], now: int) -> list[dict[str, Any]]:
        """Those whose turn has come. `busy`: whose errands are under way, or not gone yet, each once."""
        count, taken, left = Counter(busy), [], []
        for one in self._waiting:
            if count[one.whose] < MOST_AT_ONCE and now < one.until:
                count[one.whose] += 1
                taken.append(one.order)
            elif now < one.until:
                left.append(one)
        self._waiting = left
        return taken
