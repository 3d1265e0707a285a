"""Processes that have not run since they were read: such a one has executed nothing, written over nothing and become nobody
else's, so it is what it was.

The kernel counts of each thread how long it ran, how long it waited for that and how often (schedstat), to the nanosecond.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.files import Runner
from host.clock import Clock

_MOST_THREADS = 16
_COUNTED_MS = 1_500  # what runs without a pause is counted once a second at least, also where the kernel's tick is off


@dataclass(slots=True)
class _One:
    """`counts` as they were before it was read, and at `at`; `rested`: until when they were the same; `before`: until when
    those of the reading before were. `read`: as what, once all of it was.
    """

    counts: dict[str, bytes]
    at: int
    before: int
    rested: int
    read: object = None
    runner: Runner | None = None


class Resting:
    """`whose(uid, pid)` says whose a process's number is now. All on the loop's thread."""

    def __init__(self, clock: Clock, whose: Callable[[int, int], str]) -> None:
        self._clock = clock
        self._whose = whose
        self._known: dict[int, _One] = {}

    def rests(self, pid: int, read: object) -> bool:
        """Whether it was read whole as this, and has not run since. BlindError."""
        one, now = self._known.get(pid), self._clock.mono()
        if one is None or one.read != read or now - one.at < _COUNTED_MS:
            return False
        if one.runner is not None and self._whose(one.runner.uid, pid) != one.runner.account:
            return False
        if any(procfs.counts(path) != counts for path, counts in one.counts.items()):
            return False
        one.rested = now
        return True

    def begin(self, pid: int) -> None:
        """It is read now. BlindError."""
        old, now, counts = self._known.get(pid), self._clock.mono(), procfs.ran(pid, _MOST_THREADS)
        self._known[pid] = _One(counts, old.at if old and old.counts == counts else now, old.rested if old else 0, now)

    def whole(self, pid: int, read: object, runner: Runner | None) -> None:
        """All of it was read, as this."""
        one = self._known[pid]
        if one.counts:
            one.read, one.runner = read, runner

    def doubt(self, pid: int) -> None:
        """There is more to be read of it."""
        if one := self._known.get(pid):
            one.read = None

    def until(self, pid: int) -> int:
        """Until when (mono) it had not run, at the least, before it was read last."""
        one = self._known.get(pid)
        return one.before if one else 0

    def keep(self, pids: Collection[int]) -> None:
        """Forgets the others."""
        self._known = {pid: one for pid, one in self._known.items() if pid in pids}

    def clear(self) -> None:
        self._known.clear()
