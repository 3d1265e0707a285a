"""What the kernel asks, and what it could not ask: a file that it may not open for us it refuses by itself, to everybody."""

from __future__ import annotations

import errno
import select
from collections.abc import Callable
from dataclasses import replace

from daemon.api.issues import ISSUES
from daemon.platforms.api import WatchTrouble
from daemon.platforms.linux import calls
from host.clock import Clock

BLIND = WatchTrouble("gate-blind", ISSUES["gate-blind"])
UNREAD = WatchTrouble("gate-unread", ISSUES["gate-unread"])
_WANT = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_BROKEN = frozenset((errno.EBADF, errno.EFAULT, errno.EINVAL))  # of our own descriptor; others are about a program's file
_PAUSE_MS = 50
_BLIND_MS = 600_000
_CALM_MS = 60_000


class Questions:
    """All on the gate's thread. `wake` is readable when a pause has to end."""

    def __init__(self, handle: int, wake: int, clock: Clock, tell: Callable[[WatchTrouble], None]) -> None:
        self._handle = handle
        self._wake = wake
        self._clock = clock
        self._tell = tell
        self._blind_at = 0
        self._unread_at = 0

    def read(self) -> list[calls.Question]:
        """What is to be answered. Neither want of descriptors nor anybody's file closes the gate. OSError: it is broken."""
        try:
            asked = calls.fanotify_read(self._handle)
        except OSError as error:
            if error.errno in _BROKEN or error.errno is None:
                raise
            self._missed(error.errno)
            return []
        for number in {-one.handle for one in asked if one.handle < 0}:
            self._missed(number)
        asked = [one for one in asked if one.handle >= 0]
        if asked and self._blind_at and self._clock.mono() - self._blind_at > _BLIND_MS:
            self._blind_at = 0
            self._tell(replace(BLIND, over=True))
        return asked

    def look_back(self) -> None:
        """What has not come again for a while is over."""
        if self._unread_at and self._clock.mono() - self._unread_at > _CALM_MS:
            self._unread_at = 0
            self._tell(replace(UNREAD, over=True))

    def _missed(self, number: int) -> None:
        """A start that the kernel refused, as a file of it could not be opened: for want of ours, or because of what it is."""
        now = self._clock.mono()
        if number not in _WANT:
            known, self._unread_at = self._unread_at, now
            if not known:
                self._tell(UNREAD)
            return
        known, self._blind_at = self._blind_at, now
        if not known:
            self._tell(BLIND)
        pause = select.poll()
        pause.register(self._wake, select.POLLIN)
        pause.poll(_PAUSE_MS)
