"""Secrets bound to this account, or to this PC, by DPAPI (dpapi.h), as they stand in a file.

For the account itself nobody else opens it, and neither does the account once an administrator has reset its password by force.
For the PC (CRYPTPROTECT_LOCAL_MACHINE) any account does that may read the file: a service's keys lie where only it, SYSTEM and
administrators may, and an administrator has to get at them, as a backup without them is of no use once the disk is dead. A
stolen file opens on another PC in neither case; a stolen disk's owner has Windows' own keys, too.
"""

from __future__ import annotations

import base64

from host.windows.win32 import AsOSError

_ACCOUNT, _MACHINE = b"dpapi\n", b"dpapi-machine\n"
_NO_QUESTIONS, _LOCAL_MACHINE = 0x1, 0x4  # CRYPTPROTECT_…


def protect(secret: bytes, *, machine: bool = False) -> bytes:
    """What only this account, or any of this `machine`, opens again. OSError."""
    import win32crypt  # noqa: PLC0415 - most programs keep no secrets, and start sooner

    with AsOSError("DPAPI"):
        return win32crypt.CryptProtectData(secret, None, None, None, None, _NO_QUESTIONS | (_LOCAL_MACHINE if machine else 0))


def unprotect(protected: bytes) -> bytes:
    """What was protected. OSError: it is another account's, another PC's, or damaged."""
    import win32crypt  # noqa: PLC0415 - as above

    with AsOSError("DPAPI"):
        _, secret = win32crypt.CryptUnprotectData(protected, None, None, None, _NO_QUESTIONS)
        return secret


def seal(secret: bytes, *, machine: bool) -> bytes:
    return (_MACHINE if machine else _ACCOUNT) + base64.b64encode(protect(secret, machine=machine)) + b"\n"


def unseal(kept: bytes) -> bytes:
    """Also one that is only encoded, as in a backup: a home may have moved."""
    for mark in (_ACCOUNT, _MACHINE):
        if kept.startswith(mark):
            return unprotect(base64.b64decode(kept.removeprefix(mark).strip(), validate=True))
    return base64.b64decode(kept.strip(), validate=True)


def is_sealed(kept: bytes, *, machine: bool) -> bool:
    return kept.startswith(_MACHINE if machine else _ACCOUNT)
