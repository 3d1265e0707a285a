"""Secrets bound to this account by DPAPI (dpapi.h), as they stand in a file.

CryptProtectData for the account itself: other accounts of the PC, a stolen disk and a copied file do not open it, and neither
does this account once an administrator has reset its password by force. Never CRYPTPROTECT_LOCAL_MACHINE, with which anybody on
the PC could.
"""

from __future__ import annotations

import base64
import ctypes
from ctypes import wintypes
from typing import Any

from host.windows.win32 import checked, free, function

_MARK = b"dpapi\n"
_NO_QUESTIONS = 0x1  # CRYPTPROTECT_UI_FORBIDDEN
_P = ctypes.c_void_p


class _Blob(ctypes.Structure):
    _fields_ = (("size", wintypes.DWORD), ("data", _P))


_crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
# Data, description, entropy, reserved, prompt, flags, result: nothing but the data is given.
_shape = (ctypes.POINTER(_Blob), _P, _P, _P, _P, wintypes.DWORD, ctypes.POINTER(_Blob))
_protect = function(_crypt32, "CryptProtectData", wintypes.BOOL, *_shape)
_unprotect = function(_crypt32, "CryptUnprotectData", wintypes.BOOL, *_shape)


def protect(secret: bytes) -> bytes:
    """What only this account opens again. OSError."""
    return _through(_protect, secret)


def unprotect(protected: bytes) -> bytes:
    """What was protected. OSError: it is another account's, another PC's, or damaged."""
    return _through(_unprotect, protected)


def seal(secret: bytes) -> bytes:
    return _MARK + base64.b64encode(protect(secret)) + b"\n"


def unseal(kept: bytes) -> bytes:
    """Also one that is only encoded, as Linux keeps it: a home may have moved."""
    if kept.startswith(_MARK):
        return unprotect(base64.b64decode(kept.removeprefix(_MARK).strip(), validate=True))
    return base64.b64decode(kept.strip(), validate=True)


def _through(call: Any, data: bytes) -> bytes:
    held = ctypes.create_string_buffer(data, len(data))
    given, made = _Blob(len(data), ctypes.addressof(held)), _Blob()
    checked(call(ctypes.byref(given), None, None, None, None, _NO_QUESTIONS, ctypes.byref(made)), "DPAPI")
    try:
        return ctypes.string_at(made.data, made.size)
    finally:
        for address, size in ((made.data, made.size), (given.data, given.size)):
            ctypes.memset(address, 0, size)  # no copy of a secret stays in the heap
        free(made.data)
