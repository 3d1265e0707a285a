"""Events and polling as one Watcher: the best that this Windows and our rights allow.

Events (ETW) are believed only once some have arrived: there are systems that promise them and deliver none. Until then, and
wherever they fail, processes are looked at four times a second while a game runs or would be refused, every two seconds else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from daemon.platforms.api import Observation, Refusals
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.troubles import BLIND
from daemon.platforms.watcher import EVENTS, TrackingWatcher
from daemon.platforms.windows.etw.events import ProcessEvent
from daemon.platforms.windows.etw.session import EtwSession
from daemon.platforms.windows.watching.snapshot import Process, Snapshots, microseconds
from daemon.platforms.windows.watching.tracker import WindowsTracker
from host.clock import Clock
from i18n.message import said_by
from i18n.printable import printable
from rules.games import Program

FAST_S = 0.25
SLOW_S = 2.0
_LONGEST_NAME = 300  # characters


class WindowsWatcher(TrackingWatcher):
    def __init__(self, tracker: WindowsTracker, clock: Clock, session: str) -> None:
        """`session`: the name of the event session, which no other daemon on this machine has."""
        super().__init__(clock)
        self._tracker, self._images = tracker, tracker.programs.images
        tracker.trouble, tracker.well, tracker.on_loop = self._trouble, self._well, self._on_loop
        self._name = session
        self._session: EtwSession | None = None
        self._snapshots = Snapshots()
        self._timer: asyncio.TimerHandle | None = None

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        super().start(sink)
        self._tracker.later = asyncio.get_running_loop().call_later
        self._tracker.start(sink)
        self._images.start(partial(self._on_loop, self._tracker.looked))
        self._start_events()
        self._timer = asyncio.get_running_loop().call_later(FAST_S, self._turn)

    def _scan(self) -> tuple[Program, ...]:
        return self._tracker.scan(self._snapshots.take())

    def _running(self) -> tuple[Program, ...]:
        return self._tracker.running()

    def resume(self, programs: Mapping[Identity, tuple[str, str]]) -> None:
        """A process names its parent here as long as it runs: what a play goes on in is found by that."""

    def look(self) -> bool:
        return True

    def refuse(self, refusals: Refusals) -> None:
        hurried = self._hurry()
        self._refusals = refusals
        self._tracker.catalogue = refusals.catalogue
        if self._hurry() and not hurried:
            self._believe_events()
            self._look_again_soon()

    def stop(self) -> None:
        if self._loop is None:
            return
        if self._timer:
            self._timer.cancel()
        if self._session:
            self._session.close()
        self._timer = self._session = None
        self._images.stop()
        self._tracker.stop()
        super().stop()

    def _hurry(self) -> bool:
        """Whether something may have to be ended soon."""
        return bool(self._tracker.games or (self._refusals and any(self._refusals.refused.values())))

    # --- looking -----------------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        if self._loop is None:
            return
        self._believe_events()
        self._timer = self._loop.call_later(FAST_S if self.kind == "poll" and self._hurry() else SLOW_S, self._turn)
        try:
            here = self._snapshots.take()
        except BlindError as error:
            self._trouble(BLIND, said_by(error))
            return
        self._tracker.compare(here)

    def _look_again_soon(self) -> None:
        """There is more to lose now than when the last wait began."""
        if self._loop and self._timer:
            self._timer.cancel()
            self._timer = self._loop.call_soon(self._turn)  # type: ignore[assignment] # a Handle can be cancelled like a TimerHandle

    # --- events ------------------------------------------------------------------------------------------------------------

    def _start_events(self) -> None:
        session = EtwSession(self._from_events, self._from_session, self._name)
        if session.start():
            self._session = session
        else:
            self._trouble(EVENTS, session.reason)

    def _believe_events(self) -> None:
        if self._session is None:
            return
        self._session.pace(hurry=self._hurry())
        if self._session.arrived and self.kind == "poll":
            self.kind = "events"
            self._well(EVENTS)
        elif self.kind == "events" and not self._session.arrived:
            self.kind = "poll"  # the session is over, and has told so

    def _from_events(self, event: ProcessEvent) -> None:
        """In the session's thread."""
        self._on_loop(self._event, event)

    def _from_session(self, id_: str, text: str) -> None:
        """In one of the session's threads."""
        self._on_loop(self._session_trouble, id_, text)

    def _session_trouble(self, id_: str, text: str) -> None:
        self._trouble(id_, text)
        self._look_again_soon()

    def _event(self, event: ProcessEvent) -> None:
        created = microseconds(event.created)
        if event.kind == "stop":
            self._tracker.ended(event.pid, created, microseconds(event.at))
        elif event.kind == "start":
            told = Process(
                event.pid, event.parent, created, event.session, printable(event.image.rpartition("\\")[2], _LONGEST_NAME)
            )
            self._tracker.started(told)
