"""Without rights: looks at /proc again and again, often while something may have to be refused, rarely else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.processes import BlindError
from daemon.platforms.tracker import BLIND
from host.clock import Clock
from i18n.message import said_by

FAST_S = 0.15
SLOW_S = 2.0
_YOUNG_MS = 3_000
_EVERYBODY_MS = 2_000


class Poller:
    """`hurry` says whether to look often. As an ordinary user only its own processes are looked at: no other can be ended."""

    def __init__(self, tracker: LinuxTracker, clock: Clock, hurry: Callable[[], bool]) -> None:
        self._tracker = tracker
        self._clock = clock
        self._hurry = hurry
        self._all = os.geteuid() == 0
        self._newest = b""
        self._newest_at_all = b""
        self._looked_at_all = self._knew = 0  # when that is due again; when all known ones were what they were known as
        self._passed_over: frozenset[int] = frozenset()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self.soon(loop)
        self._tracker.alone = True

    def soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not when the last wait is over."""
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_later(FAST_S, self._turn, loop)

    def stop(self) -> None:
        self._tracker.alone = False
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def pids(self) -> list[int]:
        """All that are looked at."""
        return [pid for pid in procfs.pids() if self._all or _ours(pid)]

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(FAST_S if self._hurry() else SLOW_S, self._turn, loop)
        self._try()

    def look_at_all(self, *, silenced: bool = False) -> None:
        """Now, whoever may be known and whoever may be new, as there may be what nobody told. `silenced`: somebody may have
        kept the kernel from telling of an exec.
        """
        self._looked_at_all = -_EVERYBODY_MS
        self._newest_at_all = b""
        doubted = self._tracker.masks.doubting
        self._tracker.masks.doubting = doubted or silenced
        try:
            self._try()
        finally:
            self._tracker.masks.doubting = doubted

    def _try(self) -> None:
        try:
            self._look()
        except BlindError as error:
            self._newest = self._newest_at_all = b""  # what was not seen is looked for again
            self._tracker.trouble(BLIND, said_by(error))

    def look_for_new(self) -> bool:
        """Now, and for ends: of all that there are."""
        with suppress(BlindError):  # the next turn tells
            self._compare(self._clock.mono())
        return True

    def _look(self) -> None:
        now = self._clock.mono()
        everybody = now - self._looked_at_all >= _EVERYBODY_MS
        newest = procfs.newest()
        if everybody and newest != self._newest_at_all:
            self._newest_at_all = newest
            self._passed_over = frozenset()  # among them may be one that has become somebody we look at
        if everybody or not newest or newest != self._newest:
            self._newest = newest
            self._compare(now)
        for pid in self._tracker.known() if everybody else self._tracker.young(now - _YOUNG_MS):
            self._tracker.replaced(pid, self._knew)
        if everybody:
            self._looked_at_all = self._knew = now
        self._tracker.watch_ends()

    def _compare(self, now: int) -> None:
        here = frozenset(procfs.pids())
        known = frozenset(self._tracker.known())
        new = here - known - self._passed_over
        ours = frozenset(pid for pid in new if self._all or _ours(pid))
        for pid in ours:
            self._tracker.appeared(pid)
        for pid in known - here:  # after its children appeared: the play goes on in them
            self._tracker.gone(pid, now)
        # Processes that cannot be looked at (others', the kernel's threads) are not looked at again; pids come round late.
        self._passed_over = (self._passed_over | new) & here - frozenset(self._tracker.known())


def _ours(pid: int) -> bool:
    found = procfs.uids(pid)
    return found is not None and found[0] == os.geteuid()
