"""The local API: one JSON document a line, over host.transport. Its server is here, its client in host.rpc_client.

A request is {"op": NAME, "args": {…}}, its answer {"ok": …} or {"error": {"code": …, "text": …}}; a stream answers
{"item": …} any number of times, then {"end": true} or an error. Requests on one connection follow one another. Whatever a
client sends while its stream runs, and its hanging up, ends the stream.

Whoever may connect may also try to harm: requests are bounded in size, time and number by account – those of somebody without
any role to 64 KiB – and whatever cannot be understood gets an error and no more. Who has no role waits once the server has
worked for him for more than his share of the time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, cast

import msgspec

from host import transport
from host.api import Closable, UserId
from host.fair import Fair
from host.wire import ApiError, Code, Failure, Near, Request, encoded
from i18n.message import Message, msg, said_by, typed

LIMIT = 16 << 20
_EVERYBODY = 0o666  # may connect: what they may do is their role's
_NOBODY = frozenset(("any", "stranger"))
_SMALL = 1 << 16
_BIG_TOGETHER = 2 * LIMIT
_CONNECTIONS = 32
_TOGETHER = 256  # of all accounts; administrators get in whatever the others do
_PATIENCE = 30.0
_CONNECTING_S = _READING_S = 0.0005  # what a connection, and a request, cost at the least
_LONGEST_S = 0.1  # of an answer that took longer, the rest was spent waiting

_WHO = {
    "seat": msg("this PC's own daemon"),
    "seat|retired": msg("this PC's own daemon"),
    "guardian": msg("a guardian"),
    "guardian|operator": msg("a guardian or the operator"),
    "staff|guardian|operator": msg("staff or the operator"),
    "courier": msg("a guardian or the operator"),
}


class Principal(Protocol):
    """Who asks: an account of this PC (host.transport.Caller), or whoever another channel knows. `share`: by what is counted
    how much one takes; `admin`: gets in however many others there are; `patience`: seconds between two requests.
    """

    @property
    def share(self) -> UserId: ...

    @property
    def admin(self) -> bool: ...

    @property
    def patience(self) -> float: ...


class Handler(Protocol):
    """Answers a request of the principals of its server with one Struct, or as an async generator with many. ApiError is
    passed on to the client.
    """

    def __call__(self, caller: Any, request: Any, /) -> Awaitable[msgspec.Struct] | AsyncIterator[msgspec.Struct]: ...


@dataclass(frozen=True, slots=True)
class Route:
    """What a request of this name is decoded into, which role may send it ("any": every account of this PC), who answers it.

    `waits`: its answer may be long in coming and is given up as soon as its client hangs up, so that it takes nobody's place.
    """

    request: type[msgspec.Struct]
    role: str
    handler: Handler
    waits: bool = False


def table(*routes: Route) -> dict[str, Route]:
    """By the names of their requests."""
    return {cast("type[Request[Any]]", route.request).op: route for route in routes}


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    op: str
    args: msgspec.Raw = msgspec.Raw(b"{}")


class _Hangup(Exception):
    """The connection is over."""


class Server:
    """Serves until `close`; `together`: the most connections at once, if a PC needs more. `roles`: what whoever asks may do."""

    def __init__(
        self, routes: Mapping[str, Route], roles: Callable[[Any], frozenset[str]], together: int | None = None
    ) -> None:
        self._routes = routes
        self._roles = roles
        self._together = together or _TOGETHER
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: Counter[UserId] = Counter()
        self._held: Counter[UserId] = Counter()
        self._listener: Closable | None = None
        self._fair: Fair[UserId] = Fair(lambda: asyncio.get_running_loop().time())

    async def open(self, address: str) -> None:
        """HomeError if the address is in use or cannot be made."""
        self._listener = await transport.listen(address, _EVERYBODY, self.attend)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._listener:
            self._listener.close()
            self._listener = None
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def attend(self, caller: Principal, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers what comes over this connection until it ends."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        self._connections[caller.share] += 1
        self._fair.spent(caller.share, _CONNECTING_S)
        try:
            if self._connections[caller.share] > _CONNECTIONS or (len(self._tasks) > self._together and not caller.admin):
                await _send(writer, _failure("unavailable", msg("too many connections")))
            else:
                limit = _Limit(self._roles, caller)
                await self._converse(caller, _Lines(reader, self._held, limit), writer)
        except _Hangup:
            pass  # the client's own doing: nobody is left to be told
        except asyncio.CancelledError:
            pass  # by close(): streams of Python 3.11 would report a cancelled connection as an error
        finally:
            self._tasks.discard(task)
            self._connections[caller.share] -= 1
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            writer.close()

    async def _converse(self, caller: Principal, lines: _Lines, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await lines.next()
            except ApiError as error:  # what follows on this connection is the rest of it: not to be understood
                await _send(writer, _failure(error.code, error.message))
                raise _Hangup from error
            begun = await self._turn(caller)
            try:
                document = await self._answer(caller, line, lines, writer)
            except _Hangup:
                raise
            except ApiError as error:
                document = _failure(error.code, error.message, error.near)
            except Exception as error:  # noqa: BLE001 - a bug in one handler must not end the server; the loop logs it
                told = {"message": "a request failed", "exception": error}
                asyncio.get_running_loop().call_exception_handler(told)
                document = _failure("unavailable", msg("internal error; see the system's log"))
            finally:
                took = asyncio.get_running_loop().time() - begun
                self._fair.spent(caller.share, _READING_S + min(took, _LONGEST_S))
            await _send(writer, document)

    async def _turn(self, caller: Principal) -> float:
        """Waits until what was done for the account is made good; the loop's time then. Nobody with a role waits."""
        loop = asyncio.get_running_loop()
        while (wait := self._fair.wait(caller.share)) and not self._roles(caller) - _NOBODY:  # noqa: ASYNC110 - for time it is
            await asyncio.sleep(wait)
        return loop.time()

    async def _answer(self, caller: Principal, line: bytes, lines: _Lines, writer: asyncio.StreamWriter) -> bytes:
        """The last document that the request is answered with; the items of a stream are sent on the way."""
        route, answer = self._begin(caller, line)
        if isinstance(answer, AsyncIterator):
            await _stream(answer, lines, writer)
            return b'{"end":true}'
        return b'{"ok":%b}' % encoded(await (_while_there(answer, lines) if route.waits else answer))

    def _begin(self, caller: Principal, line: bytes) -> tuple[Route, Awaitable[msgspec.Struct] | AsyncIterator[msgspec.Struct]]:
        try:
            request = msgspec.json.decode(line, type=_Request)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ApiError("bad-input", msg("request not understood: {why}", why=said_by(error))) from error
        route = self._routes.get(request.op)
        if route is None:
            raise ApiError("bad-input", msg("no such request: {op}", op=typed(request.op[:40])))
        if route.role not in self._roles(caller):
            raise ApiError("refused", msg("only {who} may do that", who=_WHO.get(route.role, route.role)))
        try:
            args = msgspec.json.decode(request.args, type=route.request)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ApiError("bad-input", msg("{op}: {why}", op=request.op, why=said_by(error))) from error
        return route, route.handler(caller, args)


