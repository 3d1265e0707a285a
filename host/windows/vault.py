"""Secrets bound to this account by DPAPI (dpapi.h), as they stand in a file.

CryptProtectData for the account itself: other accounts of the PC, a stolen disk and a copied file do not open it, and neither
does this account once an administrator has reset its password by force. Never CRYPTPROTECT_LOCAL_MACHINE, with which anybody on
the PC could.
"""

from __future__ import annotations

import base64

from host.windows.win32 import AsOSError

_MARK = b"dpapi\n"
_NO_QUESTIONS = 0x1  # CRYPTPROTECT_UI_FORBIDDEN


def protect(secret: bytes) -> bytes:
    """What only this account opens again. OSError."""
    import win32crypt  # noqa: PLC0415 - most programs keep no secrets, and start sooner

    with AsOSError("DPAPI"):
        return win32crypt.CryptProtectData(secret, None, None, None, None, _NO_QUESTIONS)


def unprotect(protected: bytes) -> bytes:
    """What was protected. OSError: it is another account's, another PC's, or damaged."""
    import win32crypt  # noqa: PLC0415 - as above

    with AsOSError("DPAPI"):
        _, secret = win32crypt.CryptUnprotectData(protected, None, None, None, _NO_QUESTIONS)
        return secret


def seal(secret: bytes) -> bytes:
    return _MARK + base64.b64encode(protect(secret)) + b"\n"


def unseal(kept: bytes) -> bytes:
    """Also one that is only encoded, as Linux keeps it: a home may have moved."""
    if kept.startswith(_MARK):
        return unprotect(base64.b64decode(kept.removeprefix(_MARK).strip(), validate=True))
    return base64.b64decode(kept.strip(), validate=True)
