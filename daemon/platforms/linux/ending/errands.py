"""Runs errands into the sessions of players: a process of its own, `errands FD`, that does nothing but fork children.

The daemon may start no program while its gate is up (linux.spawning), so this one is started before, and only forks. Each child
becomes the player before it speaks to anything of the player's, has two seconds and small bounds, and is killed then. What it
says is a number. It loads nothing but the standard library and its neighbours, keeps no secret, and ends with the daemon.
Nobody's errands cost another one's (turns.py).

One errand is no player's: to hold a PIN against its hash (pin_checking.py), as that takes memory which only a process that
ends gives back.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from daemon.platforms.linux import procfs
from daemon.platforms.linux.ending import closing, pin_checking
from daemon.platforms.linux.ending.become import become, bound, keep_only
from daemon.platforms.linux.ending.displays import displays
from daemon.platforms.linux.ending.turns import Turns
from host.linux import clocks

LIMIT_MS = 2_000
LARGEST = 1 << 16
_REAP_MS = 50
_MOST_ENVIRONMENTS = 64
_BOUNDS = (
    (resource.RLIMIT_AS, 512 << 20),  # bytes
    (resource.RLIMIT_CPU, 2),  # seconds
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 64),
)


@dataclass
class _Child:
    number: int
    whose: str
    pid: int
    line: socket.socket
    until: int  # mono
    asks: bool = False


def serve(orders: socket.socket) -> None:
    """Until whoever gives the orders is gone. One order a message; `NUMBER COUNT` comes back when there are windows to ask, and
    first of all `0 0`.
    """
    with suppress(OSError):  # whoever began us may be gone by now
        orders.send(b"0 0")
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
            said = b""
            with suppress(ConnectionResetError):  # gone, and had not read all that we said
                said = orders.recv(LARGEST)
            if not said:
                break
            turns.add(json.loads(said), clocks.mono())
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
                orders.send(b"%d %d" % (child.number, int(said)), socket.MSG_DONTWAIT)
            child.line.send(b"now", socket.MSG_DONTWAIT)
            child.asks = True
            return True
    return False


def _killed(child: _Child) -> int:
    """Its pid, which is nobody else's until it was waited for. One that the system holds in a call is not waited for."""
    os.kill(child.pid, signal.SIGKILL)
    child.line.close()
    return child.pid


def _sent(order: dict[str, Any]) -> _Child:
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        pid = os.fork()
    except OSError:
        ours.close()
        its.close()
        raise
    if pid:
        its.close()
        return _Child(order["number"], order["whose"], pid, ours, clocks.mono() + order.get("ms", LIMIT_MS))
    try:
        ours.close()
        keep_only(its.fileno())  # neither the orders nor another player's child are its business
        (pin_checking.run if "check" in order else _run)(order, its)
    finally:
        os._exit(0)


def _run(order: dict[str, Any], line: socket.socket) -> None:
    """In the child. Which screens there may be is read first: of a game with a group's rights only root can see it."""
    uid, pids = order["uid"], order["pids"]
    screens = displays(procfs.environment(pid) for pid in pids[:_MOST_ENVIRONMENTS] if (procfs.owner(pid) or (-1,))[0] == uid)
    if not screens:
        return
    home = become(uid, order["gid"])
    for what, most in _BOUNDS:
        bound(what, most)

    def announce(count: int) -> None:
        line.send(b"%d" % min(count, 9999))
        if not line.recv(8):
            os._exit(0)

    closing.ask(frozenset(pids), screens, home, announce)


if __name__ == "__main__":
    for _ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(_ignored, signal.SIG_IGN)
    serve(socket.socket(fileno=int(sys.argv[1])))
