"""Who we and others are, by tokens and SIDs, and what we may do more than others: privileges that have to be taken up."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from ctypes import wintypes

from host.windows.sids import ADMINS, SYSTEM
from host.windows.win32 import INSUFFICIENT_BUFFER, Handle, advapi32, checked, error, free, function, kernel32

TOKEN_QUERY = 0x0008

_P = ctypes.c_void_p
_TOKEN_USER, _TOKEN_GROUPS = 1, 2
_GROUP_ENABLED = 0x4  # SE_GROUP_ENABLED
_ADJUST, _ENABLED = 0x0020, 0x2  # TOKEN_ADJUST_PRIVILEGES; SE_PRIVILEGE_ENABLED
_HIGH = 0x80  # HIGH_PRIORITY_CLASS


class _Privilege(ctypes.Structure):  # TOKEN_PRIVILEGES of one; the LUID is no 64-bit number in its alignment
    _pack_ = 4
    _fields_ = (("count", wintypes.DWORD), ("id", ctypes.c_uint64), ("attributes", wintypes.DWORD))


_current = function(kernel32, "GetCurrentProcess", wintypes.HANDLE)
_open_token = function(
    advapi32, "OpenProcessToken", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)
)
_token_information = function(
    advapi32, "GetTokenInformation", wintypes.BOOL,
    wintypes.HANDLE, ctypes.c_int, _P, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip
_to_text = function(advapi32, "ConvertSidToStringSidW", wintypes.BOOL, _P, ctypes.POINTER(_P))
_to_sid = function(advapi32, "ConvertStringSidToSidW", wintypes.BOOL, wintypes.LPCWSTR, ctypes.POINTER(_P))
_sid_length = function(advapi32, "GetLengthSid", wintypes.DWORD, _P)
_privilege = function(
    advapi32, "LookupPrivilegeValueW", wintypes.BOOL, wintypes.LPCWSTR, wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_uint64)
)
_adjust = function(
    advapi32, "AdjustTokenPrivileges", wintypes.BOOL,
    wintypes.HANDLE, wintypes.BOOL, ctypes.POINTER(_Privilege), wintypes.DWORD, _P, _P,
)  # fmt: skip
_priority = function(kernel32, "SetPriorityClass", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD)


def sid_text(sid: int | ctypes.c_void_p | None) -> str:
    """The SID at this address as text, such as S-1-5-18. OSError."""
    text = _P()
    checked(_to_text(sid, ctypes.byref(text)), "SID")
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        free(text)


def sid_bytes(text: str) -> ctypes.Array[ctypes.c_char]:
    """A buffer with the SID that this text means, to be passed to calls. OSError."""
    found = _P()
    checked(_to_sid(text, ctypes.byref(found)), text)
    try:
        return ctypes.create_string_buffer(ctypes.string_at(found, _sid_length(found)))
    finally:
        free(found)


def own_sid() -> str:
    """Whose process this is. OSError."""
    return process_user(_current())


def process_user(process: int) -> str:
    """Whose process it is, by a handle with QUERY_LIMITED_INFORMATION. OSError."""
    with _token(process) as token:
        return token_user(token.value)


def token_user(token: int) -> str:
    """The SID of the token's user, by a handle with TOKEN_QUERY. OSError."""
    found = _information(token, _TOKEN_USER)
    return sid_text(_P.from_buffer(found).value)


def elevated() -> bool:
    """Whether this process has the rights of Administrators: LocalSystem, or an administrator that UAC did not filter. OSError.

    The process's own token is asked, whomever a thread of ours impersonates.
    """
    with _token(_current()) as token:
        groups = _groups(token.value)
        return token_user(token.value) == SYSTEM or any(sid == ADMINS and how & _GROUP_ENABLED for sid, how in groups)


def take_up(*privileges: str) -> None:
    """Use these from now on, as far as we have them: most lie unused in our token."""
    with suppress(OSError), _token(_current(), _ADJUST | TOKEN_QUERY) as ours:
        for name in privileges:
            number = ctypes.c_uint64()
            if _privilege(None, name, ctypes.byref(number)):
                wanted = _Privilege(1, number.value, _ENABLED)
                _adjust(ours.value, False, ctypes.byref(wanted), 0, None, None)


def go_first() -> None:
    """Before the programs of users, who may give theirs the same: games that load every core do not hold us up."""
    _priority(_current(), _HIGH)


def _groups(token: int) -> list[tuple[str, int]]:
    """Each group's SID and SE_GROUP_… attributes: an array of SID_AND_ATTRIBUTES behind its count, aligned as pointers are."""
    found = _information(token, _TOKEN_GROUPS)
    step = ctypes.sizeof(_P)
    offsets = (step + 2 * step * index for index in range(wintypes.DWORD.from_buffer(found).value))
    return [(sid_text(_P.from_buffer(found, at).value), wintypes.DWORD.from_buffer(found, at + step).value) for at in offsets]


def _token(process: int, rights: int = TOKEN_QUERY) -> Handle:
    token = wintypes.HANDLE()
    checked(_open_token(process, rights, ctypes.byref(token)), "OpenProcessToken")
    return Handle(token.value or 0)


def _information(token: int, what: int) -> ctypes.Array[ctypes.c_char]:
    needed = wintypes.DWORD()
    if not _token_information(token, what, None, 0, ctypes.byref(needed)) and ctypes.get_last_error() != INSUFFICIENT_BUFFER:
        raise error("GetTokenInformation")
    found = ctypes.create_string_buffer(needed.value)
    checked(_token_information(token, what, found, len(found), ctypes.byref(needed)), "GetTokenInformation")
    return found
