"""Calls of the local API (host.rpc says what travels). For callers that wait and for callers in a loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from host import transport
from host.wire import ApiError, Failure, Request, answer_of

T = TypeVar("T", bound=msgspec.Struct)

# An answer longer than this is no answer of ours: the server may be somebody whom we do not trust with our memory.
_LIMIT = 64 << 20


class _Answer(msgspec.Struct, frozen=True):
    ok: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    item: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: Failure | None = None
    end: bool = False


def ask(address: str, request: Request[T]) -> T:
    """Ask and wait. Unreachable: nothing was asked. ApiError, also `unavailable` if the answer takes too long."""
    return call(address, request.op, request, answer_of(type(request)), request.patience)


async def aask(address: str, request: Request[T]) -> T:
    """The same for a loop."""
    return await acall(address, request.op, request, answer_of(type(request)), request.patience)


def items(address: str, request: Request[T]) -> Iterator[T]:
    """Ask for a stream, and wait for each of its items. Unreachable, ApiError."""
    return stream(address, request.op, request, answer_of(type(request)))


def call(address: str, op: str, request: msgspec.Struct, answer: type[T], timeout: float = 10.0) -> T:
    """Ask and wait. Unreachable: nothing was asked. ApiError, also `unavailable` after `timeout` s without a word."""
    with transport.dial(address, timeout) as connection:
        try:
            connection.sendall(_question(op, request))
            with connection.lines() as lines:
                line = lines.readline(_LIMIT)
        except OSError as error:
            raise _lost(error) from error
    return _ok(line, answer)


def stream(address: str, op: str, request: msgspec.Struct, item: type[T]) -> Iterator[T]:
    """Ask and wait for each item. Unreachable, ApiError."""
    with transport.dial(address, None) as connection:
        try:
            connection.sendall(_question(op, request))
            with connection.lines() as lines:
                while (found := _item(lines.readline(_LIMIT), item)) is not None:
                    yield found
        except OSError as error:
            raise _lost(error) from error


async def acall(address: str, op: str, request: msgspec.Struct, answer: type[T], timeout: float = 10.0) -> T:
    """Ask. Unreachable: nothing was asked. ApiError, also `unavailable` when the answer takes longer than `timeout` s."""
    import asyncio  # noqa: PLC0415 - half of what `giochoi status` would load, and those who call this have it

    try:
        async with asyncio.timeout(timeout):
            reader, writer = await transport.open_connection(address, _LIMIT)
            try:
                writer.write(_question(op, request))
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, ValueError) as error:  # TimeoutError is an OSError; ValueError: the line is too long
        raise _lost(error) from error
    return _ok(line, answer)


def _question(op: str, request: msgspec.Struct) -> bytes:
    return b'{"op":%b,"args":%b}\n' % (msgspec.json.encode(op), msgspec.json.encode(request))


def _ok(line: bytes, kind: type[T]) -> T:
    answer = _answer(line)
    if isinstance(answer.ok, msgspec.UnsetType):
        raise _strange("ok")
    return _decode(answer.ok, kind)


def _item(line: bytes, kind: type[T]) -> T | None:
    answer = _answer(line)
    if answer.end:
        return None
    if isinstance(answer.item, msgspec.UnsetType):
        raise _strange("item")
    return _decode(answer.item, kind)


def _answer(line: bytes) -> _Answer:
    if not line.endswith(b"\n"):
        raise _lost(EOFError("closed"))
    answer = _decode(line, _Answer)
    if answer.error is not None:
        raise ApiError(answer.error.code, answer.error.text)
    return answer


def _decode(document: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise _strange(str(error)) from error


def _strange(what: str) -> ApiError:
    return ApiError("unavailable", f"câu trả lời lạ, khác phiên bản? / answer not understood, another version? ({what})")


def _lost(error: Exception) -> ApiError:
    why = "hết giờ chờ / timed out" if isinstance(error, TimeoutError) else "mất kết nối / connection lost"
    return ApiError("unavailable", f"không có câu trả lời / no answer: {why}")
