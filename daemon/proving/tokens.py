"""Who proved to be a guardian, for some minutes: in memory alone, for the account that it was proved at."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from agent.api.roster import Guardian
from daemon.api.asking import PROOF_MS
from host.api import UserId

_MOST = 16  # of one account


@dataclass(frozen=True, slots=True)
class _Token:
    uid: UserId
    guardian: str
    pin: str
    until: int


@dataclass(slots=True, eq=False)
class Tokens:
    """Moments are milliseconds of elapsed time, which nobody sets."""

    _known: dict[str, _Token] = field(default_factory=dict)

    def add(self, uid: UserId, guardian: Guardian, elapsed: int) -> str:
        """A token for this account, which proved the guardian's PIN."""
        alive = {name: one for name, one in self._known.items() if elapsed < one.until}
        own = [name for name, one in alive.items() if one.uid == uid]
        for name in own[: max(0, len(own) - _MOST + 1)]:
            del alive[name]
        made = secrets.token_urlsafe(24)
        self._known = {**alive, made: _Token(uid, guardian.id, guardian.pin or "", elapsed + PROOF_MS)}
        return made

    def forget(self, token: str, uid: UserId) -> None:
        """It is good for nothing any more, if it is this account's."""
        self._known = {name: one for name, one in self._known.items() if name != token or one.uid != uid}

    def of(self, token: str, uid: UserId, elapsed: int, guardians: Iterable[Guardian]) -> Guardian | None:
        """Who is meant; None if it is over, another account's, or the guardian has another PIN by now, or none."""
        known = self._known.get(token)
        if known is None or known.uid != uid or elapsed >= known.until:
            return None
        return next((one for one in guardians if one.id == known.guardian and one.pin == known.pin), None)
