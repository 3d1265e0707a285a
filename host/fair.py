"""How much of a server's time each account may take: a flood from one delays nobody but that one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

BURST_S = 0.5  # of work, at once
SHARE = 0.1  # of the time, for ever
_MOST = 1024
U = TypeVar("U")


class Fair(Generic[U]):
    """`now` in seconds. Accounts that have taken nothing for a while are not kept."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._free: dict[U, float] = {}  # when what was taken will have been made good

    def wait(self, who: U) -> float:
        """In how many seconds it is this account's turn; 0: now."""
        return max(0.0, self._free.get(who, 0.0) - self._now() - BURST_S / SHARE)

    def spent(self, who: U, seconds: float) -> None:
        """So much work was done for it."""
        now = self._now()
        if who not in self._free and len(self._free) >= _MOST:
            self._free = {one: free for one, free in self._free.items() if free > now}
        self._free[who] = max(now, self._free.get(who, 0.0)) + seconds / SHARE
