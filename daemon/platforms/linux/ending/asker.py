"""Has players' windows asked to close, and PINs checked, without waiting for it: orders go to a process that runs errands
(errands.py).
"""

from __future__ import annotations

import asyncio
import subprocess
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from daemon.platforms.linux.channel import Message, send
from daemon.platforms.linux.ending.errands import CHECK_MS, RIGHT, WRONG
from daemon.platforms.linux.helper import Helper
from daemon.platforms.pins import UncheckedError

_PATIENCE_S = 2.0
_POLL_S = 0.01
_PINS = "PINs of guardians"  # no account's name has a space: nobody's errands wait for these, nor they for anybody's
_LOCKS = "locks of sessions"  # the same
_REMEMBERED = 4_096  # answers: more than one player's plays have while another one's play ends
_MOST = 4_000  # pids that an order has room for
_PACKAGES = ("argon2", "_argon2_cffi_bindings", "_cffi_backend", "Xlib", "six")


class Asker(Helper):
    """`start` before the gate is up; else it starts itself when there is something to ask."""

    MODULE = f"{__package__}.errands"

    def __init__(self) -> None:
        super().__init__()
        self._numbers = 0
        self._answers: OrderedDict[int, int] = OrderedDict()

    def ask(self, uid: int, gid: int, whose: str, pids: Collection[int]) -> int | None:
        """Have the windows of these asked, as this user, who is a number of the account `whose`. A number for `reached`; None:
        there is nobody to send.
        """
        return self._sent({"uid": uid, "gid": gid, "whose": whose, "pids": list(pids)[:_MOST]})

    def check(self, question: list[object]) -> int | None:
        """Have a PIN held against its hash. A number for `answer`; None as above."""
        return self._sent({"check": question, "whose": _PINS, "ms": CHECK_MS})

    def lock(self, session: str) -> bool:
        """Have systemd-logind tell a session's locker to lock. False: there is nobody to send."""
        return self._sent({"lock": session, "whose": f"{_LOCKS} {session}"}) is not None

    def reached(self, number: int) -> bool:
        """Whether a window was there to be asked, as far as is known by now; it is known before the request goes out."""
        return bool(self.answer(number))

    def answer(self, number: int) -> int | None:
        """What was said to this order; None: nothing yet."""
        self.listen()
        return self._answers.get(number)

    def _sent(self, order: Message) -> int | None:
        self.listen()
        self.start()
        if self.line is None:
            return None
        self._numbers += 1
        try:
            send(self.line, {"n": self._numbers, "folders": _folders(), **order})
        except OSError:  # it is gone, or hangs, as it takes no more; the next one asks another, if one may be started
            self._gone()
            return None
        return self._numbers

    def _hear(self, message: Message) -> None:
        self._answers[message["n"]] = message["said"]
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    def close(self) -> None:
        """It ends when nobody gives it orders any more."""
        if self.line is not None and self.process is not None:
            self.line.close()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_PATIENCE_S)
        super().close()


class ForkedPins:
    """platforms.pins.Pins where the daemon may start no program: asked of a child of the errands."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def matches(self, hashed: str, pin: str) -> bool:
        number = self._asker.check([hashed, pin])
        if number is None:
            raise UncheckedError("nobody to ask")
        said = None
        for _ in range(int(CHECK_MS / 1000 / _POLL_S)):
            if (said := self._asker.answer(number)) is not None:
                break
            if self._asker.line is None:
                raise UncheckedError("nobody there")
            await asyncio.sleep(_POLL_S)
        if said not in {RIGHT, WRONG}:
            raise UncheckedError("no answer")
        return said == RIGHT


@cache
def _folders() -> list[str]:
    """Where the packages lie that an errand takes, which the daemon itself does not load."""
    found = (find_spec(name) for name in _PACKAGES)
    origins = [(Path(spec.origin), spec.submodule_search_locations) for spec in found if spec and spec.origin]
    return sorted({str(path.parents[1] if package else path.parent) for path, package in origins})
