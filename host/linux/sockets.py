"""Unix sockets on Linux and the credentials of who connects (system.Sockets; unix(7))."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from host.system import TakenError

_BACKLOG = 64
_ADMINS = ("sudo", "wheel", "admin")
_UCRED = struct.Struct("3i")


@contextmanager
def _short(address: str) -> Iterator[str]:
    """The address by way of its folder's descriptor: sun_path holds 107 bytes, homes may be deeper than that."""
    path = Path(address)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(address: str, mode: int) -> socket.socket:
    with _short(address) as short:
        _clear(short)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.bind(short)
            # Between bind and here the umask decides; too closed at worst, as servers run with 022 or stricter.
            Path(short).chmod(mode)
            server.listen(_BACKLOG)
            server.setblocking(False)
        except OSError:
            server.close()
            raise
        return server


def _clear(short: str) -> None:
    """Remove what a dead server left. TakenError if it is not dead, FileExistsError if it is not a socket."""
    path = Path(short)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise FileExistsError(errno.EEXIST, "đã có tệp khác ở đó / something else is there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(short)
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(FileNotFoundError):
                path.unlink()
            return
        except BlockingIOError:  # its backlog is full: busy, hence alive
            pid = 0
        else:
            pid = peer(probe)[1]
        raise TakenError(pid)


def connect(address: str, timeout: float | None) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if timeout:
            # While the backlog is full, a blocking connect waits this long; one with a Python timeout gives up at once.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout))
        else:
            connection.settimeout(timeout)
        with _short(address) as short:
            connection.connect(short)
        connection.settimeout(timeout)
    except OSError:
        connection.close()
        raise
    return connection


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def remove(address: str) -> None:
    with suppress(OSError):
        Path(address).unlink()


def peer(connection: socket.socket) -> tuple[int, int]:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, _ = _UCRED.unpack(raw)
    return uid, pid


def account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def administrator(uid: int) -> bool:
    if uid == 0:
        return True
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return False
    for name in _ADMINS:
        with suppress(KeyError):
            group = grp.getgrnam(name)
            if entry.pw_name in group.gr_mem or entry.pw_gid == group.gr_gid:
                return True
    return False
