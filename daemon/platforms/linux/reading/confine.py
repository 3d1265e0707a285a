"""Gives up all rights but those that reading takes: whoever parses players' files could otherwise be used as root."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from contextlib import suppress

from daemon.platforms.linux.ending.become import bound

_NOBODY = 65534
_DAC_READ_SEARCH, _SYS_PTRACE = 2, 19  # linux/capability.h
_KEPT = 1 << _DAC_READ_SEARCH | 1 << _SYS_PTRACE  # every file, and what /proc says of every process
_PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 8, 38
_VERSION_3 = 0x20080522
_BOUNDS = (
    (resource.RLIMIT_AS, 1 << 30),  # bytes
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 16 << 20),  # of a message in memory
    (resource.RLIMIT_NOFILE, 256),
)
_libc = ctypes.CDLL(None, use_errno=True)


def confine() -> None:
    """Nobody, with two capabilities. Where a container does not allow that, root stays root, with bounds all the same."""
    for what, most in _BOUNDS:
        bound(what, most)
    if os.geteuid() == 0:
        with suppress(OSError):
            _drop()
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _drop() -> None:
    """OSError: nothing was changed that matters."""
    _check(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    header = struct.pack("=Ii", _VERSION_3, 0)
    _check(_libc.capset(header, struct.pack("=6I", _KEPT, _KEPT, 0, 0, 0, 0)))


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
