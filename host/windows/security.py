"""SIDs of tokens and processes, security descriptors to make things with, and who may change what is there already."""

from __future__ import annotations

import ctypes
import struct
from ctypes import wintypes

from host.windows.sids import (
    ADMINS,
    AUTHENTICATED,
    EVERYONE,
    LOCAL_SERVICE,
    NETWORK_SERVICE,
    SYSTEM,
    USERS,
    Entry,
    sddl,
    service_account,
    service_sid,
    writers,
)
from host.windows.win32 import INSUFFICIENT_BUFFER, Handle, advapi32, checked, error, function, kernel32

__all__ = [
    "ADMINS", "AUTHENTICATED", "EVERYONE", "LOCAL_SERVICE", "NETWORK_SERVICE", "SYSTEM", "USERS",
    "Attributes", "descriptor_of", "elevated", "own_sid", "owner_and_writers", "process_user", "protect", "sddl_for",
    "service_account", "service_sid", "sid_bytes", "sid_text", "token_user",
]  # fmt: skip

_P = ctypes.c_void_p
_TOKEN_QUERY = 0x0008
_TOKEN_USER, _TOKEN_GROUPS = 1, 2
_ENABLED = 0x4  # SE_GROUP_ENABLED
_FILE_OBJECT, _OWNER, _DACL, _PROTECTED = 1, 0x1, 0x4, 0x8000_0000
_HAS_SUB_SIDS = frozenset({5, 6, 7, 8, 11, 12})  # object entries: two GUIDs may stand before the SID

_current = function(kernel32, "GetCurrentProcess", wintypes.HANDLE)
_free = function(kernel32, "LocalFree", _P, _P)
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
_parse = function(
    advapi32, "ConvertStringSecurityDescriptorToSecurityDescriptorW", wintypes.BOOL,
    wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(_P), _P,
)  # fmt: skip
_get_security = function(
    advapi32, "GetSecurityInfo", wintypes.DWORD,
    wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, ctypes.POINTER(_P), _P, ctypes.POINTER(_P), _P, ctypes.POINTER(_P),
)  # fmt: skip
_set_security = function(
    advapi32, "SetSecurityInfo", wintypes.DWORD, wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, _P, _P, _P, _P
)
_dacl_of = function(
    advapi32, "GetSecurityDescriptorDacl", wintypes.BOOL,
    _P, ctypes.POINTER(wintypes.BOOL), ctypes.POINTER(_P), ctypes.POINTER(wintypes.BOOL),
)  # fmt: skip


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (("length", wintypes.DWORD), ("descriptor", _P), ("inherit", wintypes.BOOL))


class Attributes:
    """SECURITY_ATTRIBUTES for what is to be made with this descriptor; `pointer` lives as long as this object. OSError."""

    def __init__(self, text: str) -> None:
        self._descriptor = _P()
        checked(_parse(text, 1, ctypes.byref(self._descriptor), None), text)
        self._attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), self._descriptor, False)
        self.pointer = _P(ctypes.addressof(self._attributes))

    @property
    def dacl(self) -> ctypes.c_void_p:
        """Its access list; as long as this object lives. OSError."""
        present, found, by_default = wintypes.BOOL(), _P(), wintypes.BOOL()
        checked(_dacl_of(self._descriptor, ctypes.byref(present), ctypes.byref(found), ctypes.byref(by_default)))
        return found

    def __del__(self) -> None:
        _free(self._descriptor)


def sid_text(sid: int | ctypes.c_void_p | None) -> str:
    """The SID at this address as text, such as S-1-5-18. OSError."""
    text = _P()
    checked(_to_text(sid, ctypes.byref(text)), "SID")
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        _free(text)


def sid_bytes(text: str) -> ctypes.Array[ctypes.c_char]:
    """A buffer with the SID that this text means, to be passed to calls. OSError."""
    found = _P()
    checked(_to_sid(text, ctypes.byref(found)), text)
    try:
        return ctypes.create_string_buffer(ctypes.string_at(found, _sid_length(found)))
    finally:
        _free(found)


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
        return token_user(token.value) == SYSTEM or any(sid == ADMINS and how & _ENABLED for sid, how in _groups(token.value))


