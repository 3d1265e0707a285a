"""A process of ours beside the daemon, with its line to it: the reader (reading/), and who runs errands (ending/)."""

from __future__ import annotations

import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from daemon.platforms.linux import spawning
from daemon.platforms.linux.channel import Message, receive

_SO_SNDBUFFORCE = 32  # socket(7): needs root, else what others have has to do
_ROOM = 4 << 20  # bytes of messages, should many plays begin or end at once


class Helper(ABC):
    """All calls on the loop's thread. It ends when nobody is at the other end of its line.

    `begun` is called when it was started, `well` when it does its work, `over` when it has ended (`line` is still open then) or
    cannot be started.
    """

    MODULE: ClassVar[str]

    def __init__(self) -> None:
        self.begun: Callable[[], object] = lambda: None
        self.well: Callable[[], object] = lambda: None
        self.over: Callable[[], object] = lambda: None
        self.line: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Unless it runs already, or nobody may start anything now (spawning.py)."""
        if self.process is not None and self.process.poll() is not None:
            self._gone()
        if self.line is not None or not spawning.permitted():
            return
        try:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError:  # no descriptor left
            self.over()
            return
        try:
            for one in (ours, its):
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _ROOM)
            self.process = spawning.start(self.MODULE, its.fileno())
        except OSError:
            ours.close()
            self.over()
        else:
            self.line = ours
            self.begun()
        finally:
            its.close()

    def listen(self) -> None:
        """Hears what it says. To be called whenever the line is readable."""
        try:
            while self.line is not None:
                message = receive(self.line)
                if message is None:
                    raise ConnectionResetError
                if message["n"]:
                    self._hear(message)
                else:  # the first of all
                    self.well()
        except BlockingIOError:
            pass
        except OSError:
            self._gone()

    @abstractmethod
    def _hear(self, message: Message) -> None: ...

    def _gone(self) -> None:
        self.over()
        self.close()

    def close(self) -> None:
        line, process = self.line, self.process
        self.line = self.process = None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.wait()
