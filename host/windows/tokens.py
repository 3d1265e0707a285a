"""Who we and others are, by tokens and SIDs, and what we may do more than others: privileges that have to be taken up."""

from __future__ import annotations

from contextlib import suppress

import win32api
import win32security

from host.windows.sids import ADMINS, SYSTEM
from host.windows.win32 import AsOSError


def sid_text(sid: bytes) -> str:
    """A SID as the system keeps it as text, such as S-1-5-18. OSError."""
    with AsOSError():
        return win32security.ConvertSidToStringSid(win32security.SID(sid))  # type: ignore[call-arg] # only typed for an empty one


def own_sid() -> str:
    """Whose process this is. OSError."""
    return process_user(win32api.GetCurrentProcess())


def process_user(process: int) -> str:
    """Whose process it is, by a handle with QUERY_LIMITED_INFORMATION. OSError."""
    with AsOSError():
        return token_user(win32security.OpenProcessToken(process, win32security.TOKEN_QUERY))


def token_user(token: int) -> str:
    """The SID of the token's user, by a handle with TOKEN_QUERY. OSError."""
    with AsOSError():
        sid, _ = win32security.GetTokenInformation(token, win32security.TokenUser)
        return win32security.ConvertSidToStringSid(sid)


def elevated() -> bool:
    """Whether this process has the rights of Administrators: LocalSystem, or an administrator that UAC did not filter. OSError.

    The process's own token is asked, whomever a thread of ours impersonates.
    """
    with AsOSError():
        token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32security.TOKEN_QUERY)
    enabled = (sid for sid, how in groups(token) if how & win32security.SE_GROUP_ENABLED)
    return token_user(token) == SYSTEM or ADMINS in enabled


def groups(token: int) -> list[tuple[str, int]]:
    """Each group's SID and SE_GROUP_… attributes, by a handle with TOKEN_QUERY. OSError."""
    with AsOSError():
        found = win32security.GetTokenInformation(token, win32security.TokenGroups)
        return [(win32security.ConvertSidToStringSid(sid), how) for sid, how in found]


def take_up(*privileges: str) -> None:
    """Use these from now on, as far as we have them: most lie unused in our token."""
    with suppress(OSError), AsOSError():
        rights = win32security.TOKEN_ADJUST_PRIVILEGES | win32security.TOKEN_QUERY
        token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), rights)
        wanted = [(win32security.LookupPrivilegeValue("", name), win32security.SE_PRIVILEGE_ENABLED) for name in privileges]
        win32security.AdjustTokenPrivileges(token, False, wanted)  # type: ignore[arg-type] # its own type for this is a list


def go_first() -> None:
    """Before the programs of users, who may give theirs the same: games that load every core do not hold us up."""
    import win32process  # noqa: PLC0415 - the daemon's alone; others start sooner

    with suppress(OSError), AsOSError():
        win32process.SetPriorityClass(win32api.GetCurrentProcess(), win32process.HIGH_PRIORITY_CLASS)
