"""How starts and ends are noticed: by the kernel's events or, as long as there are none, by looking at processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from daemon.platforms.linux.again import Backoff
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.watcher import EVENTS
from host.clock import Clock
from i18n.message import said_by


class Noticing:
    """`told`: by events. `trouble` and `well` as TrackingWatcher has them; `changed` is called when events come after all. All
    on the loop's thread.
    """

    def __init__(
        self, tracker: LinuxTracker, clock: Clock, poller: Poller, events: Events, trouble: Callable[..., None],
        well: Callable[[str], None], changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._tracker = tracker
        self._clock = clock
        self._poller, self._events = poller, events
        self._trouble, self._well, self._changed = trouble, well, changed
        self._again = Backoff()
        self.told = False

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._listen(loop):
            self._tracker.look = self._poller.look_for_new
            self._poller.start(loop)

    def hurry(self, loop: asyncio.AbstractEventLoop) -> None:
        """There is more to lose from now on."""
        if not self.told:
            self._poller.soon(loop)

    def stop(self) -> None:
        self._again.stop()
        self._events.stop()
        self._poller.stop()
        self.told = False

    def _listen(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Or try again later, if events could ever be ours."""
        try:
            self._events.start(loop)
        except OSError as error:
            self._trouble(EVENTS, said_by(error))
            if os.geteuid() == 0:
                self._again.later(loop, self._clock.mono(), lambda: self._listen_at_last(loop))
            return False
        self.told = True
        return True

    def _listen_at_last(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listen(loop):
            self._poller.stop()
            self._poller.look_at_all(silenced=True)  # what nobody told until now
            self._well(EVENTS)
            self._changed()
