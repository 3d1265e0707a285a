"""Reads what users may hold up, on threads of which each has one thing of one account in hand: the loop waits for none of them.

A call that does not come back is cancelled; whose thread even that does not bring back is left alone, and counted. So whoever
holds up a reading holds up his own. They are threads, as no process starts as cheaply here as by a fork. A call into Windows
that waits, and keeps hold of the interpreter meanwhile, must not be made here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from daemon.platforms.reading.patience import LONGEST_MS, BusyError, HeldError
from daemon.platforms.reading.queues import IDLE_MS, SOON_MS, Key, Queues
from host.clock import Clock
from host.windows.threads import cancel

R = TypeVar("R")

WHOLE_MS = 10_000  # what a reading may take that is soon done, also one that goes on all the while


@dataclass(eq=False, slots=True)
class _Asked:
    """`since`: of what it is at, when that began (mono); `begun`: of all. `over`: nobody waits for it any more."""

    key: Key
    do: Callable[[], Any]
    done: Future[Any]
    clock: Clock
    since: int = 0
    begun: int = 0
    over: bool = False

    def late(self, now: int) -> bool:
        return now - self.since > self.key.limit or (not self.key.slow and now - self.begun > WHOLE_MS)

    def step(self) -> None:
        if self.over:
            raise HeldError
        self.since = self.clock.mono()


class _Mine(threading.local):
    asked: _Asked | None = None


_mine = _Mine()


def step() -> None:
    """The reading that this thread has in hand goes on: to be called before each call that somebody may hold up, and all along
    one that is long. HeldError: it took too long already.
    """
    if _mine.asked is not None:
        _mine.asked.step()


def whose() -> str:
    """The account for which this thread reads."""
    return _mine.asked.key.whose if _mine.asked is not None else ""


class _Worker(threading.Thread):
    def __init__(self, serve: Callable[[_Worker], None], *, slow: bool) -> None:
        super().__init__(target=serve, args=(self,), name="reads", daemon=True)
        self.slow = slow
        self.given: SimpleQueue[_Asked] = SimpleQueue()


class Readers:
    """To be asked on any thread. `calm` is what one that reads slowly does first."""

    def __init__(self, clock: Clock, calm: Callable[[], None] = lambda: None) -> None:
        self._clock, self._calm = clock, calm
        self._lock = threading.Lock()
        self._queues = Queues[_Asked](SOON_MS)
        self._at_work: dict[_Asked, _Worker] = {}
        self._idle: list[_Worker] = []

    def ask(self, account: str, do: Callable[[], R], *, slow: bool = False, first: bool = False) -> Future[R]:
        """Has it done for this account, `first` or in turn; HeldError in the end where that takes too long."""
        done: Future[R] = Future()
        with self._lock:
            self._queues.add(_Asked(Key(account, None, slow), do, done, self._clock), self._clock.mono(), first=first)
        self._hand_out()
        return done

    def held(self, account: str) -> bool:
        """Whether others of this account wait, or a thread for it, for longer than anybody's honest things do."""
        with self._lock:
            now = self._clock.mono()
            its = [one for one in self._at_work if one.key.whose == account and not one.key.slow]
            return self._queues.crowded(account) or any(now - one.since > LONGEST_MS for one in its)

    def waiting(self, account: str) -> int:
        """How much of this account's is not begun yet."""
        with self._lock:
            return self._queues.waiting(account)

    def look_after(self) -> None:
        """Gives up what takes too long: to be called now and then."""
        with self._lock:
            now = self._clock.mono()
            late = {one: its for one, its in self._at_work.items() if one.late(now)}
            for worker in late.values():
                cancel(worker.native_id or 0)
            new = [one for one in late if not one.over]
            for one in new:
                one.over = True
        for one in new:
            one.done.set_exception(HeldError())
        self._hand_out()

    def stop(self) -> None:
        """Nothing more is begun of what was asked for, and nobody hears of what is."""
        with self._lock:
            self._queues = Queues(SOON_MS)
            for one in self._at_work:
                one.over = True

    # --- threads -----------------------------------------------------------------------------------------------------------

    def _hand_out(self) -> None:
        with self._lock:
            now = self._clock.mono()
            late = self._queues.overdue(now)
            while asked := self._queues.next((one.key for one in self._at_work), ()):
                try:
                    worker = self._free(slow=asked.key.slow)
                except RuntimeError:  # no room for one more thread
                    late.append(asked)
                    continue
                asked.since = asked.begun = now
                self._at_work[asked] = worker
                worker.given.put(asked)
            lost = {one.key.whose for one in self._at_work if one.over}
        for one in late:
            one.done.set_exception(HeldError() if one.key.whose in lost else BusyError())

    def _free(self, *, slow: bool) -> _Worker:
        worker = next((one for one in self._idle if one.slow == slow), None)
        if worker is None:
            worker = _Worker(self._serve, slow=slow)
            worker.start()
        else:
            self._idle.remove(worker)
        return worker

    def _serve(self, worker: _Worker) -> None:
        if worker.slow:
            self._calm()
        while (asked := self._next(worker)) is not None:
            _mine.asked, found, failed = asked, None, None
            try:
                found = asked.do()
            except Exception as error:  # noqa: BLE001 - whoever waits for it is told
                failed = error
            _mine.asked = None
            with self._lock:
                del self._at_work[asked]
                self._idle.append(worker)  # first: whoever has the answer may ask again at once
                over, asked.over = asked.over, True
            if not over and failed is None:
                asked.done.set_result(found)
            elif not over:
                asked.done.set_exception(failed)
            del asked, found, failed
            self._hand_out()

    def _next(self, worker: _Worker) -> _Asked | None:
        try:
            return worker.given.get(timeout=IDLE_MS / 1000)
        except Empty:
            with self._lock:
                if worker in self._idle:
                    self._idle.remove(worker)
                    return None
            return worker.given.get()


class SlowReading(Generic[R]):
    """As by_turns.Turns: one thing of an account at a time, and of each."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def waiting(self, owner: Hashable) -> int:
        return self._readers.waiting(str(owner))

    def submit(self, work: Callable[[], R], owner: Hashable = "") -> Future[R]:
        return self._readers.ask(str(owner), work, slow=True)

    def shutdown(self) -> None:
        self._readers.stop()
