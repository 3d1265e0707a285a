"""A file as it travels: in pieces of one size, between which others are served."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import TypeVar

from agent.api.answers import Chunk
from agent.writer import Writer

_SIZE = 256 << 10
T = TypeVar("T")


async def each(writer: Writer, parts: Iterable[T]) -> AsyncIterator[T]:
    """Each part is made by a job of the writer."""
    left = iter(parts)
    while made := await writer.run(lambda: list(islice(left, 1))):
        yield made[0]


async def chunks(writer: Writer, pieces: Iterable[bytes]) -> AsyncIterator[Chunk]:
    waiting = bytearray()
    async for piece in each(writer, pieces):
        waiting += piece
        if len(waiting) >= _SIZE:
            yield Chunk(data=bytes(waiting))
            waiting.clear()
    yield Chunk(data=bytes(waiting))
