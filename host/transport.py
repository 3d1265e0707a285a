"""Local stream connections, and who is at the other end: a Unix socket here, a named pipe elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from host import choose
from host.api import Closable, Connection, TakenError, UserId
from host.homes import HomeError, taken
from i18n.message import MessageError, msg, said_by

if TYPE_CHECKING:
    import asyncio

_RETRY = 0.02
PATIENCE_S = 30.0


class Unreachable(MessageError):
    """Nothing listens there, or it cannot be reached by us: nothing was asked, nothing changed."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who connected, as the operating system says. `admin`: root, or an account that may become root."""

    uid: UserId
    pid: int
    account: str
    admin: bool

    @property
    def patience(self) -> float:
        """Seconds between two requests on one connection."""
        return PATIENCE_S

    @property
    def share(self) -> UserId:
        """By what is counted how much one takes. Numbers without an account are one: a child may have thousands (subuid(5))."""
        return "" if self.account == str(self.uid) else self.uid


Handler: TypeAlias = "Callable[[Caller, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]"


async def listen(address: str, mode: int, handle: Handler) -> Closable:
    """Serve connections on the address, each in a task of its own. HomeError: it is in use or cannot be made."""
    users = choose.users()

    async def accepted(uid: UserId, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handle(Caller(uid, pid, users.account(uid), users.administrator(uid)), reader, writer)

    try:
        return await choose.listener().serve(address, mode, accepted)
    except TakenError as error:
        raise taken(address, error) from error
    except OSError as error:
        raise HomeError(msg("{address}: cannot be opened: {why}", address=address, why=said_by(error))) from error


def dial(address: str, timeout: float | None) -> Connection:
    """A connection that gives up after `timeout` seconds without progress. Unreachable."""
    try:
        return choose.channels().dial(address, timeout)
    except OSError as error:
        raise _unreachable(address, error) from error


async def open_connection(address: str, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection whose lines may be `limit` bytes long. Waits while the server is busy: the caller sets a timeout."""
    import asyncio  # noqa: PLC0415 - as in host.rpc_client

    while True:
        try:
            return await choose.channels().open(address, limit)
        except BlockingIOError:
            await asyncio.sleep(_RETRY)
        except OSError as error:
            raise _unreachable(address, error) from error


def _unreachable(address: str, error: OSError) -> Unreachable:
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):  # it does not run: the system's words add nothing to that
        return Unreachable(msg("{address}: nobody answers", address=address))
    return Unreachable(msg("{address}: nobody answers ({why})", address=address, why=said_by(error)))
