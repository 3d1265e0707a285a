"""Has windows asked to close, and ends programs through pidfds (pidfd_open(2)): a pid that somebody else has by now is never
signalled.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from daemon.platforms.control import TreeControl
from daemon.platforms.linux import procfs
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.processes import BlindError, Identity

_PLACES = ("/usr/", "/opt/", "/snap/")
_REMEMBERED = 256


class LinuxControl(TreeControl[procfs.Stat]):
    KERNEL: ClassVar = frozenset((1, 2))  # init, and the parent of the kernel's threads

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple, asker: Asker | None = None) -> None:
        super().__init__(spared)
        self._asker = asker or Asker()
        self._orders: dict[Identity, int] = {}  # who was asked by which order, the last ones

    def alive(self, pid: int, started: int) -> bool:
        try:
            found = procfs.stat(pid)
        except BlindError:
            return True
        return found is not None and found.started == started and found.alive

    def installed(self, pid: int, started: int) -> bool:
        return installed(pid) and self.alive(pid, started)

    def _look(self) -> dict[int, procfs.Stat]:
        return procfs.processes()

    def _ask(self, play: frozenset[Identity], family: tuple[procfs.Stat, ...]) -> bool:
        for one in play:
            self._orders.pop(one, None)
        user = next(filter(None, (_user(pid) for pid, _ in sorted(play))), None)
        number = None if user is None else self._asker.ask(*user, [one.pid for one in family])
        if number is not None:
            self._orders |= dict.fromkeys(play, number)
            while len(self._orders) > _REMEMBERED:
                self._orders.pop(next(iter(self._orders)))
        return user is not None

    def reached(self, programs: Collection[Identity]) -> bool:
        return any(one in self._orders and self._asker.reached(self._orders[one]) for one in programs)

    def _kin(self, one: procfs.Stat, other: procfs.Stat) -> bool:
        """Whoever lost its parent is still in the group that a shell or a menu made for the game."""
        return one.group == other.pid == other.group and one.started >= other.started

    def _terminate(self, pid: int, started: int) -> bool:
        # SIGCONT: a stopped program could not obey before it is ended.
        return _send(pid, started, (signal.SIGTERM, signal.SIGCONT))

    def _end(self, pid: int, started: int) -> bool:
        return _send(pid, started, (signal.SIGKILL,))


def _user(pid: int) -> tuple[int, int] | None:
    """The (uid, gid) that a program was started as, if we can become that user."""
    with suppress(BlindError):
        found = procfs.owner(pid)
        return found if found and os.geteuid() in (0, found[0]) else None
    return None


def _send(pid: int, started: int, numbers: tuple[signal.Signals, ...]) -> bool:
    """Whether it took the first one."""
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        # The descriptor is of whoever has the pid now; only after it is held can the identity be checked.
        found = procfs.stat(pid)
        if found is None or found.started != started or not found.alive:
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


def installed(pid: int) -> bool:
    """Whether a program lies where only an administrator puts files, judged by the executable itself, not by paths as its
    process sees them. False if that cannot be seen.
    """
    link = Path(f"/proc/{pid}/exe")
    try:
        running, path = link.stat(), link.readlink()
        here = path.lstat()
        if not str(path).startswith(_PLACES) or (running.st_dev, running.st_ino) != (here.st_dev, here.st_ino):
            return False
        return all(_only_roots(one.lstat()) for one in (path, *path.parents))
    except OSError:
        return False


def _only_roots(found: os.stat_result) -> bool:
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
