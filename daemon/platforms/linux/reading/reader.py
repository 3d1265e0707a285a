"""`reader FD`: the helper that reads processes for the daemon, with few rights.

It forks a worker for each account, which reads one process at a time. A worker that does not come back in time is killed, and
its question is answered as late: whoever holds up a reading holds up nobody else's. It ends with the daemon.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from daemon.platforms.images import INLINE
from daemon.platforms.linux import calls
from daemon.platforms.linux.channel import Message, receive, send
from daemon.platforms.linux.children import bound, forked, line_of_helper, only_read
from daemon.platforms.linux.reading.images import Images
from daemon.platforms.linux.reading.process import ProcessReader, interpreters_here
from daemon.platforms.linux.reading.wants import Wants
from daemon.platforms.processes import BlindError
from host.linux import clocks

DEADLINE_MS = 1_000  # nothing waits meanwhile: neither the program's start nor the daemon's loop
_SLOW_MS = 60_000  # for the hash of a large file
_IDLE_MS = 10_000
_MOST_WAITING = 256  # questions about one account's processes
_NAME = "giochoi-reads"
_PRIORITY = -5
_BOUNDS = (
    (resource.RLIMIT_AS, 1 << 30),  # bytes
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 16 << 20),  # of a message in memory
    (resource.RLIMIT_NOFILE, 256),
)


@dataclass(slots=True)
class _Worker:
    process: int  # a pidfd
    line: socket.socket
    deadline: int  # ms
    waiting: deque[Message] = field(default_factory=deque)
    asked: Message | None = None
    since: int = 0

    def kill(self) -> None:
        with suppress(OSError):  # it is over
            signal.pidfd_send_signal(self.process, signal.SIGKILL)
        os.close(self.process)
        self.line.close()


class _Helper:
    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._builds = interpreters_here()
        self._wants = Wants()
        self._workers: dict[tuple[int, bool], _Worker] = {}

    def serve(self) -> None:
        """Until the daemon is gone."""
        while True:
            poll = select.poll()
            poll.register(self._line, select.POLLIN)
            for worker in self._workers.values():
                poll.register(worker.line, select.POLLIN)
            ready = {number for number, _ in poll.poll(self._wait())}
            for key, worker in tuple(self._workers.items()):
                if worker.line.fileno() in ready:
                    self._heard(key, worker)
            if self._line.fileno() in ready and not self._take():
                break
            self._look_after()
        for worker in self._workers.values():
            worker.kill()

    def _wait(self) -> int | None:
        now = clocks.mono()
        dues = [one.since + (one.deadline if one.asked else _IDLE_MS) - now for one in self._workers.values()]
        return max(0, min(dues)) if dues else None

    def _take(self) -> bool:
        """All that was asked. False: the daemon is gone."""
        with suppress(BlockingIOError):
            while True:
                message = receive(self._line)
                if message is None:
                    return False
                if "wants" in message:
                    self._wants = Wants.from_json(message["wants"])
                    for key in tuple(self._workers):
                        self._end(key)
                else:
                    self._add(message)
        return True

    def _add(self, message: Message) -> None:
        key = (message["uid"], "large" in message)
        worker = self._workers.get(key)
        if worker is None:
            try:
                worker = self._workers[key] = self._forked(slow=key[1])
            except OSError:
                self._late(message)
                return
        if len(worker.waiting) >= _MOST_WAITING:
            self._late(message)
            return
        worker.waiting.append(message)
        self._next(worker)

    def _next(self, worker: _Worker) -> None:
        if worker.asked is None and worker.waiting:
            worker.asked, worker.since = worker.waiting.popleft(), clocks.mono()
            with suppress(OSError):  # it is over, which is heard in a moment
                send(worker.line, worker.asked)

    def _heard(self, key: tuple[int, bool], worker: _Worker) -> None:
        try:
            done = worker.line.recv(8, socket.MSG_DONTWAIT)
        except OSError:
            done = b""
        if not done:
            self._end(key)
            return
        worker.asked, worker.since = None, clocks.mono()
        self._next(worker)

    def _look_after(self) -> None:
        now = clocks.mono()
        for key, worker in tuple(self._workers.items()):
            if now - worker.since >= (worker.deadline if worker.asked else _IDLE_MS):
                self._end(key)

    def _end(self, key: tuple[int, bool]) -> None:
        """What it was asked is late; what waits for it goes to another one."""
        worker = self._workers.pop(key)
        worker.kill()
        if worker.asked:
            self._late(worker.asked)
        for message in worker.waiting:
            self._add(message)

    def _late(self, message: Message) -> None:
        with suppress(OSError):
            send(self._line, {"n": message["n"], "late": True})

    def _forked(self, *, slow: bool) -> _Worker:
        """OSError."""

        def work(line: socket.socket) -> None:
            _work(line, self._line, ProcessReader(Images(None if slow else INLINE, clocks.wall), self._wants, self._builds))

        pid, line = forked(work, self._line.fileno())
        return _Worker(os.pidfd_open(pid), line, _SLOW_MS if slow else DEADLINE_MS, since=clocks.mono())


def _work(line: socket.socket, answers: socket.socket, reader: ProcessReader) -> None:
    """In the worker, until nobody hands it anything."""
    while (message := receive(line, wait=True)) is not None:
        answer: Message = {"n": message["n"]}
        try:
            if "large" in message:
                answer["digests"] = reader.hashed(message["large"])
            else:
                found = reader.read(message["pid"], strict=message["strict"])
                answer["read"] = found and found.to_json()
        except Exception as error:  # noqa: BLE001 - whatever one process may be like, the next one is read
            answer |= {"late": True, "error": "" if isinstance(error, BlindError) else f"{type(error).__name__}: {error}"[:200]}
        line.send(b".")
        answers.setblocking(True)
        with suppress(OSError):
            send(answers, answer)


if __name__ == "__main__":
    _line = line_of_helper()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers
    calls.name_process(_NAME)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    bound(_BOUNDS)
    only_read()
    _helper = _Helper(_line)
    send(_line, {"n": 0})
    _helper.serve()
