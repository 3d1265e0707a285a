"""Whose world a process is in: who made the user namespace (user_namespaces(7), ioctl_ns(2)).

In one of one's own a process may have numbers that no file grants to anybody (systemd-nsresourced hands them out), and may say
that it executes another file than it does (PR_SET_MM in prctl(2)).
"""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import suppress
from functools import cache

_GET_PARENT, _GET_OWNER = 0xB702, 0xB704
_DEEPEST = 33  # the kernel nests no more
_NUMBER = struct.Struct("=I")


def maker(pid: int) -> int | None:
    """The uid of whoever made the outermost one, below our own, that this process is in. None: it is in ours, or over."""
    with suppress(OSError):
        handle = os.open(f"/proc/{pid}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
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
