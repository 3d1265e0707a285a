"""Has read what users may hold up, and waits no longer than it can afford: questions go to the readers (readers.py)."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from typing import Any

from daemon.platforms.linux.reading import lines
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.reading.patience import HeldError, Patience, Steady
from host.clock import Clock

_AT_ONCE = 64

Told = Callable[[Message | None], None]
Line = Callable[[], socket.socket | None]


class Desk:
    """`line`: to the readers, while there are some; `lost` is called when they are gone. All calls on one thread."""

    def __init__(
        self, clock: Clock, line: Line, lost: Callable[[], object] = lambda: None, *, patience: Patience | Steady | None = None
    ) -> None:
        self._clock = clock
        self._line = line
        self._lost = lost
        self._patience = patience or Patience()
        self._number = 0
        self._later: dict[int, Told] = {}
        self._open: socket.socket | None = None

    def mono(self) -> int:
        return self._clock.mono()

    @property
    def served(self) -> bool:
        return self._line() is not None

    def ask(self, whose: str, do: str, handle: int = -1, **more: Any) -> Message:
        """The answer, whose descriptor is the caller's to close. HeldError, OSError."""
        began = self._clock.mono()
        until = began + self._patience.wait(whose, began)
        number = self._send(whose, do, handle, more)
        try:
            while (left := until - self._clock.mono()) > 0:
                found = None
                for answer in self._take(left):
                    if answer.head["n"] == number:
                        found = answer
                    else:
                        self._hear(answer)
                if found is not None:
                    return _checked(found)
        finally:
            self._patience.spend(whose, began, self._clock.mono())
        raise HeldError

    def later(self, told: Told, whose: str, do: str, handle: int = -1, **more: Any) -> None:
        """`told` is called by `listen` or by another `ask`; None: it could not be read. HeldError."""
        number = self._send(whose, do, handle, more)  # first: over a new line all of before is forgotten
        self._later[number] = told

    def listen(self) -> None:
        """Hears what is there. To be called whenever the line is readable. HeldError: nobody is there any more."""
        for answer in self._take(0):
            self._hear(answer)

    def _hear(self, answer: Message) -> None:
        told = self._later.pop(answer.head["n"], None)
        if told is None:
            lines.shut(answer.handle)
            return
        try:
            told(_checked(answer))
        except (HeldError, OSError):
            told(None)

    def forget(self) -> None:
        """The readers are gone: nothing comes of what was asked."""
        waiting, self._later = self._later, {}
        for told in waiting.values():
            told(None)

    def _send(self, whose: str, do: str, handle: int, more: dict[str, Any]) -> int:
        line = self._line()
        if line is not self._open:
            self._open = line
            self.forget()
        if line is None:
            raise HeldError
        self._number += 1
        try:
            lines.send(line, Message({"n": self._number, "whose": whose, "do": do, **more}, handle=handle), socket.MSG_DONTWAIT)
        except OSError:
            raise HeldError from None
        return self._number

    def _take(self, wait: int) -> list[Message]:
        """What comes within the time. HeldError: nobody is there any more."""
        line = self._line()
        if line is None:
            raise HeldError
        poll = select.poll()
        try:
            poll.register(line, select.POLLIN)
        except ValueError:  # the loop has just closed it, for all threads
            raise HeldError from None
        found: list[Message] = []
        if not poll.poll(wait):
            return found
        try:
            while len(found) < _AT_ONCE:
                answer = lines.receive(line, socket.MSG_DONTWAIT)
                if answer is None:
                    break
                found.append(answer)
        except BlockingIOError:
            return found
        except OSError:
            pass
        if not found:
            self._lost()
            raise HeldError
        return found


def _checked(answer: Message) -> Message:
    if "held" in answer.head:
        raise HeldError
    if "errno" in answer.head:
        raise OSError(answer.head["errno"], os.strerror(answer.head["errno"]))
    return answer