@dataclass(frozen=True, slots=True)
class _Limit:
    """How long a request of this caller may be. Roles are asked for only when one is long: that may take a while."""

    roles: Callable[[Any], frozenset[str]]
    caller: Principal

    def bytes(self) -> int:
        return LIMIT if self.roles(self.caller) - _NOBODY else _SMALL


class _Lines:
    """The lines of one connection. Large ones count against what its account may make us hold at once."""

    def __init__(self, reader: asyncio.StreamReader, held: Counter[UserId], limit: _Limit) -> None:
        self._reader = reader
        self._held = held
        self._limit = limit
        self._share = limit.caller.share
        self._patience = limit.caller.patience
        self._rest = b""

    async def next(self) -> bytes:
        """The next line. _Hangup: it does not come. ApiError: it is too long."""
        parts, size, charged = [self._rest], len(self._rest), 0
        try:
            async with asyncio.timeout(self._patience):
                while b"\n" not in parts[-1]:
                    parts.append(await self._piece())
                    size += len(parts[-1])
                    if size > _SMALL:
                        self._held[self._share] += size - charged
                        charged = size
                        self._check(size)
        except TimeoutError as error:
            raise _Hangup from error
        finally:
            self._held[self._share] -= charged
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line

    async def _piece(self) -> bytes:
        try:
            piece = await self._reader.read(_SMALL)
        except ConnectionError as error:
            raise _Hangup from error
        if not piece:
            raise _Hangup
        return piece

    def _check(self, size: int) -> None:
        limit = self._limit.bytes()
        if size > limit or self._held[self._share] > _BIG_TOGETHER:
            raise ApiError("bad-input", msg("request too long: at most {limit} bytes", limit=limit))

    async def said_something(self) -> None:
        """Wait until the client sends anything, which is kept. _Hangup: it hung up."""
        if not self._rest:
            self._rest = await self._piece()


async def _stream(items: AsyncIterator[msgspec.Struct], lines: _Lines, writer: asyncio.StreamWriter) -> None:
    sending = asyncio.ensure_future(_items(items, writer))
    watching = asyncio.ensure_future(lines.said_something())
    try:
        await asyncio.wait({sending, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            raise _Hangup
        sending.result()
    finally:
        for task in (sending, watching):
            task.cancel()
        await asyncio.gather(sending, watching, return_exceptions=True)


async def _while_there(answer: Awaitable[msgspec.Struct], lines: _Lines) -> msgspec.Struct:
    """The answer. _Hangup: whoever asked is gone, and so is the answer."""
    answering = asyncio.ensure_future(answer)
    watching = asyncio.ensure_future(lines.said_something())
    try:
        await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done() and not answering.done():
            watching.result()
        return await answering  # a request that follows waits for its turn
    finally:
        for task in (answering, watching):
            task.cancel()
        await asyncio.gather(answering, watching, return_exceptions=True)


async def _items(items: AsyncIterator[msgspec.Struct], writer: asyncio.StreamWriter) -> None:
    async with aclosing(cast("Any", items)):
        async for item in items:
            await _send(writer, b'{"item":%b}' % encoded(item))


async def _send(writer: asyncio.StreamWriter, document: bytes) -> None:
    try:
        writer.write(document + b"\n")
        async with asyncio.timeout(_PATIENCE):
            await writer.drain()
    except (TimeoutError, ConnectionError) as error:
        raise _Hangup from error


def _failure(code: Code, text: Message, near: Near | None = None) -> bytes:
    return b'{"error":%b}' % encoded(Failure(code, text, near))


async def serve(address: str, routes: Mapping[str, Route], roles: Callable[[Any], frozenset[str]]) -> Server:
    """Serve the routes on the address. HomeError: in use, or it cannot be made."""
    server = Server(routes, roles)
    await server.open(address)
    return server
