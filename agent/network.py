"""Seats on other PCs: the same requests as over the local channel, over TLS. Nothing listens until `giochoi place serve`."""

from __future__ import annotations

import asyncio
import logging
import re
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from agent.auth import Seat, Stranger
from agent.errors import StartError, bad_input
from agent.recording.keys import Keys
from agent.registering.seats import joined
from agent.store.database import Store, StoreError
from host.homes import Home
from host.rpc import Route, Server
from host.secrets import load_or_create
from host.tls import Authority, CertificateError, key_of
from host.wire import ApiError
from i18n.message import msg, said_by

PORT: Final = 7381
_TOGETHER: Final = 2048  # connections; a seat has a few
_BACKLOG: Final = 512
_HANDSHAKE_S: Final = 10.0
_TLS_BUFFER: Final = 1 << 14  # of each connection; asyncio's own is 256 KiB, of which 200 seats with a few lines make 100 MiB
_ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[^\s:/\[\]]+)(?::([0-9]{1,5}))?")

_log = logging.getLogger(__name__)


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of "HOST", "HOST:PORT" or "[IPv6]:PORT". ApiError(bad-input)."""
    found = _ADDRESS.fullmatch(text.strip())
    port = int(found[2] or PORT) if found else 0
    if found is None or not 0 < port < 1 << 16:
        raise bad_input(msg("'{address}' is no address: write it like 192.168.1.10 or 192.168.1.10:7381", address=text[:80]))
    return found[1].strip("[]"), port


@dataclass(slots=True, eq=False)
class Network:
    """`routes` are answered to whom `roles` lets; `home` keeps the authority's key, made when it is first wanted. Whoever has
    it listen elsewhere holds `changing` until that is durable.
    """

    home: Home
    keys: Keys
    store: Store
    routes: Callable[[], Mapping[str, Route]]
    roles: Callable[[Any], frozenset[str]]
    address: str = field(default="", init=False)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _authority: Authority | None = field(default=None, init=False)
    _listener: asyncio.Server | None = field(default=None, init=False)
    _server: Server = field(init=False)
    _open: dict[str, set[asyncio.StreamWriter]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._server = Server({}, self.roles)

    @property
    def authority(self) -> Authority:
        """HomeError, StartError: its key cannot be read."""
        if self._authority is None:
            name = self.keys.log.key.name
            secret = load_or_create(self.home, self.home.agent, "tls.key", lambda: Authority.new(name))
            try:
                self._authority = Authority(secret)
            except CertificateError as error:
                raise StartError(msg("{path}: damaged; restore a backup", path=str(self.home.agent / "tls.key"))) from error
        return self._authority

    async def listen(self, address: str) -> None:
        """From now on there, and nowhere else; "": nowhere. ApiError: it cannot be done, and all is as it was."""
        if address == self.address:
            return
        opened = None
        if address:
            host, port = parse_address(address)
            SSLProtocol.max_size = _TLS_BUFFER
            try:
                opened = await asyncio.start_server(
                    self._connected, host, port, ssl=self.authority.server(self.home.agent), backlog=_BACKLOG,
                    ssl_handshake_timeout=_HANDSHAKE_S, ssl_shutdown_timeout=1.0,
                )  # fmt: skip
            except OSError as error:
                told = {"address": address, "why": said_by(error)}
                raise ApiError("unavailable", msg("{address}: cannot be listened at: {why}", **told)) from error
        await self.close()
        self._listener, self.address = opened, address
        self._server = Server(self.routes(), self.roles, _TOGETHER)

    async def close(self) -> None:
        """Nobody is answered any more."""
        if self._listener is not None:
            self._listener.close()
            self._listener, self.address = None, ""
        await self._server.close()

    def drop(self, seat: str) -> None:
        """Hang up on the PC that joined as this seat."""
        for writer in self._open.get(seat, ()):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            principal = self._principal(writer)
        except (StoreError, CertificateError) as error:
            _log.error("%s", error)
            writer.transport.abort()
            return
        if not isinstance(principal, Seat):
            await self._server.attend(principal, reader, writer)
            return
        lines = self._open.setdefault(principal.id, set())
        lines.add(writer)
        try:
            await self._server.attend(principal, reader, writer)
        finally:
            lines.discard(writer)

    def _principal(self, writer: asyncio.StreamWriter) -> Seat | Stranger:
        """By the certificate that was shown, which TLS has checked, and the registry."""
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        if shown is not None:
            with self.store.reading() as tables:
                row = joined(tables, key_of(shown))
            if row is not None:
                return Seat(row.id, retired=row.retired is not None)
        address = "?"
        with suppress(TypeError, IndexError):  # gone already
            address = writer.get_extra_info("peername")[0]
        return Stranger(address)
