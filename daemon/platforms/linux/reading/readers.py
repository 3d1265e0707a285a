"""Reads what users may hold up: a process of its own (watching/reader.py) that only forks workers and hands them questions.

A worker reads one thing at a time for one account; one that does not come back is killed, and what the system holds beyond that
(state D) is left alone and counted. So whoever holds up a reading holds up his own. It ends with the daemon.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from daemon.platforms.linux import calls
from daemon.platforms.linux.ending.become import become, keep_only
from daemon.platforms.linux.reading import lines
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.work import First, Work
from daemon.platforms.reading.queues import IDLE_MS, MOST, MOST_OF_ONE, Key, Queues
from host.linux import clocks

_NAME = "giochoi-reads"
_TURN_MS = 50
_PRIORITY = -10  # as others wait for it
_NICENESS = 20  # on top of that, for what may take long


class Asked(NamedTuple):
    line: int
    message: Message

    @property
    def key(self) -> Key:
        head = self.message.head
        return Key(head["whose"], tuple(head["as"]) if head.get("as") else None, bool(head.get("slow")))


@dataclass
class _Worker:
    key: Key
    pid: int
    line: socket.socket
    asked: Asked | None = None
    since: int = 0  # mono: when its question came, or it became idle


class Readers:
    """`lines`: over which questions come; a worker answers there itself."""

    def __init__(self, asking: list[socket.socket], first: First) -> None:
        self._asking = asking
        self._work = Work(first)
        self._queues = Queues[Asked]()
        self._workers: dict[int, _Worker] = {}
        self._dying: dict[int, Key] = {}

    def serve(self) -> None:
        """Until whoever asks is gone."""
        for line in self._asking:
            lines.send(line, Message({"n": 0}))
        while self._turn():
            pass
        for worker in self._workers.values():
            os.kill(worker.pid, signal.SIGKILL)

    def _turn(self) -> bool:
        self._reap()
        self._hand_out()
        poll = select.poll()
        for handle in (*(line.fileno() for line in self._asking), *self._workers):
            poll.register(handle, select.POLLIN)
        busy = self._dying or any(worker.asked for worker in self._workers.values())
        ready = [handle for handle, _ in poll.poll(_TURN_MS if busy else IDLE_MS if self._workers else None)]
        for handle in ready:
            if handle in self._workers:
                self._heard(self._workers[handle])
        self._look_after(clocks.mono())
        return all(self._take(number, line) for number, line in enumerate(self._asking) if line.fileno() in ready)

    def _take(self, number: int, line: socket.socket) -> bool:
        """Every question that waits on the line. False: it is over."""
        try:
            while (message := lines.receive(line, socket.MSG_DONTWAIT)) is not None:
                self._queues.add(Asked(number, message), clocks.mono())
        except BlockingIOError:
            return True
        except OSError:  # reset: whoever asked is gone, and had answers to hear
            pass
        return False

    # --- workers -----------------------------------------------------------------------------------------------------------

    def _hand_out(self) -> None:
        now = clocks.mono()
        while asked := self._queues.next(self._busy(), self._dying.values()):
            worker = next((one for one in self._workers.values() if one.asked is None and one.key == asked.key), None)
            try:
                if worker is None:
                    self._make_room(asked.key.whose)
                    worker = self._forked(asked.key)
                message = asked.message
                lines.send(worker.line, message._replace(head={**message.head, "line": asked.line}), socket.MSG_DONTWAIT)
            except OSError:  # no room for one more
                self._hold(asked)
            else:
                worker.asked, worker.since = asked, now
                lines.shut(asked.message.handle)
        for asked in self._queues.overdue(now):
            self._hold(asked)

    def _busy(self) -> list[Key]:
        return [worker.key for worker in self._workers.values() if worker.asked]

    def _make_room(self, whose: str) -> None:
        """No more stay idle than may work: an account may have thousands of numbers, and each has a worker of its own."""
        its = [worker for worker in self._workers.values() if worker.key.whose == whose]
        for some, most in ((its, MOST_OF_ONE), (list(self._workers.values()), MOST)):
            idle = [worker for worker in some if worker.asked is None]
            if len(some) >= most and idle:
                self._end(min(idle, key=lambda worker: worker.since))

    def _hold(self, asked: Asked) -> None:
        lines.shut(asked.message.handle)
        with suppress(OSError):
            lines.send(self._asking[asked.line], Message({"n": asked.message.head["n"], "held": 1}), socket.MSG_DONTWAIT)

    def _heard(self, worker: _Worker) -> None:
        try:
            done = worker.line.recv(8, socket.MSG_DONTWAIT)
        except OSError:
            done = b""
        if done:
            worker.asked, worker.since = None, clocks.mono()
        else:
            self._end(worker)

    def _look_after(self, now: int) -> None:
        for worker in tuple(self._workers.values()):
            limit = worker.key.limit if worker.asked else IDLE_MS
            if now - worker.since > limit:
                self._end(worker)

    def _end(self, worker: _Worker) -> None:
        del self._workers[worker.line.fileno()]
        if worker.asked:
            self._hold(worker.asked._replace(message=worker.asked.message._replace(handle=-1)))
        worker.line.close()
        os.kill(worker.pid, signal.SIGKILL)
        self._dying[worker.pid] = worker.key

    def _reap(self) -> None:
        self._dying = {pid: key for pid, key in self._dying.items() if os.waitpid(pid, os.WNOHANG) == (0, 0)}

    def _forked(self, key: Key) -> _Worker:
        """OSError."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError:
            ours.close()
            its.close()
            raise
        if not pid:
            try:
                ours.close()
                # Also what other questions came with: nobody could unmount a disk while we hold a file of it open.
                keep_only(its.fileno(), *(line.fileno() for line in self._asking))
                _work(key, its, self._asking, self._work)
            finally:
                os._exit(0)
        its.close()
        worker = self._workers[ours.fileno()] = _Worker(key, pid, ours)
        return worker


def _work(key: Key, line: socket.socket, asking: list[socket.socket], work: Work) -> None:
    """In the worker, until nobody hands it anything."""
    if key.user:
        become(*key.user)
    if key.slow:
        os.nice(_NICENESS)
    while (asked := lines.receive(line)) is not None:
        answer = work.done(asked)
        line.send(b".")  # first: whoever has the answer may ask again at once
        with suppress(OSError):  # nobody hears it: it is asked again
            lines.send(asking[asked.head["line"]], answer, socket.MSG_DONTWAIT)
        lines.shut(answer.handle)


def serve(numbers: list[str], first: First) -> None:
    """On the lines that have these numbers. `first`: what is soon read of a file."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    calls.name_process(_NAME)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    Readers([socket.socket(fileno=int(number)) for number in numbers], first).serve()
