"""Who signed a program (Authenticode), if the signature holds now: WinVerifyTrust, without windows and without the network."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from host.windows.win32 import extended, function, open_shared

_wintrust = ctypes.WinDLL("wintrust", use_last_error=True)
_crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)

_P = ctypes.c_void_p
_UI_NONE, _REVOKE_NONE, _CHOICE_FILE, _VERIFY, _CLOSE = 2, 0, 1, 1, 2
_CACHE_ONLY, _NO_MD2_MD4 = 0x1000, 0x2000
_NO_WINDOW = -1
_ATTRIBUTE, _COMMON_NAME = 3, b"2.5.4.3"
_LONGEST_NAME = 512
# CERT_TRUST_…: revoked, signature not valid, root not trusted, chain goes round, chain without a root, distrusted (wincrypt.h).
_BROKEN = 0x4 | 0x8 | 0x20 | 0x80 | 0x1_0000 | 0x400_0000


class _Guid(ctypes.Structure):
    _fields_ = (
        ("data1", ctypes.c_uint32), ("data2", ctypes.c_uint16), ("data3", ctypes.c_uint16), ("data4", ctypes.c_uint8 * 8),
    )  # fmt: skip


class _File(ctypes.Structure):  # WINTRUST_FILE_INFO
    _fields_ = (("size", wintypes.DWORD), ("path", wintypes.LPCWSTR), ("handle", wintypes.HANDLE), ("subject", _P))


class _Data(ctypes.Structure):  # WINTRUST_DATA
    _fields_ = (
        ("size", wintypes.DWORD), ("policy", _P), ("sip", _P), ("ui", wintypes.DWORD), ("revocation", wintypes.DWORD),
        ("choice", wintypes.DWORD), ("file", ctypes.POINTER(_File)), ("action", wintypes.DWORD), ("state", wintypes.HANDLE),
        ("url", _P), ("flags", wintypes.DWORD), ("context", wintypes.DWORD), ("settings", _P),
    )  # fmt: skip


class _Chain(ctypes.Structure):  # the beginning of CERT_CHAIN_CONTEXT
    _fields_ = (("size", wintypes.DWORD), ("errors", wintypes.DWORD), ("information", wintypes.DWORD))


class _Signer(ctypes.Structure):  # CRYPT_PROVIDER_SGNR
    _fields_ = (
        ("size", wintypes.DWORD), ("as_of", wintypes.FILETIME), ("count", wintypes.DWORD), ("certificates", _P),
        ("kind", wintypes.DWORD), ("signed", _P), ("error", wintypes.DWORD), ("counter_count", wintypes.DWORD),
        ("counters", _P), ("chain", ctypes.POINTER(_Chain)),
    )  # fmt: skip


class _Certificate(ctypes.Structure):  # the beginning of CRYPT_PROVIDER_CERT
    _fields_ = (("size", wintypes.DWORD), ("context", _P))


# WINTRUST_ACTION_GENERIC_VERIFY_V2, softpub.h
_AUTHENTICODE = _Guid(0x00AAC56B, 0xCD44, 0x11D0, (ctypes.c_uint8 * 8)(0x8C, 0xC2, 0x00, 0xC0, 0x4F, 0xC2, 0x95, 0xEE))

_verify = function(_wintrust, "WinVerifyTrust", wintypes.LONG, _P, ctypes.POINTER(_Guid), ctypes.POINTER(_Data))
_provider = function(_wintrust, "WTHelperProvDataFromStateData", _P, wintypes.HANDLE)
_first_signer = function(
    _wintrust, "WTHelperGetProvSignerFromChain", ctypes.POINTER(_Signer), _P, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD
)
_certificate = function(
    _wintrust, "WTHelperGetProvCertFromChain", ctypes.POINTER(_Certificate), ctypes.POINTER(_Signer), wintypes.DWORD
)
_name = function(
    _crypt32, "CertGetNameStringW", wintypes.DWORD,
    _P, wintypes.DWORD, wintypes.DWORD, _P, wintypes.LPWSTR, wintypes.DWORD,
)  # fmt: skip


def signer(path: str) -> str | None:
    """The common name of whoever signed the file. None: nobody whom this PC trusts, not this content, or it cannot be read.

    Reads the whole file. Only a signature in the file itself counts, not one in a catalogue of Windows.
    """
    try:
        with open_shared(path) as handle:
            return signer_of(handle.value, path)
    except OSError:
        return None


def signer_of(handle: int, path: str) -> str | None:
    """The same of an open file, which `path` names."""
    file = _File(ctypes.sizeof(_File), extended(path), handle, None)
    data = _Data(
        size=ctypes.sizeof(_Data), ui=_UI_NONE, revocation=_REVOKE_NONE, choice=_CHOICE_FILE, file=ctypes.pointer(file),
        action=_VERIFY, flags=_CACHE_ONLY | _NO_MD2_MD4,
    )  # fmt: skip
    try:
        trusted = _verify(_NO_WINDOW, _AUTHENTICODE, data) == 0
        return _subject(data.state) if trusted else None
    finally:
        data.action = _CLOSE
        _verify(_NO_WINDOW, _AUTHENTICODE, data)


def _subject(state: int) -> str | None:
    provider = _provider(state)
    signed = _first_signer(provider, 0, False, 0) if provider else None
    # Windows looks at the chain itself; Wine's call finds a chain that has no root good enough.
    if not signed or not signed.contents.chain or signed.contents.chain.contents.errors & _BROKEN:
        return None
    certificate = _certificate(signed, 0)
    if not certificate:
        return None
    buffer = ctypes.create_unicode_buffer(_LONGEST_NAME)
    length = _name(certificate.contents.context, _ATTRIBUTE, 0, _COMMON_NAME, buffer, _LONGEST_NAME)
    name = buffer.value
    # A name with an end mark in its middle is not the one that it begins with.
    return name if name and name.isprintable() and length == len(name) + 1 else None
