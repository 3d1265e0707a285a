"""Runs errands into the sessions of players: a process of its own, `errands FD`, that does nothing but fork children.

The daemon may start no program while its gate is up (linux.spawning), so this one is started before, and only forks. Each child
becomes the player before it speaks to anything of the player's, has two seconds and small bounds, and is killed then. What it
says is a number. It loads nothing but the standard library and its neighbours, and in a child the packages of its errand, keeps
no secret, and ends with the daemon.

Two errands are no player's: to hold a PIN against its hash, as that takes memory which only a process that ends gives back, and
to have logind lock a session, which may be waited for.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from daemon.platforms.linux import procfs
from daemon.platforms.linux.channel import Message, receive, send
from daemon.platforms.linux.children import NOBODY, become, bound, forked, line_of_helper
from daemon.platforms.linux.first import be_ordinary
from daemon.platforms.pin_check import load, matches
from host.linux import clocks

LIMIT_MS = 2_000
CHECK_MS = 10_000
RIGHT, WRONG, _UNKNOWN = 1, 2, 3
MOST_AT_ONCE = 4
_MOST_WAITING = 16
WAIT_MS = 4_000  # a request that comes later may meet a game that was given more time meanwhile
_REAP_MS = 50
_LOGINCTL = "/usr/bin/loginctl"
_MOST_ENVIRONMENTS = 64
_BOUNDS = (
    (resource.RLIMIT_AS, 512 << 20),  # bytes
    (resource.RLIMIT_CPU, 2),  # seconds
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 64),
)
_BOUNDS_OF_CHECK = (
    (resource.RLIMIT_AS, 768 << 20),  # a hash may ask for 256 MiB
    (resource.RLIMIT_CPU, 8),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
)


@dataclass(frozen=True)
class _Waiting:
    whose: str
    until: int
    order: Message


class Turns:
    """Orders that wait until there is a place for them, the first one first.

    What an errand meets (a screen, a file system) is the player's, and can hold it for ever, where even SIGKILL does not reach
    it. So everybody has places of their own: nobody's errands cost anybody else one.
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, order: Message, now: int) -> None:
        """One too many, or one that waits too long, is dropped."""
        whose = order["whose"]
        if sum(one.whose == whose for one in self._waiting) < _MOST_WAITING:
            self._waiting.append(_Waiting(whose, now + WAIT_MS, order))

    def take(self, busy: Iterable[str], now: int) -> list[Message]:
        """Those whose turn has come. `busy`: whose errands are under way, or not gone yet, each once."""
        count, taken, left = Counter(busy), [], []
        for one in self._waiting:
            if count[one.whose] < MOST_AT_ONCE and now < one.until:
                count[one.whose] += 1
                taken.append(one.order)
            elif now < one.until:
                left.append(one)
        self._waiting = left
        return taken


@dataclass
class _Child:
    number: int
    whose: str
    pid: int
    line: socket.socket
    until: int  # mono
    asks: bool = False


def serve(orders: socket.socket) -> None:
    """Until whoever gives the orders is gone. One order a message; `said` comes back: how many windows there are to ask, if
    any, or what comes of a check.
    """
    with suppress(OSError):  # whoever began us may be gone by now
        send(orders, {"n": 0})
    turns = Turns()
    children: dict[int, _Child] = {}
    dying: dict[int, str] = {}
    while True:
        dying = {pid: whose for pid, whose in dying.items() if os.waitpid(pid, os.WNOHANG) == (0, 0)}
        for order in turns.take([*(child.whose for child in children.values()), *dying.values()], clocks.mono()):
            with suppress(OSError):  # no room for one more: nobody is asked
                child = _sent(order)
                children[child.line.fileno()] = child
        poll = select.poll()
        for handle in (orders.fileno(), *children):
            poll.register(handle, select.POLLIN)
        waits = [max(0, child.until - clocks.mono()) for child in children.values()] + [_REAP_MS for _ in dying]
        ready = [handle for handle, _ in poll.poll(min(waits, default=None))]
        for child in [child for handle, child in children.items() if handle in ready or child.until <= clocks.mono()]:
            if not _passed_on(orders, child):
                del children[child.line.fileno()]
                dying[_killed(child)] = child.whose
        if orders.fileno() in ready:
            said: Message | None = None
            with suppress(ConnectionResetError):  # gone, and had not read all that we said
                said = receive(orders)
            if said is None:
                break
            turns.add(said, clocks.mono())
    for child in children.values():
        _killed(child)


def _passed_on(orders: socket.socket, child: _Child) -> bool:
    """Hands on, once, that there are windows to ask, and lets the child ask them. False: it is done, or its time is over."""
    if child.asks or child.until <= clocks.mono():
        return False
    with suppress(OSError):
        said = child.line.recv(8, socket.MSG_DONTWAIT)
        if said.isdigit():
            with suppress(OSError):  # nobody hears it: then the log says less, but the windows are asked
                send(orders, {"n": child.number, "said": int(said)})
            child.line.send(b"now", socket.MSG_DONTWAIT)
            child.asks = True
            return True
    return False


def _killed(child: _Child) -> int:
    """Its pid, which is nobody else's until it was waited for. One that the system holds in a call is not waited for."""
    os.kill(child.pid, signal.SIGKILL)
    child.line.close()
    return child.pid


def _sent(order: Message) -> _Child:
    """OSError."""
    pid, line = forked(partial(_errand, order))
    return _Child(order["n"], order["whose"], pid, line, clocks.mono() + order.get("ms", LIMIT_MS))


# --- in the child -----------------------------------------------------------------------------------------------------------


def _errand(order: Message, line: socket.socket) -> None:
    sys.dont_write_bytecode = True
    sys.path += order["folders"]
    (_check if "check" in order else _lock if "lock" in order else _close)(order, line)


def _close(order: Message, line: socket.socket) -> None:
    """Which screens there may be is read first: of a game with a group's rights only root can see it."""
    from daemon.platforms.linux.ending import closing  # noqa: PLC0415 - needs packages

    uid, pids = order["uid"], order["pids"]
    own = (pid for pid in pids[:_MOST_ENVIRONMENTS] if (procfs.owner(pid) or (-1,))[0] == uid)
    screens = closing.displays(map(procfs.environment, own))
    if not screens:
        return
    home = become(uid, order["gid"])
    bound(_BOUNDS)

    def announce(count: int) -> None:
        line.send(b"%d" % min(count, 9999))
        if not line.recv(8):
            os._exit(0)

    closing.ask(frozenset(pids), screens, home, announce)


def _check(order: Message, line: socket.socket) -> None:
    """Says RIGHT, WRONG or that nobody knows."""
    said = _UNKNOWN
    with suppress(Exception):  # whatever it is, nobody waits for it
        said = RIGHT if _matches(*order["check"]) else WRONG
    line.send(b"%d" % said)
    line.recv(8)


def _lock(order: Message, line: socket.socket) -> None:
    """Becomes loginctl, which may wait for systemd-logind; its end is the end of the line."""
    line.set_inheritable(True)
    os.execve(_LOGINCTL, (_LOGINCTL, "--no-ask-password", "lock-session", order["lock"]), {})  # noqa: S606 - no shell


def _matches(hashed: str, pin: str) -> bool:
    """What it needs is loaded while that can still be read."""
    load()
    if os.geteuid() == 0:
        become(NOBODY, NOBODY)
    else:
        be_ordinary()
    bound(_BOUNDS_OF_CHECK)
    return matches(hashed, pin)


if __name__ == "__main__":
    serve(line_of_helper())
