"""Unix sockets on Linux and the credentials of who connects (api.Channels; unix(7))."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from host.api import Accepted, Kind, Name, TakenError, UntrustedError
from host.linux import files
from i18n.message import msg

if TYPE_CHECKING:
    import asyncio

_BACKLOG = 64
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


@contextmanager
def _itself(address: str) -> Iterator[str]:
    """The socket that lies there, with no link followed: whoever owns its folder must not send a root's client elsewhere. The
    system's is root's or the agent's. UntrustedError.
    """
    with _short(address) as short:
        found = os.open(short, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(found)
        if not stat.S_ISSOCK(status.st_mode):
            raise UntrustedError(msg("not a socket"))
        if files.system_run() in Path(address).parents and status.st_uid not in files.publishers("system"):
            raise UntrustedError(msg("another program holds that name"))
        yield f"/proc/self/fd/{found}"
    finally:
        os.close(found)


def address(root: Path, kind: Kind, name: Name) -> str:
    run = files.system_run() if kind == "system" else root / "run"
    return str(run / "daemon.sock" if name == "daemon" else run / "agent" / "agent.sock")


def folder(address: str) -> Path:
    return Path(address).parent


def exists(address: str) -> bool:
    return Path(address).exists()


class _Listening:
    """A server and its address, which goes with it."""

    def __init__(self, server: asyncio.Server, address: str) -> None:
        self._server = server
        self._address = address

    def close(self) -> None:
        with suppress(OSError):
            Path(self._address).unlink()
        self._server.close()


async def serve(address: str, mode: int, accepted: Accepted) -> _Listening:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accepted(*peer(writer.get_extra_info("socket")), reader, writer)

    import asyncio  # noqa: PLC0415 - as in host.rpc_client

    listening = listen(address, mode)
    return _Listening(await asyncio.start_server(accept, sock=listening), address)


class _Connection:
    """A client's end (api.Connection)."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def sendall(self, data: bytes) -> None:
        self._socket.sendall(data)

    def lines(self) -> BinaryIO:
        return self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def dial(address: str, timeout: float | None) -> _Connection:
    return _Connection(connect(address, timeout))


async def open(address: str, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:  # noqa: A001 - the seam's name
    import asyncio  # noqa: PLC0415 - as in host.rpc_client

    return await asyncio.open_connection(sock=connect(address, 0), limit=limit)


def server_pid(address: str) -> int | None:
    try:
        with connect(address, 0) as connection:
            return peer(connection)[1]
    except OSError:
        return None


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
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
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
        with _itself(address) as short:
            connection.connect(short)
        connection.settimeout(timeout)
    except OSError:
        connection.close()
        raise
    return connection


def _timeval(seconds: float) -> bytes:
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))


def peer(connection: socket.socket) -> tuple[int, int]:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, _ = _UCRED.unpack(raw)
    return uid, pid
