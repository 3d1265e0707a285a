"""Codes by telephone: RFC 6238 as every authenticator app makes them – SHA-1, six digits, thirty seconds. Pure."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from agent.api.roster import Guardian

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
