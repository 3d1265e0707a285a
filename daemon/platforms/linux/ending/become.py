"""Becomes another account for good: nothing of the old one is left to a process that reads what belongs to the new one."""

from __future__ import annotations

import errno
import os
import pwd
import resource
from contextlib import suppress

from daemon.platforms.linux.first import be_ordinary


def become(uid: int, gid: int) -> str:
    """Becomes this user, as ordinary as others, with the groups that the account has, or with `gid` alone if no account has the
    number; its home.

    Groups first, the user last: whoever is no longer root cannot drop the rest. OSError: the caller must end. The kernel lets
    nobody trace a process that changed its user (PR_SET_DUMPABLE in prctl(2)), so its answer is its own.
    """
    be_ordinary()
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        entry = None
    home = entry.pw_dir if entry else "/nonexistent"
    if (uid,) * 3 != os.getresuid():
        if entry:
            gid = entry.pw_gid
            os.initgroups(entry.pw_name, gid)
        else:
            os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        _check(uid, gid)
    os.environ.clear()
    os.chdir("/")
    return home


def _check(uid: int, gid: int) -> None:
    if os.getresuid() != (uid,) * 3 or os.getresgid() != (gid,) * 3 or (uid != 0 and _regains_root()):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _regains_root() -> bool:
    try:
        os.setuid(0)
    except OSError:
        return False
    return True


def bound(what: int, most: int) -> None:
    """Lower a limit of this process; never raise one."""
    _, hard = resource.getrlimit(what)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(what, (most, most))


def keep_only(*handles: int) -> None:
    """Closes all descriptors but these and the standard ones."""
    for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - names alone
        if number > 2 and number not in handles:
            with suppress(OSError):  # the one that this list was read by
                os.close(number)
