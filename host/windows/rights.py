"""What we may do more than others: privileges that we have and have to take up, and whom the processor is for first."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from ctypes import wintypes

from host.windows.win32 import Handle, advapi32, checked, function, kernel32

_ADJUST_AND_QUERY, _ENABLED = 0x0020 | 0x0008, 0x2  # TOKEN_ADJUST_PRIVILEGES, TOKEN_QUERY; SE_PRIVILEGE_ENABLED
_HIGH = 0x80  # HIGH_PRIORITY_CLASS


class _Privilege(ctypes.Structure):  # TOKEN_PRIVILEGES of one; the LUID is no 64-bit number in its alignment
    _pack_ = 4
    _fields_ = (("count", wintypes.DWORD), ("id", ctypes.c_uint64), ("attributes", wintypes.DWORD))


_current = function(kernel32, "GetCurrentProcess", wintypes.HANDLE)
_open_token = function(
    advapi32, "OpenProcessToken", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)
)
_privilege = function(
    advapi32, "LookupPrivilegeValueW", wintypes.BOOL, wintypes.LPCWSTR, wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_uint64)
)
_adjust = function(
    advapi32, "AdjustTokenPrivileges", wintypes.BOOL,
    wintypes.HANDLE, wintypes.BOOL, ctypes.POINTER(_Privilege), wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p,
)  # fmt: skip
_priority = function(kernel32, "SetPriorityClass", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD)


def take_up(*privileges: str) -> None:
    """Use these from now on, as far as we have them: most lie unused in our token."""
    token = wintypes.HANDLE()
    with suppress(OSError):
        checked(_open_token(_current(), _ADJUST_AND_QUERY, ctypes.byref(token)), "OpenProcessToken")
        with Handle(token.value or 0) as ours:
            for name in privileges:
                number = ctypes.c_uint64()
                if _privilege(None, name, ctypes.byref(number)):
                    wanted = _Privilege(1, number.value, _ENABLED)
                    _adjust(ours.value, False, ctypes.byref(wanted), 0, None, None)


def go_first() -> None:
    """Before the programs of users, who may give theirs the same: games that load every core do not hold us up."""
    _priority(_current(), _HIGH)
