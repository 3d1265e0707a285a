"""Without events: looks at /proc again and again, often while something may have to be refused, rarely else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError
from daemon.platforms.troubles import BLIND
from i18n.message import said_by

FAST_S = 0.15
SLOW_S = 2.0
_ALL_S = 2.0


class Poller:
    """`hurry` says whether to look often. As an ordinary user only its own processes are looked at: no other can be ended."""

    def __init__(self, tracker: Tracker, hurry: Callable[[], bool]) -> None:
        self._tracker = tracker
        self._hurry = hurry
        self._all = os.geteuid() == 0
        self._timer: asyncio.TimerHandle | None = None
        self._newest, self._next_all = b"", 0.0
        self._ends: dict[int, int] = {}  # pidfds of what plays, by pid

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self.soon(loop)

    def soon(self, loop: asyncio.AbstractEventLoop, seconds: float = FAST_S) -> None:
        """Not when the last wait is over."""
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._turn, loop)

    def stop(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        for pid in tuple(self._ends):
            self._forget(loop, pid)

    def pids(self) -> list[int]:
        """All that are looked at. BlindError."""
        return [pid for pid in procfs.pids() if self._all or _ours(pid)]

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(FAST_S if self._hurry() else SLOW_S, self._turn, loop)
        try:
            self._look(loop.time())
        except BlindError as error:
            self._newest = b""  # what was not seen is looked for again
            self._tracker.trouble(BLIND, said_by(error))
        self._follow(loop)

    def _look(self, now: float) -> None:
        """At all if anything was forked, and every two seconds; else at what may have executed something lately."""
        newest = procfs.newest()
        if newest != self._newest or not newest or now >= self._next_all:
            self._newest, self._next_all = newest, now + _ALL_S
            self._tracker.look(self.pids())
        else:
            self._tracker.look_at_young()

    def _follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Has the loop woken by the end of what plays, so that it is counted to its end."""
        playing = {seen.identity[0] for seen in self._tracker.known() if seen.tag}
        for pid in self._ends.keys() - playing:
            self._forget(loop, pid)
        for pid in playing - self._ends.keys():
            try:
                self._ends[pid] = os.pidfd_open(pid)
            except OSError:  # it is over, or we have no descriptor left
                continue
            loop.add_reader(self._ends[pid], self._over, loop, pid)

    def _forget(self, loop: asyncio.AbstractEventLoop, pid: int) -> None:
        pidfd = self._ends.pop(pid)
        loop.remove_reader(pidfd)
        os.close(pidfd)

    def _over(self, loop: asyncio.AbstractEventLoop, pid: int) -> None:
        """What it forked is found first, as the play goes on in that."""
        self._forget(loop, pid)
        self.soon(loop, 0)


def _ours(pid: int) -> bool:
    found = procfs.uids(pid)
    return found is not None and found[0] == os.geteuid()
