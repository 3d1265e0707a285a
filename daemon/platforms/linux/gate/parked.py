"""The kernel's questions that wait for what a reader says of their file. The gate goes on meanwhile: nobody else's wait."""

from __future__ import annotations

import os
import socket
from collections import Counter
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
_NOT_READ = Message({})


class Parked:
    """All on the gate's thread. `line`: to the readers."""

    def __init__(self, clock: Clock, line: socket.socket) -> None:
        self._clock = clock
        self._line: socket.socket | None = line
        self._desk = Desk(clock, lambda: self._line, self._lost)
        self._waiting: dict[int, tuple[calls.Question, str, int]] = {}
        self._read: list[tuple[calls.Question, Message]] = []

    def fileno(self) -> int:
        """-1: there are no readers any more."""
        return -1 if self._line is None else self._line.fileno()

    def take(self, asked: calls.Question, what: ToRead) -> bool:
        """False: nobody reads it, or too much is to be read already."""
        of_one = Counter(whose for _, whose, _ in self._waiting.values())[what.whose]
        if len(self._waiting) >= _MOST or of_one >= _MOST_OF_ONE:
            return False
        self._waiting[asked.handle] = (asked, what.whose, self._clock.mono() + WAIT_MS)
        try:
            self._desk.later(partial(self._told, asked), what.whose, "content", asked.handle, opened=True, **what.question)
        except HeldError:
            self._waiting.pop(asked.handle, None)
            return False
        return True

    def listen(self) -> None:
        with suppress(HeldError):
            self._desk.listen()

    def over(self) -> list[tuple[calls.Question, Message]]:
        """Those that waited long enough, with what was read."""
        now = self._clock.mono()
        for asked, _, until in tuple(self._waiting.values()):
            if until <= now:
                self._told(asked, None)
        read, self._read = self._read, []
        return read

    def wait(self, longest: int) -> int:
        """In how many milliseconds the next one is over, at the latest."""
        now = self._clock.mono()
        return max(0, min([longest, *(until - now for _, _, until in self._waiting.values())]))

    def _told(self, asked: calls.Question, answer: Message | None) -> None:
        known = self._waiting.get(asked.handle)
        if known is not None and known[0] is asked:  # else it was answered, and the number may be another file's by now
            del self._waiting[asked.handle]
            self._read.append((asked, answer or _NOT_READ))

    def _lost(self) -> None:
        self._line = None  # the loop's to close
        self._desk.forget()

    def close(self) -> None:
        for asked, _, _ in self._waiting.values():
            os.close(asked.handle)
        self._waiting.clear()
