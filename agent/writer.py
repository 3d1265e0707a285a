"""The one thread that writes agent.db, log.db and payload.db, so that a slow disk does not hold up the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Writer:
    """Jobs run one after the other, in the order in which they were handed in, but for those that may come `later`. One that
    has begun runs to its end, whatever becomes of its caller.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "writer")
        self._jobs: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._later: deque[tuple[Callable[[], Any], Future[Any]]] = deque()

    async def run(self, job: Callable[[], T], *, later: bool = False) -> T:
        """`later`: what seats bring after a day without a network must not keep the counter waiting."""
        return await asyncio.wrap_future(self.hand_in(job, later=later))

    def hand_in(self, job: Callable[[], T], *, later: bool = False) -> Future[T]:
        """The same for whoever does not wait, in any thread."""
        done: Future[T] = Future()
        (self._later if later else self._jobs).append((job, done))
        self._thread.submit(self._next)
        return done

    def _next(self) -> None:
        job, done = (self._jobs or self._later).popleft()
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(job())
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            done.set_exception(error)

    def close(self) -> None:
        """Returns once all jobs are done."""
        self._thread.shutdown()
