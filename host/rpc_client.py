"""Calls of the local API (host.rpc says what travels). For callers that wait and for callers in a loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from host import transport
from host.wire import ApiError, Failure, Request, answer_of
from i18n.message import Arg, msg, said_by

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T", bound=msgspec.Struct)

# An answer longer than this is no answer of ours: the server may be somebody whom we do not trust with our memory.
LIMIT = 64 << 20


class _Answer(msgspec.Struct, frozen=True):
    ok: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    item: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: Failure | None = None
    end: bool = False


def ask(address: str, request: Request[T]) -> T:
    """Ask and wait. Unreachable: nothing was asked. ApiError, also `unavailable` if the answer takes too long."""
    with transport.dial(address, request.patience) as connection:
        try:
            connection.sendall(_question(request))
            with connection.lines() as lines:
                line = lines.readline(LIMIT)
        except OSError as error:
            raise _lost(error) from error
    return _ok(line, request)


def items(address: str, request: Request[T]) -> Iterator[T]:
    """Ask for a stream, and wait for each of its items. Unreachable, ApiError."""
    with transport.dial(address, None) as connection:
        try:
            connection.sendall(_question(request))
            with connection.lines() as lines:
                while (found := _item(lines.readline(LIMIT), request)) is not None:
                    yield found
        except OSError as error:
            raise _lost(error) from error


async def aask(address: str, request: Request[T]) -> T:
    """`ask` in a loop."""
    async with talking(address) as talk:
        return await talk.ask(request)


@asynccontextmanager
async def talking(address: str) -> AsyncIterator[Talk]:
    """For several questions, one after the other, on one connection, which is made with the first."""
    talk = Talk(lambda: transport.open_connection(address, LIMIT))
    try:
        yield talk
    finally:
        talk.close()


class Talk:
    """To be had of `talking`, or over the connection that `open_` makes with the first question, with lines up to LIMIT."""

    def __init__(self, open_: Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]) -> None:
        self._open = open_
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request[T]) -> T:
        """As `aask`. After anything but an answer or a refusal nothing more can be asked."""
        import asyncio  # noqa: PLC0415 - half of what `giochoi status` would load, and those who call this have it

        try:
            async with asyncio.timeout(request.patience):
                if self._line is None:
                    self._line = await self._open()
                reader, writer = self._line
                writer.write(_question(request))
                line = await reader.readline()
        except (OSError, ValueError) as error:  # TimeoutError is an OSError; ValueError: the line is too long
            self.close()
            raise _lost(error) from error
        return _ok(line, request)

    def close(self) -> None:
        if self._line is not None:
            self._line[1].close()


def _question(request: Request[T]) -> bytes:
    return b'{"op":%b,"args":%b}\n' % (msgspec.json.encode(request.op), msgspec.json.encode(request))


def _ok(line: bytes, request: Request[T]) -> T:
    answer = _answer(line)
    if isinstance(answer.ok, msgspec.UnsetType):
        raise _strange("ok")
    return _known(answer.ok, answer_of(type(request)))


def _item(line: bytes, request: Request[T]) -> T | None:
    answer = _answer(line)
    if answer.end:
        return None
    if isinstance(answer.item, msgspec.UnsetType):
        raise _strange("item")
    return _known(answer.item, answer_of(type(request)))


def _answer(line: bytes) -> _Answer:
    if not line.endswith(b"\n"):
        raise _lost(EOFError("closed"))
    answer = _decode(line, _Answer)
    if answer.error is not None:
        raise ApiError(answer.error.code, answer.error.text, answer.error.near)
    return answer


def _known(document: msgspec.Raw, kind: type[T]) -> T:
    """A newer server's answer may say more than we know."""
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        from host import lenient  # noqa: PLC0415 - most answers do not need it

        try:
            return lenient.decode(document, kind)[0]
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            raise _strange(said_by(error)) from error


def _decode(document: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _strange(said_by(error)) from error


def _strange(what: Arg) -> ApiError:
    return ApiError("unavailable", msg("answer not understood, perhaps of another version: {what}", what=what))


def _lost(error: Exception) -> ApiError:
    late = isinstance(error, TimeoutError)
    return ApiError("unavailable", msg("no answer in time") if late else msg("no answer: the connection was lost"))
