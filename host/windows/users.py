"""Accounts of this machine and of the domains it knows (api.Users). A UserId is a SID as text.

An account of this machine is written by its bare name, as the system spells it; any other one after its domain and a backslash.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from contextlib import suppress
from ctypes import wintypes
from typing import Any

import win32api
import win32security

from host.api import Person, UserId
from host.windows.sids import ADMINS, LOCAL_SERVICE, NETWORK_SERVICE, SYSTEM, USERS, service_account
from host.windows.tokens import sid_text
from host.windows.win32 import AsOSError, function
from i18n.message import Listed, comma

_GROUPS = (win32security.SidTypeAlias, win32security.SidTypeWellKnownGroup)
_SERVICES = "S-1-5-80-"
_OF_SYSTEM = frozenset({SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE})
_INDIRECT = 1  # LG_INCLUDE_INDIRECT
_NORMAL = 2  # FILTER_NORMAL_ACCOUNT
_DISABLED = 2  # UF_ACCOUNTDISABLE
_NAMES_AND_FLAGS = 2  # USER_INFO_2
_PRIV_USER, _FLAGS = 1, 0x10201  # USER_PRIV_USER; UF_SCRIPT, UF_NORMAL_ACCOUNT, UF_DONT_EXPIRE_PASSWD
_FULL_NAME, _BY_NAME = 1011, 3  # USER_INFO_1011, LOCALGROUP_MEMBERS_INFO_3
_LARGE = 1 << 20  # bytes of one answer
_ANY_LENGTH = 0xFFFF_FFFF

_netapi32 = ctypes.WinDLL("netapi32")
_count = ctypes.POINTER(wintypes.DWORD)
_members = function(
    _netapi32, "NetLocalGroupGetMembers", wintypes.DWORD,
    wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)), wintypes.DWORD,
    _count, _count, ctypes.c_void_p,
)  # fmt: skip
_free = function(_netapi32, "NetApiBufferFree", wintypes.DWORD, ctypes.c_void_p)


def people() -> tuple[Person, ...]:
    """Accounts of this machine that can be logged in with. Those of a domain are not listed."""
    import win32net  # noqa: PLC0415 - only the first set-up asks

    found: list[Person] = []
    more = 0
    with suppress(OSError), AsOSError():
        while True:
            rows, _, more = win32net.NetUserEnum(None, _NAMES_AND_FLAGS, _NORMAL, more, _LARGE)
            found += [Person(row["name"], row["full_name"].strip(), administers(row["name"])) for row in rows
                      if not row["flags"] & _DISABLED]  # fmt: skip
            if not more:
                break
    return tuple(sorted(found, key=lambda one: one.account.casefold()))


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


def administers(account: str) -> bool:
    sid = sid_of(account)
    return sid is not None and administrator(sid)


def canonical(account: str) -> str | None:
    sid = sid_of(account)
    return _written(sid) if sid else None


def make(account: str, full: str, password: str) -> None:
    """In Users, whatever that group is called here."""
    import win32net  # noqa: PLC0415 - only the first set-up makes accounts

    net: Any = win32net  # whose stubs do not know that None is this machine
    group = _by_sid(USERS)
    with AsOSError():
        net.NetUserAdd(None, 1, {"name": account, "password": password, "priv": _PRIV_USER, "flags": _FLAGS})
        net.NetUserSetInfo(None, account, _FULL_NAME, {"full_name": full})
        if group is not None:
            net.NetLocalGroupAddMembers(None, group[1], _BY_NAME, [{"domainandname": f"{_computer()}\\{account}"}])


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
    try:
        with AsOSError():
            sid, _, use = win32security.LookupAccountName(None, name)
            found = win32security.ConvertSidToStringSid(sid)
    except OSError:
        return None
    service = use in _GROUPS and (found in _OF_SYSTEM or found.startswith(_SERVICES))
    return found if use == win32security.SidTypeUser or service else None


def _by_sid(sid: str) -> tuple[str, str] | None:
    """Its domain and its name; None: nobody knows it."""
    try:
        with AsOSError():
            name, domain, _ = win32security.LookupAccountSid(None, win32security.ConvertStringSidToSid(sid))
            return domain, name
    except OSError:
        return None


def _computer() -> str:
    with AsOSError():
        return win32api.GetComputerName()


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _groups(name: str) -> list[str]:
    """Local groups that the account is in, also by another group."""
    import win32net  # noqa: PLC0415 - who asks for no administrator starts sooner

    try:
        with AsOSError():
            return win32net.NetUserGetLocalGroups(None, name, _INDIRECT)  # type: ignore[arg-type] # None is this machine
    except OSError:
        return []


def _sids_in(group: str) -> set[str]:
    """Direct members of a local group (LOCALGROUP_MEMBERS_INFO_0: a pointer to a SID each), also those whose domain is away.

    By ctypes: Wine says that this went well and gives nothing back, where pywin32 would read what it never got.
    """
    buffer, read, total = ctypes.POINTER(ctypes.c_void_p)(), wintypes.DWORD(), wintypes.DWORD()
    if _members(None, group, 0, ctypes.byref(buffer), _ANY_LENGTH, ctypes.byref(read), ctypes.byref(total), None):
        return set()
    try:
        return {sid_text(_bytes_at(sid)) for sid in buffer[: read.value] if sid}
    finally:
        _free(buffer)


def _bytes_at(sid: int) -> bytes:
    """Of the SID at this address: its second byte is the number of its parts."""
    return ctypes.string_at(sid, 8 + 4 * ctypes.string_at(sid, 2)[1])
