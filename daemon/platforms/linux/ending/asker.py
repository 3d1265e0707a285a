"""Has players' windows asked to close, without waiting for it: orders go to a process that runs errands (errands.py)."""

from __future__ import annotations

import json
import socket
import subprocess
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Protocol

from daemon.platforms.linux import spawning
from daemon.platforms.linux.ending import pin_checking

_ERRANDS = f"{__package__}.errands"
_PATIENCE_S = 2.0
_PINS = "PINs of guardians"  # no account's name has a space: nobody's errands wait for these, nor they for anybody's
_REMEMBERED = 4_096  # orders: more than one player's plays have while another one's play ends
_MOST = 4_000  # pids that an order has room for
_ROOM = 4 << 20  # bytes of orders, should many plays end at once
_SO_SNDBUFFORCE = 32  # socket(7): needs root, else what others have has to do


class Watch(Protocol):
    """Whoever has a loop hears of its errands."""

    def errands_begun(self, line: int) -> None:
        """Call `Asker.listen` whenever this descriptor is readable."""

    def errands_over(self, line: int | None) -> None:
        """The errands ended, or (None) cannot be started; the descriptor is still open."""

    def errands_well(self) -> None:
        """They do their work."""


class Asker:
    """`start` before the gate is up; else it starts itself when there is something to ask."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._numbers = 0
        self._reached: deque[int] = deque(maxlen=_REMEMBERED)
        self._check: int | None = None
        self._checked: int | None = None

    def start(self) -> None:
        """Unless they run already, or nobody may start anything now."""
        if self._process is not None and self._process.poll() is not None:
            self._gone()
        if self._line is not None or not spawning.permitted():
            return
        try:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError:  # no descriptor left
            self._not_begun()
            return
        with suppress(OSError):
            ours.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _ROOM)
        try:
            self._process = spawning.start(_ERRANDS, its.fileno())
        except OSError:
            ours.close()
            self._not_begun()
        else:
            self._line = ours
            if self.watch:
                self.watch.errands_begun(ours.fileno())
        finally:
            its.close()

    def _not_begun(self) -> None:
        if self.watch:
            self.watch.errands_over(None)

    def ask(self, uid: int, gid: int, whose: str, pids: Collection[int]) -> int | None:
        """Have the windows of these asked, as this user, who is a number of the account `whose`. A number for `reached`; None:
        there is nobody to send.
        """
        self.listen()
        self.start()
        return self._sent({"uid": uid, "gid": gid, "whose": whose, "pids": list(pids)[:_MOST]})

    def check(self, question: list[object]) -> int | None:
        """Have a PIN held against its hash (pin_checking.py). A number for `checked`; None as above."""
        self.listen()
        self.start()
        number = self._sent({"check": question, "whose": _PINS, "ms": pin_checking.LIMIT_MS})
        self._check, self._checked = number, None
        return number

    def checked(self, number: int) -> int | None:
        """What was said of the last one that is checked; None: nothing yet."""
        self.listen()
        return self._checked if number == self._check else None

    @property
    def runs(self) -> bool:
        """Whether an answer may still come."""
        return self._line is not None

    def _sent(self, order: dict[str, Any]) -> int | None:
        if self._line is None:
            return None
        self._numbers += 1
        order["number"] = self._numbers
        try:
            self._line.send(json.dumps(order).encode(), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except OSError:  # it is gone, or hangs, as it takes no more; the next one asks another, if one may be started
            self._gone()
            return None
        return self._numbers

    def listen(self) -> None:
        """Hears what the errands say, so that they have room to say more, and whether they are there."""
        try:
            while self._line is not None:
                said = self._line.recv(64, socket.MSG_DONTWAIT).split()
                if not said:
                    self._gone()
                elif int(said[0]) == self._check:
                    self._checked = int(said[1])
                elif int(said[1]) > 0:
                    self._reached.append(int(said[0]))
                elif self.watch:
                    self.watch.errands_well()
        except BlockingIOError:
            pass
        except OSError:
            self._gone()

    def reached(self, number: int) -> bool:
        """Whether a window was there to be asked, as far as is known by now; it is known before the request goes out."""
        self.listen()
        return number in self._reached

    def close(self) -> None:
        """It ends when nobody gives it orders any more."""
        self._gone(_PATIENCE_S)

    def _gone(self, patience: float = 0) -> None:
        line, process = self._line, self._process
        self._line = self._process = None
        if line is not None and process is not None:
            if self.watch:
                self.watch.errands_over(line.fileno())
            line.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
            process.kill()
            process.wait()
