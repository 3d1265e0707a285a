"""Keeps the readers (readers.py) running, and the lines to them: the loop's, the gate's, and that of the loop's slow half."""

from __future__ import annotations

import select
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.linux import spawning
from daemon.platforms.linux.reading import lines
from daemon.platforms.linux.reading.desk import Desk
from daemon.platforms.reading.patience import HeldError, Steady
from host.clock import Clock

_READERS = "daemon.platforms.linux.watching.reader"
_READY_MS = 5_000
_SO_SNDBUFFORCE = 32  # socket(7): needs root
_ROOM = 4 << 20  # bytes of questions


class Crew:
    """`start` before the gate is up. `over` is called on the loop's thread when they ended, or cannot be started."""

    def __init__(self, clock: Clock) -> None:
        self.over: Callable[[], object] = lambda: None
        self.desk = Desk(clock, lambda: self.line, self._gone)
        self.line: socket.socket | None = None
        self.gate_line: socket.socket | None = None
        self.slow_desk = Desk(clock, lambda: self._slow_line, patience=Steady())
        """For another thread than the loop's."""
        self._slow_line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Unless they run already, or nobody may start anything now. False: they cannot be started."""
        if self._process is not None and self._process.poll() is not None:
            self._close()
        if self.line is not None or not spawning.permitted():
            return True
        try:
            pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(3)]
        except OSError:
            return False
        for one in (line for pair in pairs for line in pair):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _ROOM)
        try:
            self._process = spawning.start(_READERS, *(its.fileno() for _, its in pairs))
        except OSError:
            for ours, _ in pairs:
                ours.close()
            return False
        else:
            self.line, self.gate_line, self._slow_line = (ours for ours, _ in pairs)
            return True
        finally:
            for _, its in pairs:
                its.close()

    def ready(self) -> bool:
        """Waits until they read; at the start, as what runs then may hold us up from our first look on."""
        line = self.line
        if line is None:
            return False
        poll = select.poll()
        poll.register(line, select.POLLIN)
        with suppress(OSError):
            return bool(poll.poll(_READY_MS)) and lines.receive(line, socket.MSG_DONTWAIT) is not None
        return False

    def listen(self) -> None:
        """What was asked for later, and whether they are there."""
        with suppress(HeldError):
            self.desk.listen()

    def close(self) -> None:
        self._close()
        self.desk.forget()

    def _gone(self) -> None:
        self.over()  # the line is still open
        self._close()

    def _close(self) -> None:
        """Its workers may be held by the system; it is not, as it opens nothing and closes nothing of a user's."""
        for line in (self.line, self.gate_line, self._slow_line):
            if line is not None:
                line.close()
        self.line = self.gate_line = self._slow_line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
