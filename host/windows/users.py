"""Accounts of this machine and of the domains it knows (api.Users). A UserId is a SID as text.

An account of this machine is written by its bare name, as the system spells it; any other one after its domain and a backslash.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from ctypes import wintypes

from host.api import UserId
from host.windows.sids import ADMINS, LOCAL_SERVICE, NETWORK_SERVICE, SYSTEM, service_account
from host.windows.tokens import sid_bytes, sid_text
from host.windows.win32 import advapi32, function, kernel32
from i18n.message import Listed, comma

_P = ctypes.c_void_p
_netapi32 = ctypes.WinDLL("netapi32")
_USER, _ALIAS, _KNOWN_GROUP = 1, 4, 5  # SID_NAME_USE
_SERVICES = "S-1-5-80-"
_OF_SYSTEM = frozenset({SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE})
_NAME, _SID = 1024, 68  # characters that any name fits in; bytes of the longest SID
_INDIRECT, _ANY_LENGTH = 1, 0xFFFF_FFFF

_length = ctypes.POINTER(wintypes.DWORD)
_domain = (wintypes.LPWSTR, _length, ctypes.POINTER(ctypes.c_int))
_lookup_sid = function(
    advapi32, "LookupAccountSidW", wintypes.BOOL, wintypes.LPCWSTR, _P, wintypes.LPWSTR, _length, *_domain
)
_lookup_name = function(
    advapi32, "LookupAccountNameW", wintypes.BOOL, wintypes.LPCWSTR, wintypes.LPCWSTR, _P, _length, *_domain
)
_computer_name = function(kernel32, "GetComputerNameW", wintypes.BOOL, wintypes.LPWSTR, _length)
_counts = (ctypes.POINTER(_P), wintypes.DWORD, _length, _length)
_members = function(
    _netapi32, "NetLocalGroupGetMembers", wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, *_counts, _P
)
_groups_of = function(
    _netapi32, "NetUserGetLocalGroups", wintypes.DWORD,
    wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, *_counts,
)  # fmt: skip
_free = function(_netapi32, "NetApiBufferFree", wintypes.DWORD, _P)


def account(uid: UserId) -> str:
    return _written(str(uid))


def named(sids: Iterable[str]) -> Listed:
    """The accounts' names, in their order."""
    return comma(sorted(map(account, sids)))


def _written(sid: str) -> str:
    found = _by_sid(sid)
    if found is None:
        return sid
    domain, name = found
    return name if _same(domain, _computer()) else f"{domain}\\{name}"


def administrator(uid: UserId) -> bool:
    """LocalSystem, or in Administrators, directly or by another group. Whether UAC filters its token does not matter."""
    sid = str(uid)
    if sid == SYSTEM:
        return True
    alias = _by_sid(ADMINS)
    if alias is None:
        return False
    if sid in _sids_in(alias[1]):
        return True
    user = None if service_account(sid) else _by_sid(sid)
    return user is not None and any(_same(group, alias[1]) for group in _groups(f"{user[0]}\\{user[1]}"))


def canonical(account: str) -> str | None:
    sid = sid_of(account)
    return _written(sid) if sid else None


def sid_of(name: str) -> str | None:
    """The SID of an account by its name, however it was typed; a bare name is first of all this machine's. None: no account."""
    if not name.strip() or "\0" in name:
        return None
    computer = _computer()
    bare = name.removeprefix(".\\")
    if "\\" not in bare and "@" not in bare and (found := _by_name(f"{computer}\\{bare}")):
        return found
    return _by_name(name) if bare == name else None


def _by_name(name: str) -> str | None:
    sid, size = ctypes.create_string_buffer(_SID), wintypes.DWORD(_SID)
    domain, length, use = ctypes.create_unicode_buffer(_NAME), wintypes.DWORD(_NAME), ctypes.c_int()
    if not _lookup_name(None, name, sid, ctypes.byref(size), domain, ctypes.byref(length), ctypes.byref(use)):
        return None
    found = sid_text(ctypes.addressof(sid))
    service = use.value in {_ALIAS, _KNOWN_GROUP} and (found in _OF_SYSTEM or found.startswith(_SERVICES))
    return found if use.value == _USER or service else None


def _by_sid(sid: str) -> tuple[str, str] | None:
    """Its domain and its name; None: nobody knows it."""
    try:
        binary = sid_bytes(sid)
    except OSError:
        return None
    name, length = ctypes.create_unicode_buffer(_NAME), wintypes.DWORD(_NAME)
    domain, width, use = ctypes.create_unicode_buffer(_NAME), wintypes.DWORD(_NAME), ctypes.c_int()
    if not _lookup_sid(None, binary, name, ctypes.byref(length), domain, ctypes.byref(width), ctypes.byref(use)):
        return None
    return domain.value, name.value


def _computer() -> str:
    name, length = ctypes.create_unicode_buffer(_NAME), wintypes.DWORD(_NAME)
    return name.value if _computer_name(name, ctypes.byref(length)) else ""


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _sids_in(group: str) -> set[str]:
    """Direct members of a local group (LOCALGROUP_MEMBERS_INFO_0: a pointer to a SID each)."""
    buffer, read, total = _P(), wintypes.DWORD(), wintypes.DWORD()
    if _members(None, group, 0, ctypes.byref(buffer), _ANY_LENGTH, ctypes.byref(read), ctypes.byref(total), None):
        return set()
    return {sid_text(sid) for sid in _pointers(buffer, read.value)}


def _groups(name: str) -> list[str]:
    """Local groups that the account is in, also by another group (LOCALGROUP_USERS_INFO_0: a pointer to a name each)."""
    buffer, read, total = _P(), wintypes.DWORD(), wintypes.DWORD()
    done = _groups_of(
        None, name, 0, _INDIRECT, ctypes.byref(buffer), _ANY_LENGTH, ctypes.byref(read), ctypes.byref(total)
    )
    return [] if done else [ctypes.wstring_at(group) for group in _pointers(buffer, read.value)]


def _pointers(buffer: ctypes.c_void_p, count: int) -> Iterator[int]:
    """The pointers that a Net… call returned, whose buffer is freed when they are used up."""
    try:
        if buffer.value:
            yield from (value for value in (ctypes.c_void_p * count).from_address(buffer.value) if value)
    finally:
        _free(buffer)
