"""What asyncio's Windows loop keeps to itself and we need: the one file that calls private names of it.

asyncio's own `create_pipe_connection` and `start_serving_pipe` are built of these two. They open pipes without security
attributes, without SECURITY_IDENTIFICATION and for messages, so that they are not fit for a service, and nothing public takes a
pipe that was opened in another way. The names are the same from Python 3.8 to 3.14; a test says when
one is gone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from asyncio.windows_utils import PipeHandle


async def client_of(pipe: PipeHandle) -> None:
    """Wait until a client is connected to this instance. OSError."""
    await cast("Any", asyncio.get_running_loop())._proactor.accept_pipe(pipe)  # noqa: SLF001 - said above


def stream_transport(pipe: PipeHandle, protocol: asyncio.StreamReaderProtocol) -> asyncio.WriteTransport:
    """The running loop's own transport over a connected pipe, either end."""
    loop = cast("Any", asyncio.get_running_loop())
    return cast("asyncio.WriteTransport", loop._make_duplex_pipe_transport(pipe, protocol))  # noqa: SLF001 - said above


def streams(pipe: PipeHandle, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Over a connected pipe; lines may be `limit` bytes long."""
    reader = asyncio.StreamReader(limit)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport = stream_transport(pipe, protocol)
    return reader, asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())
