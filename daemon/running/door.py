"""The daemon's local address. Limits do not wait for it: where the disk takes no socket now, it is tried again and again."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from host import rpc
from host.homes import HomeError
from host.rpc import Route, Server
from host.transport import Caller

_RETRY_S = 5.0
_OF_THE_DISK = frozenset((errno.EROFS, errno.ENOSPC, errno.EDQUOT))


@dataclass(slots=True, eq=False)
class Door:
    """`open`, then `close`. `told` is called with why it cannot be open yet."""

    address: str
    routes: Mapping[str, Route]
    roles: Callable[[Caller], frozenset[str]]
    told: Callable[[HomeError], object]
    _server: Server | None = field(default=None, init=False)
    _trying: asyncio.Task[None] | None = field(default=None, init=False)

    async def open(self) -> None:
        """HomeError: somebody else has the address, or it may not be ours."""
        try:
            self._server = await rpc.serve(self.address, self.routes, self.roles)
        except HomeError as error:
            if getattr(error.__cause__, "errno", None) not in _OF_THE_DISK:
                raise
            self.told(error)
            self._trying = asyncio.create_task(self._try())

    async def _try(self) -> None:
        while self._server is None:
            await asyncio.sleep(_RETRY_S)
            try:
                self._server = await rpc.serve(self.address, self.routes, self.roles)
            except HomeError:
                continue

    async def close(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
        if self._server is not None:
            await self._server.close()
