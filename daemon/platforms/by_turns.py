"""Work that takes long, on one thread: of each owner in turn, so that much of one is little of a wait for another."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")


class Turns(Protocol[R]):
    def waiting(self, owner: Hashable) -> int:
        """How much of this owner's is not begun yet."""

    def submit(self, work: Callable[[], R], owner: Hashable = 0) -> Future[R]: ...

    def shutdown(self) -> None:
        """What is not begun is cancelled."""


class ByTurns(Generic[R]):
    def __init__(self, name: str, begin: Callable[[], None]) -> None:
        """`begin` is what the thread does first."""
        self._thread = ThreadPoolExecutor(1, name, begin)
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Hashable, deque[tuple[Future[R], Callable[[], R]]]] = OrderedDict()

    def waiting(self, owner: Hashable) -> int:
        """How much of this owner's is not begun yet."""
        with self._lock:
            return len(self._waiting.get(owner, ()))

    def submit(self, work: Callable[[], R], owner: Hashable = 0) -> Future[R]:
        done: Future[R] = Future()
        with self._lock:
            self._waiting.setdefault(owner, deque()).append((done, work))
        self._thread.submit(self._next)
        return done

    def shutdown(self) -> None:
        """What is not begun is cancelled; waits for the rest."""
        with self._lock:
            left = [done for queue in self._waiting.values() for done, _ in queue]
            self._waiting.clear()
        for done in left:
            done.cancel()
        self._thread.shutdown(cancel_futures=True)

    def _next(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            owner, queue = self._waiting.popitem(last=False)
            done, work = queue.popleft()
            if queue:
                self._waiting[owner] = queue
        if not done.set_running_or_notify_cancel():
            return
        try:
            found = work()
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            done.set_exception(error)
        else:
            done.set_result(found)
