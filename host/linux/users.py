"""Accounts of this machine, by way of NSS (api.Users; getpwnam(3))."""

from __future__ import annotations

import grp
import pwd
from contextlib import suppress

from host.api import UserId

_ADMINS = ("sudo", "wheel", "admin")


def account(uid: UserId) -> str:
    try:
        return pwd.getpwuid(int(uid)).pw_name
    except KeyError:
        return str(uid)


def administrator(uid: UserId) -> bool:
    if uid == 0:
        return True
    try:
        entry = pwd.getpwuid(int(uid))
    except KeyError:
        return False
    for name in _ADMINS:
        with suppress(KeyError):
            group = grp.getgrnam(name)
            if entry.pw_name in group.gr_mem or entry.pw_gid == group.gr_gid:
                return True
    return False


def administers(account: str) -> bool:
    try:
        return administrator(pwd.getpwnam(account).pw_uid)
    except (KeyError, ValueError):
        return False


def canonical(account: str) -> str | None:
    """Names are taken as they are: case matters here."""
    try:
        return pwd.getpwnam(account).pw_name
    except (KeyError, ValueError):
        return None
