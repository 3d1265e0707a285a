"""A file as it travels: in pieces of one size, between which others are served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from agent.api.answers import Chunk

_SIZE = 256 << 10


async def chunks(pieces: Iterable[bytes]) -> AsyncIterator[Chunk]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _SIZE:
            yield Chunk(data=bytes(waiting))
            waiting.clear()
        await asyncio.sleep(0)
    yield Chunk(data=bytes(waiting))
