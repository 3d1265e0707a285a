"""How long we wait for an account's things to be read: a moment each time, longer only while that is seldom. No effects."""

from __future__ import annotations

AT_ONCE_MS = 5  # what anybody's honest reading takes at most, but on a busy PC
LONGEST_MS = 200
_SAVED_MS = 600
_REFILL = 0.1  # of the time that goes by
_MOST = 1_024


class HeldError(Exception):
    """It was not read in time. Nothing says that it could not be read."""


class BusyError(HeldError):
    """Nobody had time for it: it was not begun."""


class Patience:
    """By account; forgotten once it is whole again."""

    def __init__(self, at_once: int = AT_ONCE_MS, saved: int = _SAVED_MS) -> None:
        """`at_once`: what nobody is charged for. 0, where what was not waited for is read all the same: else who has many
        things that take a moment would be waited for with each. `saved`: what it has while that is seldom.
        """
        self._at_once, self._saved = at_once, saved
        self._spent: dict[str, tuple[int, float]] = {}

    def wait(self, whose: str, now: int) -> int:
        """How long this time."""
        return max(self._at_once, min(LONGEST_MS, round(self._saved - self._left_over(whose, now))))

    def spend(self, whose: str, began: int, now: int) -> None:
        if now - began <= self._at_once:
            return
        self._spent[whose] = (now, self._left_over(whose, now) + now - began)
        if len(self._spent) > _MOST:
            self._spent = {one: kept for one, kept in self._spent.items() if self._left_over(one, now)}

    def _left_over(self, whose: str, now: int) -> float:
        """What it spent and was not forgiven yet."""
        since, spent = self._spent.get(whose, (now, 0.0))
        return max(0.0, spent - (now - since) * _REFILL)
