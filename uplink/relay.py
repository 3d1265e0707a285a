"""Passes the daemon's requests on to the agent over TLS, and its answers back, as they are.

Nothing that goes through here needs to be believed: the seat signs its entries, the agent its rosters and proofs. What the
daemon has not handed in waits in its own journal; the relay keeps nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from agent.api.claims import Claim
from agent.api.log import LogHead
from agent.api.roster import PartsGet, RosterGet
from agent.api.seat import Alive, Enrol, PutGrants, PutRequests, Submit
from agent.api.witnessing import LogFollow
from host.api import UserId
from host.rpc import LIMIT
from host.transport import PATIENCE_S, Caller, Unreachable
from host.wire import ApiError, Failure, encoded
from i18n.message import Message, msg

_OF_SEATS = frozenset(
    one.op for one in (Alive, Claim, Enrol, LogFollow, LogHead, PartsGet, PutGrants, PutRequests, RosterGet, Submit)
)
_PATIENCE_S = 130.0  # longer than every request of a seat waits (host.wire.Request.patience)
_SMALL = 1 << 16  # bytes that other accounts may say at once, to be told who manages this PC
_CONNECTIONS = 32  # of each of them
_IDLE = 4  # lines that are kept open for the next request

Line: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Op(msgspec.Struct):
    op: str


@dataclass(slots=True, eq=False)
class Relay:
    """`connect` makes a line to the agent at `address`; `daemon` says whether a caller may speak for this seat."""

    address: str
    connect: Callable[[], Awaitable[Line]]
    daemon: Callable[[Caller], bool]
    _idle: list[Line] = field(default_factory=list, init=False)
    _connections: Counter[UserId] = field(default_factory=Counter, init=False)

    async def attend(self, caller: Caller, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of this PC's, request by request, until it ends. Other accounts have a few short ones."""
        own = self.daemon(caller)
        self._connections[caller.share] += 1
        try:
            while own or self._connections[caller.share] <= _CONNECTIONS:
                if (line := await _line(reader, LIMIT if own else _SMALL)) is None:
                    break
                writer.write(await self._answer(line, own=own))
                async with asyncio.timeout(PATIENCE_S):
                    await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass  # nobody is left to be told
        finally:
            self._connections[caller.share] -= 1
            writer.close()

    def close(self) -> None:
        for _, writer in self._idle:
            writer.transport.abort()
        self._idle.clear()

    async def _answer(self, line: bytes, *, own: bool) -> bytes:
        try:
            asked = msgspec.json.decode(line, type=_Op).op
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            asked = ""
        if asked not in _OF_SEATS or not own:
            return _failure(ApiError("refused", msg("managed by agent {address}: change it there", address=self.address)))
        try:
            return await self._forward(line)
        except ApiError as error:
            return _failure(error)
        except (OSError, ValueError, Unreachable) as error:
            return _failure(ApiError("unavailable", _away(self.address, error)))

    async def _forward(self, line: bytes) -> bytes:
        """A line that was kept may be dead by now; what a seat asks may be asked twice."""
        while self._idle:
            kept = self._idle.pop()
            try:
                return await self._over(kept, line)
            except (OSError, ValueError):
                continue
        return await self._over(await self.connect(), line)

    async def _over(self, upstream: Line, line: bytes) -> bytes:
        """OSError, TimeoutError, ValueError (the answer is too long)."""
        reader, writer = upstream
        try:
            writer.write(line)
            async with asyncio.timeout(_PATIENCE_S):
                await writer.drain()
                answer = await reader.readline()
            _whole(answer)
        except BaseException:
            writer.transport.abort()
            raise
        if len(self._idle) < _IDLE:
            self._idle.append(upstream)
        else:
            writer.close()
        return answer


def _whole(answer: bytes) -> None:
    if not answer.endswith(b"\n"):
        raise ConnectionResetError


async def _line(reader: asyncio.StreamReader, limit: int) -> bytes | None:
    """The next request; None: there is none, or it is longer. TimeoutError: it does not come."""
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(PATIENCE_S):
        while not parts or not parts[-1].endswith(b"\n"):
            piece = await reader.read(_SMALL)
            size += len(piece)
            if not piece or size > limit:
                return None
            parts.append(piece)
    return b"".join(parts)


def _failure(error: ApiError) -> bytes:
    return b'{"error":%b}\n' % encoded(Failure(error.code, error.message))


def _away(address: str, error: Exception) -> Message:
    return error.message if isinstance(error, Unreachable) else msg("{address}: the connection was lost", address=address)
