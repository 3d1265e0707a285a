"""What helpers of the daemon, and their children, do before their work: fork, become another account, give up rights.

They parse players' files and speak to players' programs: nothing of root's is left to them that they do not need.
"""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.linux.first import be_ordinary

NOBODY = 65534
_DAC_READ_SEARCH, _SYS_PTRACE = 2, 19  # linux/capability.h
_KEPT = 1 << _DAC_READ_SEARCH | 1 << _SYS_PTRACE  # every file, and what /proc says of every process
_PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS = 8, 38
_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def line_of_helper() -> socket.socket:
    """In a helper that was just started: its line to the daemon, with whose end it ends, not by a signal of a terminal."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return socket.socket(fileno=int(sys.argv[1]))


def forked(work: Callable[[socket.socket], object], *keep: int) -> tuple[int, socket.socket]:
    """A child that does this work with its end of a line, has no other descriptor but `keep` and the standard ones, and ends.

    Its pid, and our end. OSError.
    """
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        pid = os.fork()
    except OSError:
        ours.close()
        its.close()
        raise
    if pid:
        its.close()
        return pid, ours
    try:
        _keep_only(its.fileno(), *keep)
        work(its)
    finally:
        os._exit(0)


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


def bound(bounds: Iterable[tuple[int, int]]) -> None:
    """Lower these limits of this process (setrlimit(2)); never raise one."""
    for what, most in bounds:
        _, hard = resource.getrlimit(what)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(what, (most, most))


def only_read() -> None:
    """Becomes nobody, with the two capabilities that reading takes. Where a container does not allow that, root stays root."""
    if os.geteuid() == 0:
        with suppress(OSError):
            _only_read()
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _only_read() -> None:
    """OSError: nothing was changed that matters."""
    _checked(_libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = struct.pack("=Ii", _VERSION_3, 0)
    _checked(_libc.capset(header, struct.pack("=6I", _KEPT, _KEPT, 0, 0, 0, 0)))


def _checked(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _keep_only(*handles: int) -> None:
    """Closes all descriptors but these and the standard ones."""
    for number in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - names alone
        if number > 2 and number not in handles:
            with suppress(OSError):  # the one that this list was read by
                os.close(number)
