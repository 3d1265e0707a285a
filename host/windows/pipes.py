"""The server's end of named pipes on Windows, and who calls (api.Listener). The client's end is pipes_client.

What keeps others out: the prefix that only administrators may use, or else the first instance being ours; no remote clients; an
access list by which clients read and write and do nothing more. Who calls, the system says: pipes_peer.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio.windows_utils import PipeHandle
from typing import cast

import win32pipe

from host.api import Accepted, TakenError
from host.windows.descriptors import attributes
from host.windows.pipes_client import CLIENT_RIGHTS, owner, pid_behind
from host.windows.pipes_peer import peer
from host.windows.proactor import client_of, stream_transport
from host.windows.sids import ADMINS, SYSTEM
from host.windows.tokens import elevated, own_sid
from host.windows.win32 import ACCESS_DENIED, PIPE_BUSY, AsOSError, detached

_OVERLAPPED = 0x4000_0000
_BUFFER = 1 << 16

_WAITING = 4  # instances for clients to come: several may, before the loop gets to accept one
_SILENCE = 30.0
_SILENT = 64
_PAUSE = 0.5
_BUSY, _RETRY = 1.0, 0.02

_log = logging.getLogger(__name__)


async def serve(address: str, mode: int, accepted: Accepted) -> _Listening:
    listening = _Listening(address, mode, accepted)
    listening.start(await _first(address, listening))
    return listening


async def _first(address: str, listening: _Listening) -> PipeHandle:
    """The first instance, which says that the name is ours. TakenError, OSError."""
    await _refuse_second(address)
    try:
        return listening.instance(first=True)
    except OSError as denied:
        if denied.winerror not in {ACCESS_DENIED, PIPE_BUSY}:
            raise
        await _refuse_second(address)
        return _after_a_dead_one(denied, listening)


async def _refuse_second(address: str) -> None:
    """TakenError if a living server has the name. The first instance's flag alone could not say which."""
    patience = _BUSY
    while True:
        try:
            raise TakenError(pid_behind(address))
        except FileNotFoundError:
            return
        except OSError as failure:
            if failure.winerror != PIPE_BUSY:
                raise
        if patience <= 0:
            raise TakenError(0)
        await asyncio.sleep(_RETRY)  # until it can say who it is, or the connections of one that has closed are over
        patience -= _RETRY


def _after_a_dead_one(denied: OSError, listening: _Listening) -> PipeHandle:
    """An instance of a name that only clients still hold.

    A client of a server that has died keeps the name alive for as long as it does not close, with the access list and owner
    that the server gave it. Were that a reason to fail, any client could keep a restarted server out.
    """
    pipe = listening.instance(first=False)
    if owner(pipe.handle) in {own_sid(), ADMINS, SYSTEM}:
        return pipe
    pipe.close()
    raise denied


def access(mode: int) -> str:
    """The descriptor of a pipe (SDDL): others, if `mode` lets them in, read and write and cannot add instances.

    Whoever is logged on here counts as others; whoever came over the network does not. The owner is who runs us, as with files:
    Administrators where one of them is elevated.
    """
    own = own_sid()
    holder = ADMINS if own != SYSTEM and elevated() else own
    others = f"(A;;{CLIENT_RIGHTS:#x};;;IU)" if mode & 0o006 else ""
    return f"O:{holder}D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;{own}){others}"