def _groups(token: int) -> list[tuple[str, int]]:
    """Each group's SID and SE_GROUP_… attributes: an array of SID_AND_ATTRIBUTES behind its count, aligned as pointers are."""
    found = _information(token, _TOKEN_GROUPS)
    step = ctypes.sizeof(_P)
    places = (step + 2 * step * index for index in range(wintypes.DWORD.from_buffer(found).value))
    return [(sid_text(_P.from_buffer(found, at).value), wintypes.DWORD.from_buffer(found, at + step).value) for at in places]


def sddl_for(mode: int, *, folder: bool) -> str:
    """The descriptor of something that this process makes with this Unix mode, see `sids.sddl`.

    Like root's, what an elevated process makes belongs to Administrators, not to the person behind it: the same person without
    elevation may not change it, and the service will believe it.
    """
    own = own_sid()
    return sddl(mode, ADMINS if own != SYSTEM and elevated() else own, folder=folder)


def owner_and_writers(handle: int) -> tuple[str, frozenset[str]]:
    """Whose file or folder it is, and who may write, delete or change it, by a handle with READ_CONTROL. OSError."""
    owner, entries = descriptor_of(handle)
    return owner, writers(entries, owner)


def descriptor_of(handle: int) -> tuple[str, tuple[Entry, ...] | None]:
    """Owner and access list of a file or folder, by a handle with READ_CONTROL; None: no list, all is allowed. OSError."""
    owner, dacl, descriptor = _P(), _P(), _P()
    code = _get_security(
        handle, _FILE_OBJECT, _OWNER | _DACL, ctypes.byref(owner), None, ctypes.byref(dacl), None, ctypes.byref(descriptor)
    )
    if code:
        raise error("GetSecurityInfo", code)
    try:
        return sid_text(owner), _entries(dacl.value) if dacl.value else None
    finally:
        _free(descriptor)


def protect(handle: int, text: str) -> None:
    """Give it the access list of this descriptor and no inherited one, by a handle with WRITE_DAC. OSError."""
    wanted = Attributes(text)
    code = _set_security(handle, _FILE_OBJECT, _DACL | _PROTECTED, None, None, wanted.dacl, None)
    if code:
        raise error("SetSecurityInfo", code)


def _entries(dacl: int) -> tuple[Entry, ...]:
    """An ACL: revision, size, count; each entry with type, flags, size and mask before its SID."""
    _, _, count = struct.unpack("<2HHxx", ctypes.string_at(dacl, 8))
    found, at = [], dacl + 8
    for _ in range(count):
        kind, flags, size, mask = struct.unpack("<BBHI", ctypes.string_at(at, 8))
        found.append(Entry(kind, flags, mask, sid_text(at + 8 + _before_sid(kind, at))))
        at += size
    return tuple(found)


def _before_sid(kind: int, at: int) -> int:
    if kind not in _HAS_SUB_SIDS:
        return 0
    present = wintypes.DWORD.from_address(at + 8).value
    return 4 + 16 * ((present & 1) + (present >> 1 & 1))


def _token(process: int) -> Handle:
    token = wintypes.HANDLE()
    checked(_open_token(process, _TOKEN_QUERY, ctypes.byref(token)), "OpenProcessToken")
    return Handle(token.value or 0)


def _information(token: int, what: int) -> ctypes.Array[ctypes.c_char]:
    needed = wintypes.DWORD()
    if not _token_information(token, what, None, 0, ctypes.byref(needed)) and ctypes.get_last_error() != INSUFFICIENT_BUFFER:
        raise error("GetTokenInformation")
    found = ctypes.create_string_buffer(needed.value)
    checked(_token_information(token, what, found, len(found), ctypes.byref(needed)), "GetTokenInformation")
    return found
