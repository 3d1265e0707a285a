"""Ends programs through pidfds (pidfd_open(2)): a pid that somebody else has by now is never signalled."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.linux import procfs
from daemon.platforms.linux.installed import installed
from daemon.platforms.linux.procfs import BlindError

_ROUNDS = 5
_REMEMBERED = 64
_INIT, _KERNEL = 1, 2

Identity = tuple[int, int]


class LinuxControl:
    """platforms.api.Control. `spared`: pids that are never signalled, beside init, ourselves and all that we descend from."""

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple) -> None:
        self._spared = spared
        self._trees: dict[Identity, tuple[Identity, ...]] = {}

    def alive(self, pid: int, started: int) -> bool:
        """Also where we cannot see: nothing says that it is over."""
        try:
            found = procfs.stat(pid)
        except BlindError:
            return True
        return found is not None and found.started == started and found.alive

    def installed(self, pid: int, started: int) -> bool:
        return installed(pid) and self.alive(pid, started)

    def ask_close(self, pid: int, started: int) -> bool:
        try:
            tree = self._tree(pid, started, self._untouched())
        except BlindError:  # whom not to touch is not to be seen either
            return False
        if tree:
            self._remember((pid, started), tree)
        # SIGCONT: a stopped program could not obey before it is ended.
        return _signal(tree, signal.SIGTERM, signal.SIGCONT)

    def end(self, pid: int, started: int) -> bool:
        """Also ends those that belonged to it when it was asked to close and have lost their parent since."""
        try:
            done = self._end(pid, started, self._untouched())
        except BlindError:
            return False
        self._trees.pop((pid, started), None)
        return done

    def _end(self, pid: int, started: int, untouched: frozenset[int]) -> bool:
        asked = [one for one in self._trees.get((pid, started), ()) if one[0] not in untouched]
        done = False
        for _ in range(_ROUNDS):  # whatever it forks while it is being ended comes too
            tree = self._tree(pid, started, untouched)
            left = [one for one in asked if one not in tree and self.alive(*one)]
            if not _signal([*tree, *left], signal.SIGKILL):
                return done
            done = True
        return done

    def _untouched(self) -> frozenset[int]:
        return procfs.ancestors(os.getpid()) | {_INIT, _KERNEL} | frozenset(self._spared())

    def _tree(self, pid: int, started: int, untouched: frozenset[int]) -> tuple[Identity, ...]:
        """The program, parents before children. Nothing if it is gone or not to be touched: then nothing below it is either."""
        if pid in untouched or not self.alive(pid, started):
            return ()
        below = procfs.descendants(pid, procfs.processes(), but=untouched)
        return ((pid, started), *((one.pid, one.started) for one in below if one.alive))

    def _remember(self, root: Identity, tree: tuple[Identity, ...]) -> None:
        self._trees[root] = tree
        while len(self._trees) > _REMEMBERED:  # those that closed when asked
            self._trees.pop(next(iter(self._trees)))


def _signal(tree: Iterable[Identity], *numbers: signal.Signals) -> bool:
    """Whether the first one of the tree took it."""
    results = [_send(pid, started, numbers) for pid, started in tree]
    return bool(results) and results[0]


def _send(pid: int, started: int, numbers: tuple[signal.Signals, ...]) -> bool:
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        # The descriptor is of whoever has the pid now; only after it is held can the identity be checked.
        found = procfs.stat(pid)
        if found is None or found.started != started:
            return False
        signal.pidfd_send_signal(pidfd, numbers[0])
        with suppress(OSError):  # it may have obeyed the first one already
            for number in numbers[1:]:
                signal.pidfd_send_signal(pidfd, number)
        return True
    except (OSError, BlindError):
        return False
    finally:
        os.close(pidfd)
