"""Process events of the kernel that carries tags (kernel/tags.py), as the tracker is told of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from daemon.platforms.linux.kernel.tags import Event, EventsLostError, KernelTags
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError
from daemon.platforms.troubles import BLIND
from daemon.platforms.watcher import LOST
from i18n.message import said_by


class Events:
    """`trouble` as TrackingWatcher has it. All on the loop's thread. `tags`: None where no events come."""

    def __init__(self, tracker: Tracker, trouble: Callable[..., None]) -> None:
        self._tracker, self._trouble = tracker, trouble
        self._loop: asyncio.AbstractEventLoop | None = None
        self.tags: KernelTags | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """OSError: no rights, or a kernel without them."""
        if os.geteuid() != 0:
            raise PermissionError("needs root")
        self.tags = self._tracker.tags = KernelTags()
        self.tags.watch_root(on=self._tracker.root)
        self._loop = loop
        loop.add_reader(self.tags.fileno(), self.read)

    def stop(self) -> None:
        if self.tags and self._loop:
            self._loop.remove_reader(self.tags.fileno())
            self.tags.close()
        self._loop = self.tags = self._tracker.tags = None

    def read(self) -> None:
        """What has happened by now."""
        if self.tags is None:
            return
        try:
            events = self.tags.read()
        except EventsLostError as error:
            events = error.events
            self._trouble(LOST, again=True)  # upon which all is looked at
        for event in events:
            self._happened(event)

    def _happened(self, event: Event) -> None:
        try:
            self._tracker.happened(event)
        except BlindError as error:
            self._trouble(BLIND, said_by(error))
        except Exception as error:  # noqa: BLE001 - one event must not cost the others
            if self._loop:
                self._loop.call_exception_handler({"message": f"{event}", "exception": error})
