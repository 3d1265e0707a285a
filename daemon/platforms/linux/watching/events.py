"""Where process events come from: the kernel that carries tags (kernel/tags.py), else the process connector."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

from daemon.platforms.linux.kernel.tags import KernelTags
from daemon.platforms.linux.process_events import Event, EventsLostError
from daemon.platforms.linux.watching.connector import Connector
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError
from daemon.platforms.troubles import BLIND
from daemon.platforms.watcher import LOST
from i18n.message import said_by


class _Source(Protocol):
    def fileno(self) -> int: ...

    def read(self) -> list[Event]:
        """EventsLostError."""

    def close(self) -> None: ...


class Events:
    """`trouble` as TrackingWatcher has it. All on the loop's thread."""

    def __init__(self, tracker: Tracker, trouble: Callable[..., None]) -> None:
        self._tracker, self._trouble = tracker, trouble
        self._source: _Source | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.tags: KernelTags | None = None

    @property
    def reading(self) -> bool:
        """Whether events come at all."""
        return self._source is not None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """OSError: no rights, or a kernel without either."""
        if os.geteuid() != 0:
            raise PermissionError("needs root")
        try:
            self.tags = self._tracker.tags = KernelTags()
            self.tags.watch_root(on=self._tracker.root)
            self._source = self.tags
        except OSError:
            self._source = Connector()
        self._loop = loop
        loop.add_reader(self._source.fileno(), self.read)

    def stop(self) -> None:
        if self._source and self._loop:
            self._loop.remove_reader(self._source.fileno())
            self._source.close()
        self._source = self._loop = self.tags = self._tracker.tags = None

    def read(self) -> None:
        """What has happened by now."""
        if self._source is None:
            return
        try:
            events = self._source.read()
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
