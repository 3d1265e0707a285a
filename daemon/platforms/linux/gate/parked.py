"""The kernel's questions that wait for what a reader says of their file. The gate goes on meanwhile: nobody else's wait."""

from __future__ import annotations

import os
import socket
from collections import Counter, deque
from contextlib import suppress
from functools import partial

from daemon.platforms.linux import calls
from daemon.platforms.linux.gate.judging import ToRead
from daemon.platforms.linux.reading.desk import Desk
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.reading.patience import HeldError
from host.clock import Clock

WAIT_MS = 240  # of whoever starts it; nobody else waits
_MOST = 1_024
_MOST_OF_ONE = 256
_READ_AT_ONCE = 8  # of one: readers take questions in the order in which they come, whoever asks how many
_OVER_AT_ONCE = 16
_NOT_READ = Message({})


class Parked:
    """All on the gate's thread. `line`: to the readers."""

    def __init__(self, clock: Clock, line: socket.socket) -> None:
        self._clock = clock
        self._line: socket.socket | None = line
        self._desk = Desk(clock, lambda: self._line, self._lost)
        self._waiting: dict[int, tuple[calls.Question, str, int]] = {}  # in the order in which they are over
        self._of_one = Counter[str]()
        self._reading = Counter[str]()
        self._to_read: dict[str, deque[tuple[calls.Question, ToRead]]] = {}
        self._read: list[tuple[calls.Question, Message]] = []

    def fileno(self) -> int:
        """-1: there are no readers any more."""
        return -1 if self._line is None else self._line.fileno()

    def take(self, asked: calls.Question, what: ToRead) -> bool:
        """False: nobody reads it, or too much is to be read already."""
        if len(self._waiting) >= _MOST or self._of_one[what.whose] >= _MOST_OF_ONE:
            return False
        self._waiting[asked.handle] = (asked, what.whose, self._clock.mono() + WAIT_MS)
        self._of_one[what.whose] += 1
        if self._reading[what.whose] >= _READ_AT_ONCE:
            waits = self._to_read.setdefault(what.whose, deque())
            while waits and not self._waits(waits[0][0]):
                waits.popleft()
            waits.append((asked, what))
            return True
        return self._ask(asked, what) or not self._forget(asked)

    def _waits(self, asked: calls.Question) -> bool:
        """False: it was answered, and the number may be another file's by now."""
        known = self._waiting.get(asked.handle)
        return known is not None and known[0] is asked

    def _ask(self, asked: calls.Question, what: ToRead) -> bool:
        """False: nobody reads it."""
        told = partial(self._heard, asked, what.whose)
        try:
            self._desk.later(told, what.whose, "content", asked.handle, opened=True, **what.question)
        except HeldError:
            return False
        self._reading[what.whose] += 1
        return True

    def _heard(self, asked: calls.Question, whose: str, answer: Message | None) -> None:
        """A reader is done with it, whoever still waits for that."""
        self._reading[whose] -= 1
        self._told(asked, answer)
        waits = self._to_read.get(whose)
        while waits and self._reading[whose] < _READ_AT_ONCE:
            following, what = waits.popleft()
            if self._waits(following) and not self._ask(following, what):
                self._told(following, None)
        if not waits:
            self._to_read.pop(whose, None)
            if not self._reading[whose]:
                del self._reading[whose]

    def listen(self) -> None:
        with suppress(HeldError):
            self._desk.listen()

    def over(self) -> list[tuple[calls.Question, Message]]:
        """Some of those that waited long enough, with what was read."""
        now = self._clock.mono()
        for _ in range(_OVER_AT_ONCE):
            oldest = next(iter(self._waiting.values()), None)
            if oldest is None or oldest[2] > now:
                break
            self._told(oldest[0], None)
        read, self._read = self._read, []
        return read

    def wait(self, longest: int) -> int:
        """In how many milliseconds the next one is over, at the latest."""
        if self._read:
            return 0
        oldest = next(iter(self._waiting.values()), None)
        return max(0, min(longest, oldest[2] - self._clock.mono())) if oldest else longest

    def _told(self, asked: calls.Question, answer: Message | None) -> None:
        if self._forget(asked):
            self._read.append((asked, answer or _NOT_READ))

    def _forget(self, asked: calls.Question) -> bool:
        """False: somebody did already."""
        if not self._waits(asked):
            return False
        _, whose, _ = self._waiting.pop(asked.handle)
        self._of_one[whose] -= 1
        if not self._of_one[whose]:
            del self._of_one[whose]
        return True

    def _lost(self) -> None:
        self._line = None  # the loop's to close
        self._desk.forget()

    def close(self) -> None:
        for asked in (*(one for one, _, _ in self._waiting.values()), *(one for one, _ in self._read)):
            os.close(asked.handle)
        self._read.clear()
        self._waiting.clear()
        self._to_read.clear()
