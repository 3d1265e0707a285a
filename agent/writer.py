"""The one thread that writes agent.db, log.db and payload.db, so that a slow disk does not hold up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Writer:
    """Jobs run one after the other, in the order in which they were handed in. One that has begun runs to its end, whatever
    becomes of its caller.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "writer")

    async def run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    def close(self) -> None:
        """Returns once all jobs are done."""
        self._thread.shutdown()
