"""Local stream connections, and who is at the other end: a Unix socket here, a named pipe elsewhere."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from host import system
from host.homes import HomeError

_RETRY = 0.02


class Unreachable(Exception):
    """Nothing listens there, or it cannot be reached by us: nothing was asked, nothing changed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who connected, as the operating system says. `admin`: root, or an account that may become root."""

    uid: int
    pid: int
    account: str
    admin: bool


Handler = Callable[[Caller, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A listening address. `close` takes it away; connections that are open are their handlers' to end."""

    def __init__(self, server: asyncio.Server, address: str) -> None:
        self._server = server
        self._address = address

    def close(self) -> None:
        system.sockets().remove(self._address)
        self._server.close()


async def listen(address: str, mode: int, handle: Handler) -> Listener:
    """Serve connections on the address, each in a task of its own. HomeError: it is in use or cannot be made."""
    sockets = system.sockets()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid, pid = sockets.peer(writer.get_extra_info("socket"))
        await handle(Caller(uid, pid, sockets.account(uid), sockets.administrator(uid)), reader, writer)

    try:
        listening = sockets.listen(address, mode)
    except system.TakenError as error:
        raise HomeError(f"{address}: đang được pid {error.pid} dùng / in use by pid {error.pid}") from error
    except OSError as error:
        raise HomeError(f"{address}: không mở được / cannot be opened: {error.strerror}") from error
    return Listener(await asyncio.start_server(accept, sock=listening), address)


def server_pid(address: str) -> int | None:
    """The process that listens on the address; None if none does, or it is too busy to say."""
    try:
        with system.sockets().connect(address, 0) as connection:
            return system.sockets().peer(connection)[1]
    except OSError:
        return None


def dial(address: str, timeout: float | None) -> socket.socket:
    """A connected socket that gives up after `timeout` seconds without progress. Unreachable."""
    try:
        return system.sockets().connect(address, timeout)
    except OSError as error:
        raise _unreachable(address, error) from error


async def open_connection(address: str, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection whose lines may be `limit` bytes long. Waits while the server is busy: the caller sets a timeout."""
    while True:
        try:
            connection = system.sockets().connect(address, 0)
        except BlockingIOError:
            await asyncio.sleep(_RETRY)
        except OSError as error:
            raise _unreachable(address, error) from error
        else:
            return await asyncio.open_connection(sock=connection, limit=limit)


def _unreachable(address: str, error: OSError) -> Unreachable:
    return Unreachable(f"{address}: không có ai trả lời / nobody answers ({error.strerror or error})")
