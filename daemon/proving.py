"""Proofs of guardians: codes by telephone, how often an account guessed wrong, and for how long it may try no more.

Codes are RFC 6238 as every authenticator app makes them: SHA-1, six digits, thirty seconds. Five wrong tries at PINs and codes
are free. From the fifth on each locks the account, for twice as long each time: a minute, two, four, up to a day. A guardian's
right PIN forgives only the wrong tries at that guardian's PIN. All is kept over restarts.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

import msgspec

from agent.api.roster import Guardian
from daemon.store import Store, Unwritable
from daemon.trusted import Anchor, Reading
from i18n.message import Moment
from rules.calendar import DAY_MS

DIGITS = 6
_STEP_MS = 30_000
_AROUND = (0, -1, 1)  # while it is read out, the next begins; and clocks differ


class Found(NamedTuple):
    guardian: Guardian
    step: int


def found(guardians: Iterable[Guardian], digits: str, wall: int) -> tuple[Found, ...]:
    """Whose code of about now this is."""
    now = wall // _STEP_MS
    return tuple(
        Found(one, now + step)
        for one in guardians if one.code is not None
        for step in _AROUND if secrets.compare_digest(code(one.code, now + step), digits)
    )  # fmt: skip


def code(secret: str, step: int) -> str:
    """The digits of a base32 secret at a step of time."""
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415 - six MiB that a daemon needs once a code is typed
    from cryptography.hazmat.primitives.twofactor.totp import TOTP  # noqa: PLC0415 - as above

    totp = TOTP(base64.b32decode(secret + "=" * (-len(secret) % 8)), DIGITS, SHA1(), _STEP_MS // 1000)  # noqa: S303 - what apps read
    return totp.generate(step * _STEP_MS // 1000).decode()


def mark(proof: str) -> str:
    """What stands for a hash or a secret wherever it may not lie itself; it changes with it."""
    return hashlib.sha256(proof.encode()).hexdigest()[:16]


FREE = 5
CODE = "code"  # what is guessed, where it is no PIN
_MINUTE_MS = 60_000
_DOUBLINGS = 11  # more than a day


class Lock(msgspec.Struct, frozen=True):
    """Ends at `until` milliseconds of elapsed time of `boot`; `left` of them when this was written."""

    boot: str
    until: int
    left: int


class Tries(msgspec.Struct, frozen=True):
    """Of one account: how often each thing was guessed wrong, by a name that changes with it."""

    wrong: dict[str, int] = {}
    lock: Lock | None = None

    @property
    def total(self) -> int:
        return sum(self.wrong.values())


NONE = Tries()


def wrong(tries: Tries, what: str, now: Reading) -> Tries:
    """One more."""
    counted = tries.wrong | {what: tries.wrong.get(what, 0) + 1}
    beyond = sum(counted.values()) - FREE
    if beyond < 0:
        return Tries(counted)
    length = min(_MINUTE_MS << min(beyond, _DOUBLINGS), DAY_MS)
    return Tries(counted, Lock(now.boot, now.elapsed + length, length))


def right(tries: Tries, what: str) -> Tries:
    """It was known, so nothing of it was guessed."""
    return Tries({name: count for name, count in tries.wrong.items() if name != what})


def still(tries: Tries, known: Collection[str]) -> Tries:
    """What may still be guessed. A new PIN makes the guesses at the old one worth nothing, and ends a lock that was theirs."""
    kept = {name: count for name, count in tries.wrong.items() if name in known}
    return Tries(kept, tries.lock if sum(kept.values()) >= FREE else None)


def left(tries: Tries, now: Reading) -> int:
    """For how many milliseconds nothing is taken. The system's clock has no say, and time between boots does not count."""
    lock = tries.lock
    if lock is None:
        return 0
    rest = lock.until - now.elapsed if lock.boot == now.boot else lock.left
    return min(max(0, rest), DAY_MS)


def resumed(tries: Tries, now: Reading, last: Anchor | None) -> Tries:
    """After a boot the rest goes on, from the `last` moment that is known of the boot before."""
    lock = tries.lock
    if lock is None or lock.boot == now.boot:
        return tries
    rest = lock.left
    if last is not None and last.boot == lock.boot:
        rest = min(rest, max(0, lock.until - last.elapsed))
    return Tries(tries.wrong, Lock(now.boot, now.elapsed + rest, rest))


def until(tries: Tries, now: Reading) -> int | None:
    """Until when nothing is taken, by the trusted clock."""
    rest = left(tries, now)
    return now.wall + rest if rest else None


def time_of(moment: int, now: Reading, zone: str) -> Moment:
    """As it is told: of today the time is enough; never a minute too early."""
    moment = -(-moment // _MINUTE_MS) * _MINUTE_MS
    return Moment(moment, zone, "time") if moment - now.wall < DAY_MS // 2 else Moment(moment, zone)


_TRIES = "proof-tries"
_STEPS = "code-steps"
_MOST = 256  # accounts that guessed wrong; of a domain there may be thousands, of which those beyond are one


class Lockouts:
    """`keep_…` writes; it counts once the caller's transaction is durable. `last`: the last moment that is known of the run
    before.
    """

    def __init__(self, store: Store, now: Reading, last: Anchor | None) -> None:
        self._store = store
        kept = store.load(_TRIES, dict[str, Tries]) or {}
        self._tries = {account: resumed(one, now, last) for account, one in kept.items()}
        self._steps = store.load(_STEPS, dict[str, int]) or {}
        if self._tries != kept:  # a boot more, which the next one has to go on from
            with suppress(Unwritable), store.transaction():
                store.put(_TRIES, msgspec.json.encode(self._tries))

    def tries(self, account: str, known: Collection[str]) -> Tries:
        return still(self._tries.get(self._one(account), NONE), known)

    def keep_tries(self, account: str, now: Tries) -> None:
        account = self._one(account)
        kept = {name: one for name, one in self._tries.items() if name != account} | ({account: now} if now.wrong else {})
        self._store.put(_TRIES, msgspec.json.encode(kept))
        self._store.then(lambda: setattr(self, "_tries", kept))

    def step(self, secret: str) -> int:
        """The last step of this secret whose code was used."""
        return self._steps.get(secret, -1)

    def keep_step(self, secret: str, step: int, known: Collection[str]) -> None:
        """A code of this step was used. `known`: the secrets that are still some guardian's."""
        kept = {name: last for name, last in self._steps.items() if name in known} | {secret: step}
        self._store.put(_STEPS, msgspec.json.encode(kept))
        self._store.then(lambda: setattr(self, "_steps", kept))

    def _one(self, account: str) -> str:
        """Under which its tries are kept."""
        return account if account in self._tries or len(self._tries) < _MOST else ""
