"""Reads processes on one thread for each account: a user whose files are slow delays that account's programs, and no others.

A reading has one deadline. After it the call that the thread waits in is cancelled, and the process counts as not read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from host.windows.threads import cancel

R = TypeVar("R")

WAIT_S = 0.2  # that the loop waits for an answer
DEADLINE_S = 5.0
_CANCEL_AGAIN_S = 1.0


class HeldError(Exception):
    """It was not read in time. Nothing says that it could not be read."""


class _Thread(threading.Thread):
    """`last`: what was asked for last. `doing`: what it has in hand. `stuck`: that was given up."""

    def __init__(self, account: str) -> None:
        super().__init__(name=account, daemon=True)
        self.work: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self.last: Future[Any] | None = None
        self.doing: Future[Any] | None = None
        self.stuck = False

    def run(self) -> None:
        while True:
            do, done = self.work.get()
            if not done.done():  # else it was given up before it was begun
                self.doing = done
                self._do(do, done)
                self.doing, self.stuck = None, False

    @staticmethod
    def _do(do: Callable[[], R], done: Future[R]) -> None:
        with suppress(InvalidStateError):  # it was given up meanwhile
            try:
                found = do()
            except Exception as error:  # noqa: BLE001 - raised where the result is asked for
                done.set_exception(error)
            else:
                done.set_result(found)


class Reader:
    """All calls on the loop's thread."""

    def __init__(self) -> None:
        self.later: Callable[..., object] = lambda *_: None
        """As the loop's `call_later`."""
        self._threads: dict[str, _Thread] = {}

    def ask(self, account: str, do: Callable[[], R]) -> Future[R]:
        """Has it done on the account's thread, and waits a moment for it unless others of the account are not done yet.

        The future raises HeldError if the deadline has passed.
        """
        thread = self._threads.get(account)
        if thread is None:
            thread = self._threads[account] = _Thread(account)
            thread.start()
        waits = not thread.stuck and (thread.last is None or thread.last.done())
        done: Future[R] = Future()
        thread.last = done
        thread.work.put((do, done))
        with suppress(Exception):  # raised where the result is asked for
            done.exception(WAIT_S if waits else 0)
        if not done.done():
            self.later(DEADLINE_S, self._give_up, thread, done)
        return done

    def _give_up(self, thread: _Thread, done: Future[Any]) -> None:
        with suppress(InvalidStateError):
            done.set_exception(HeldError())
        if thread.doing is done:
            thread.stuck = True
            cancel(thread.native_id or 0)
            self.later(_CANCEL_AGAIN_S, self._give_up, thread, done)