class _Listening:
    """A server's instances that wait for clients, and its clients that have said nothing yet (api.Closable)."""

    def __init__(self, address: str, mode: int, accepted: Accepted) -> None:
        self._address = address
        self._attributes = attributes(access(mode))
        self._accepted = accepted
        self._unconnected: set[PipeHandle] = set()
        self._silent: dict[_Client, None] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._waiting: tuple[asyncio.Task[None], ...] = ()

    def instance(self, *, first: bool) -> PipeHandle:
        """A new one, with no client yet. OSError."""
        opening = win32pipe.PIPE_ACCESS_DUPLEX | _OVERLAPPED | (win32pipe.FILE_FLAG_FIRST_PIPE_INSTANCE if first else 0)
        mode = win32pipe.PIPE_REJECT_REMOTE_CLIENTS  # byte type, byte read mode and blocking are all 0
        most = win32pipe.PIPE_UNLIMITED_INSTANCES
        with AsOSError(self._address):
            made = win32pipe.CreateNamedPipe(self._address, opening, mode, most, _BUFFER, _BUFFER, 0, self._attributes)
        return PipeHandle(detached(made))

    def start(self, first: PipeHandle) -> None:
        """Clients can come as soon as this returns. OSError."""
        self._unconnected.add(first)
        try:
            while len(self._unconnected) < _WAITING:
                self._unconnected.add(self.instance(first=False))
        except OSError:
            self.close()
            raise
        self._waiting = tuple(asyncio.create_task(self._accept(pipe)) for pipe in self._unconnected)

    def close(self) -> None:
        for task in self._waiting:
            task.cancel()
        for pipe in self._unconnected:  # at once, not when the tasks get to it: the name is free then
            pipe.close()
        for client in tuple(self._silent):
            client.abort()

    async def _accept(self, pipe: PipeHandle) -> None:
        """One client after the other, until `close`: whatever fails concerns one of them, or passes."""
        while True:
            if await self._came(pipe):
                stream_transport(pipe, _Client(self, pipe))
            pipe = await self._another()

    async def _another(self) -> PipeHandle:
        while True:
            try:
                return self.instance(first=False)
            except OSError:
                await self._pause()

    async def _came(self, pipe: PipeHandle) -> bool:
        """Wait for the instance's client. False: there is none, and the instance is closed."""
        self._unconnected.add(pipe)
        try:
            await client_of(pipe)
        except BaseException as error:
            pipe.close()
            if not isinstance(error, Exception):
                raise
            if not isinstance(error, BrokenPipeError):  # it came and went before it was seen
                await self._pause()
            return False
        finally:
            self._unconnected.discard(pipe)
        return True

    async def _pause(self) -> None:
        _log.warning("%s: no connection can be accepted", self._address, exc_info=True)
        await asyncio.sleep(_PAUSE)

    def silent(self, client: _Client) -> None:
        """A client that is connected and has said nothing yet. Where there are too many, the one longest silent is cut off."""
        self._silent[client] = None
        if len(self._silent) > _SILENT:
            next(iter(self._silent)).abort()

    def gone(self, client: _Client) -> None:
        self._silent.pop(client, None)

    def heard(self, client: _Client, pipe: PipeHandle, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """It has said something: now the system can say who it is."""
        self._silent.pop(client, None)
        try:
            sid, pid = peer(pipe.fileno())
        except OSError:
            _log.warning("%s: who calls cannot be told", self._address, exc_info=True)
            client.abort()
            return
        task = asyncio.ensure_future(self._accepted(sid, pid, *streams))
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._over(task, client))

    def _over(self, task: asyncio.Future[None], client: _Client) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            client.abort()
        elif error := task.exception():
            _log.error("%s: serving a connection failed", self._address, exc_info=error)
            client.abort()


class _Client(asyncio.StreamReaderProtocol):
    """The server's side of one connection. It is silent, and nobody's, until its first data came."""

    def __init__(self, listening: _Listening, pipe: PipeHandle) -> None:
        self._first: asyncio.StreamReader | None = asyncio.StreamReader()
        super().__init__(self._first)
        self._listening = listening
        self._pipe = pipe
        self._way: asyncio.WriteTransport | None = None
        self._patience = asyncio.get_running_loop().call_later(_SILENCE, self.abort)

    def abort(self) -> None:
        """End the connection, whatever is on its way."""
        self._patience.cancel()
        self._listening.gone(self)
        if self._way:
            self._way.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._way = cast("asyncio.WriteTransport", transport)
        self._listening.silent(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        reader, self._first = self._first, None
        if reader and self._way:
            self._patience.cancel()
            writer = asyncio.StreamWriter(self._way, self, reader, asyncio.get_running_loop())
            self._listening.heard(self, self._pipe, (reader, writer))

    def eof_received(self) -> bool:
        """True keeps the connection for whoever reads from it; False closes one that said nothing."""
        super().eof_received()
        return self._first is None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._patience.cancel()
        self._listening.gone(self)
        self._way = None
