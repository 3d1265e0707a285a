"""Has players' windows asked to close, without waiting for it: orders go to a process that runs errands (errands.py)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from daemon.platforms.linux.gate import spawning

_ROOMS = str(Path(__file__).resolve().parents[4])
_CODE = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
_ERRANDS = f"{__package__}.errands"
_PATIENCE_S = 2.0
_REMEMBERED = 64
_MOST = 4_000  # pids that an order has room for


class Asker:
    """`start` before the gate is up; else it starts itself when there is something to ask."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._numbers = 0
        self._reached: deque[int] = deque(maxlen=_REMEMBERED)

    def start(self) -> None:
        if self._line is not None or not spawning.permitted():
            return
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # -I -S: none of the packages and paths that somebody's environment, or the folder we were started in, could name.
        command = [sys.executable, "-I", "-S", "-c", _CODE, _ROOMS, _ERRANDS, str(its.fileno())]
        try:
            self._process = subprocess.Popen(
                command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env={}, cwd="/", start_new_session=True,
            )  # fmt: skip
        except OSError:
            ours.close()
        else:
            self._line = ours
        finally:
            its.close()

    def ask(self, uid: int, gid: int, pids: Collection[int]) -> int | None:
        """Have the windows of these asked, as this user. A number for `reached`; None: there is nobody to send."""
        self.start()
        if self._line is None:
            return None
        self._numbers += 1
        order = {"number": self._numbers, "uid": uid, "gid": gid, "pids": list(pids)[:_MOST]}
        try:
            self._line.send(json.dumps(order).encode(), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:  # it cannot take more
            return None
        except OSError:  # it is gone; the next one asks another, if one may be started
            self.close()
            return None
        return self._numbers

    def reached(self, number: int) -> bool:
        """Whether a window was there to be asked, as far as is known by now; it is known before the request goes out."""
        with suppress(OSError, ValueError):
            while self._line is not None and (said := self._line.recv(64, socket.MSG_DONTWAIT)):
                one, count = said.split()
                if int(count) > 0:
                    self._reached.append(int(one))
        return number in self._reached

    def close(self) -> None:
        """It ends when nobody gives it orders any more."""
        if self._line is not None and self._process is not None:
            self._line.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE_S)
            self._process.kill()
            self._process.wait()
        self._line = self._process = None
