"""Whose world a process is in: who made the user namespace (user_namespaces(7), ioctl_ns(2)).

In one of one's own a process may have numbers that no file grants to anybody (systemd-nsresourced hands them out), and may say
that it executes another file than it does (PR_SET_MM in prctl(2)).
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from daemon.platforms.linux.accounts import LAST_OWN, account_of

_GET_PARENT, _GET_OWNER = 0xB702, 0xB704
_DEEPEST = 33  # the kernel nests no more
_NUMBER = struct.Struct("=I")


def whose(uid: int, pid: int, account: Callable[[int], str] = account_of) -> str:
    """The account of a process of this number's: of one that may be a namespace's, whoever made that. Root makes them for
    others, who keep their names there.
    """
    found = account(uid)
    made = maker(pid) if uid > LAST_OWN or found == str(uid) else None
    return account(made) if made or (made == 0 and found == str(uid)) else found


def maker(pid: int) -> int | None:
    """The uid of whoever made the outermost one, below our own, that this process is in. None: it is in ours, or over."""
    with suppress(OSError):
        place = f"/proc/{pid}/ns/user"
        if os.stat(place).st_ino == _ours():  # noqa: PTH116 - asked of every process of a domain's people
            return None
        handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for _ in range(_DEEPEST):
                if os.fstat(handle).st_ino == _ours():
                    return None
                (owner,) = _NUMBER.unpack(fcntl.ioctl(handle, _GET_OWNER, bytes(_NUMBER.size)))
                above = fcntl.ioctl(handle, _GET_PARENT)
                os.close(handle)
                handle = above
                if os.fstat(handle).st_ino == _ours():
                    return int(owner)
        finally:
            os.close(handle)
    return None


@cache
def _ours() -> int:
    """OSError."""
    return os.stat("/proc/self/ns/user").st_ino  # noqa: PTH116 - as where it is compared
