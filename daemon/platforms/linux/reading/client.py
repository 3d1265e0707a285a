"""The daemon's side of the reader (reader.py): questions go out, answers come when they come, and nobody waits for them."""

from __future__ import annotations

import select
import socket
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.linux import spawning
from daemon.platforms.linux.reading.channel import Message, receive, send
from daemon.platforms.linux.reading.process import ReadProcess, overdue
from daemon.platforms.linux.reading.wants import Wants
from host.clock import Clock

_MODULE = "daemon.platforms.linux.reading.reader"
_READY_MS = 5_000
_SO_SNDBUFFORCE = 32  # socket(7): needs root
_ROOM = 4 << 20  # bytes of questions

Told = Callable[[ReadProcess | None], None]
"""Gets None if the process is over."""
Hashed = Callable[[dict[str, str]], None]


class Reader:
    """`start` before the gate is up. All calls on the loop's thread. `over` is called when the helper ended or cannot start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.over: Callable[[], object] = lambda: None
        self.trouble: Callable[[str], object] = lambda _: None
        """Is told of a process that cannot be read, which is an error of ours."""
        self.soon: Callable[..., object] = lambda *_: None
        """As the loop's `call_soon`."""
        self.line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._wants = Wants()
        self._asked: dict[int, tuple[int, Told]] = {}
        self._hashing: dict[int, Hashed] = {}
        self._unsent: list[int] = []
        self._number = 0

    def start(self) -> bool:
        """Unless it runs already. False: it cannot be started, or nobody may start anything now (spawning.py)."""
        if self.line is not None:
            return True
        if not spawning.permitted():
            return False
        try:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError:
            return False
        for one in (ours, its):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _ROOM)
        try:
            self._process = spawning.start(_MODULE, its.fileno())
        except OSError:
            ours.close()
            return False
        finally:
            its.close()
        self.line = ours
        poll = select.poll()
        poll.register(ours, select.POLLIN)
        poll.poll(_READY_MS)
        self.want(self._wants)
        return self.line is not None

    def close(self) -> None:
        line, process = self.line, self._process
        self.line = self._process = None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.wait()
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
        """Hears what is there. To be called whenever the line is readable."""
        unsent, self._unsent = self._unsent, []
        for number in unsent:
            self._hear({"n": number, "late": True})
        try:
            while self.line is not None:
                message = receive(self.line)
                if message is None:
                    raise ConnectionResetError
                self._hear(message)
        except BlockingIOError:
            pass
        except OSError:
            self.over()  # the line is still open
            self.close()

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
