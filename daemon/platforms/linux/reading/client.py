"""The daemon's side of the reader (reader.py): questions go out, answers come when they come, and nobody waits for them."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.linux.channel import Message, send
from daemon.platforms.linux.helper import Helper
from daemon.platforms.linux.reading.process import ReadProcess, overdue
from daemon.platforms.linux.reading.wants import Wants
from host.clock import Clock

_READY_MS = 5_000

Told = Callable[[ReadProcess | None], None]
"""Gets None if the process is over."""
Hashed = Callable[[dict[str, str]], None]


class Reader(Helper):
    """`start` before the gate is up."""

    MODULE = "daemon.platforms.linux.reading.reader"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.trouble: Callable[[str], object] = lambda _: None
        """Is told of a process that cannot be read, which is an error of ours."""
        self.soon: Callable[..., object] = lambda *_: None
        """As the loop's `call_soon`."""
        self._wants = Wants()
        self._asked: dict[int, tuple[int, Told]] = {}
        self._hashing: dict[int, Hashed] = {}
        self._unsent: list[int] = []
        self._number = 0

    def start(self) -> None:
        """Waits until it is there."""
        before = self.line
        super().start()
        if self.line is not None and self.line is not before:
            poll = select.poll()
            poll.register(self.line, select.POLLIN)
            poll.poll(_READY_MS)
            self.want(self._wants)

    def close(self) -> None:
        super().close()
        asked, self._asked = self._asked, {}
        self._hashing.clear()
        for pid, told in asked.values():
            told(overdue(pid))

    # --- questions ---------------------------------------------------------------------------------------------------------

    def want(self, wants: Wants) -> None:
        """What is asked of files from now on."""
        self._wants = wants
        self._send({"wants": wants.to_json()})

    def ask(self, pid: int, uid: int, told: Told, *, strict: bool) -> None:
        """What process `pid` of this user's runs; `strict` as ProcessReader.read. `told` is called once, and not from here."""
        self._number += 1
        self._asked[self._number] = (pid, told)
        self._send({"n": self._number, "pid": pid, "uid": uid, "strict": strict})

    def hash(self, uid: int, large: Iterable[tuple[str, str]], told: Hashed) -> None:
        """The hashes of ReadProcess.large, by path; `told` is not called if that takes too long."""
        self._number += 1
        self._hashing[self._number] = told
        self._send({"n": self._number, "uid": uid, "large": [list(one) for one in large]})

    def _send(self, message: Message) -> None:
        """Where nobody is there or it has no room the question is late, which `listen` or `wait` finds."""
        with suppress(OSError):
            if self.line is not None:
                send(self.line, message)
                return
        if "n" in message:
            self._unsent.append(message["n"])
            self.soon(self.listen)

    # --- answers -----------------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        unsent, self._unsent = self._unsent, []
        for number in unsent:
            self._hear({"n": number, "late": True})
        super().listen()

    def wait(self, longest: int) -> None:
        """Until all that was asked is answered, at most so many milliseconds."""
        until = self._clock.mono() + longest
        self.listen()
        while self._asked and self.line is not None and (left := until - self._clock.mono()) > 0:
            poll = select.poll()
            poll.register(self.line, select.POLLIN)
            poll.poll(left)
            self.listen()

    def _hear(self, message: Message) -> None:
        number = message["n"]
        if told_hashes := self._hashing.pop(number, None):
            told_hashes(message.get("digests", {}))
        if number not in self._asked:
            return
        pid, told = self._asked.pop(number)
        if message.get("error"):
            self.trouble(f"pid {pid}: {message['error']}")
        if message.get("late"):
            told(overdue(pid))
        else:
            told(ReadProcess.from_json(message["read"]) if message["read"] else None)
