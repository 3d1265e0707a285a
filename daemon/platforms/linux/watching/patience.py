"""How long the loop itself looks at what interpreters were told: for each process a moment, for each account not too many."""

from __future__ import annotations

from host.clock import Clock

_PROCESS_MS = 20
_ACCOUNT_MS = 100
_PERIOD_MS = 1_000


class Patience:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._period = 0
        self._spent: dict[str, int] = {}
        self._begun = 0

    def until(self, account: str) -> int:
        """Until when a process of this account is looked at, from now on; in the past where the account has had its share."""
        self._begun = self._clock.mono()
        if self._begun - self._period >= _PERIOD_MS:
            self._period = self._begun
            self._spent.clear()
        return self._begun + min(_PROCESS_MS, _ACCOUNT_MS - self._spent.get(account, 0))

    def spent(self, account: str) -> None:
        """It was looked at until now."""
        self._spent[account] = self._spent.get(account, 0) + self._clock.mono() - self._begun
