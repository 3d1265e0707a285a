"""Who guessed how often, kept over restarts: wrong tries by account, and the last code of each secret that was used."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

import msgspec

from daemon.proving import tries
from daemon.proving.tries import Tries
from daemon.store import Store, Unwritable
from daemon.trusted import Anchor, Reading

_TRIES = "proof-tries"
_STEPS = "code-steps"
_MOST = 256  # accounts that guessed wrong; of a domain there may be thousands, of which those beyond are one


class Lockouts:
    """`keep_…` writes in the caller's transaction; `take_…` counts it, once that happened. `last`: the last moment that is
    known of the run before.
    """

    def __init__(self, store: Store, now: Reading, last: Anchor | None) -> None:
        self._store = store
        kept = store.load(_TRIES, dict[str, Tries]) or {}
        self._tries = {account: tries.resumed(one, now, last) for account, one in kept.items()}
        self._steps = store.load(_STEPS, dict[str, int]) or {}
        if self._tries != kept:  # a boot more, which the next one has to go on from
            with suppress(Unwritable), store.transaction():
                store.put(_TRIES, msgspec.json.encode(self._tries))

    def tries(self, account: str, known: Collection[str]) -> Tries:
        return tries.still(self._tries.get(self._one(account), tries.NONE), known)

    def keep_tries(self, account: str, now: Tries) -> None:
        self._store.put(_TRIES, msgspec.json.encode(self._with(account, now)))

    def take_tries(self, account: str, now: Tries) -> None:
        self._tries = self._with(account, now)

    def step(self, secret: str) -> int:
        """The last step of this secret whose code was used."""
        return self._steps.get(secret, -1)

    def keep_step(self, secret: str, step: int, known: Collection[str]) -> None:
        self._store.put(_STEPS, msgspec.json.encode(self._stepped(secret, step, known)))

    def take_step(self, secret: str, step: int, known: Collection[str]) -> None:
        self._steps = self._stepped(secret, step, known)

    def _one(self, account: str) -> str:
        """Under which its tries are kept."""
        return account if account in self._tries or len(self._tries) < _MOST else ""

    def _with(self, account: str, now: Tries) -> dict[str, Tries]:
        account = self._one(account)
        others = {name: one for name, one in self._tries.items() if name != account}
        return {**others, account: now} if now.wrong else others

    def _stepped(self, secret: str, step: int, known: Collection[str]) -> dict[str, int]:
        return {name: last for name, last in self._steps.items() if name in known} | {secret: step}
