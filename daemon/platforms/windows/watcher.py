"""Events and polling as one Watcher: the best that this Windows and our rights allow.

Events (ETW) are believed only once some have arrived: there are systems that promise them and deliver none. Until then, and
wherever they fail, processes are looked at four times a second while a game runs or would be refused, every two seconds else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.api import Observation, Refusals, WatchKind, WatchTrouble
from daemon.platforms.hashing import Key, Looked
from daemon.platforms.processes import BlindError
from daemon.platforms.windows.etw.events import ProcessEvent
from daemon.platforms.windows.etw.session import EtwSession
from daemon.platforms.windows.watching.snapshot import Process, Snapshots, microseconds
from daemon.platforms.windows.watching.tracker import UNREADABLE, Tracker
from host.clock import Clock
from i18n.message import msg
from rules.games import Program

FAST_S = 0.25
SLOW_S = 2.0
BLIND = "watch-blind"
_HELD_MS = 600_000  # what comes once comes again and again: one Issue, until it has not come for so long

_TEXTS = {
    "watch-events": msg("the system does not tell what starts: games are ended when a look finds them"),
    "events-lost": msg("some starts were not told; everything that runs was looked at anew"),
    UNREADABLE: msg("a program cannot be read, so nobody knows whether it is a game"),
    BLIND: msg("programs cannot be looked at; plays that run go on being counted"),
}


class WindowsWatcher:
    """platforms.api.Watcher."""

    def __init__(self, tracker: Tracker, clock: Clock, session: str) -> None:
        """`session`: the name of the event session, which no other daemon on this machine has."""
        self.kind: WatchKind = "poll"
        self._tracker = tracker
        self._clock = clock
        self._name = session
        self._session: EtwSession | None = None
        self._snapshots = Snapshots()
        self._refusals: Refusals | None = None
        self._sink: Callable[[Observation], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open: dict[str, int] = {}
        tracker.trouble, tracker.well = self._trouble, self._well

    # --- the protocol ------------------------------------------------------------------------------------------------------

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink, self._loop = sink, asyncio.get_running_loop()
        self._tracker.start(sink)
        self._tracker.later = self._loop.call_later
        self._tracker.programs.images.start(self._from_slow_look)
        self._start_events()
        self._timer = self._loop.call_later(FAST_S, self._turn)

    def scan(self) -> tuple[Program, ...]:
        try:
            here = self._snapshots.take()
        except BlindError as error:
            self._trouble(BLIND, str(error))
            return self._tracker.running()
        found = self._tracker.scan(here)
        self._well(BLIND)
        self._well("events-lost")
        return found

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
        self._tracker.programs.images.stop()
        self._tracker.stop()
        self._sink = self._loop = self._timer = self._session = None
        self.kind = "poll"

    # --- looking -----------------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        if self._loop is None:
            return
        self._believe_events()
        self._timer = self._loop.call_later(FAST_S if self.kind == "poll" and self._hurry() else SLOW_S, self._turn)
        try:
            here = self._snapshots.take()
        except BlindError as error:
            self._trouble(BLIND, str(error))
            return
        self._tracker.compare(here)

    def _look_again_soon(self) -> None:
        """There is more to lose now than when the last wait began."""
        if self._loop and self._timer:
            self._timer.cancel()
            self._timer = self._loop.call_soon(self._turn)  # type: ignore[assignment] # a Handle can be cancelled like a TimerHandle

    def _hurry(self) -> bool:
        return bool(self._tracker.games or (self._refusals and any(self._refusals.refused.values())))

    # --- events ------------------------------------------------------------------------------------------------------------

    def _start_events(self) -> None:
        session = EtwSession(self._from_events, self._from_session, self._name)
        if session.start():
            self._session = session
        else:
            self._trouble("watch-events", session.reason)

    def _believe_events(self) -> None:
        if self._session is None:
            return
        self._session.hurry = self._hurry()
        if self._session.arrived and self.kind == "poll":
            self.kind = "events"
            self._well("watch-events")
        elif self.kind == "events" and not self._session.arrived:
            self.kind = "poll"  # the session is over, and has told so

    def _from_events(self, event: ProcessEvent) -> None:
        """In the session's thread."""
        self._call(self._event, event)

    def _from_session(self, id_: str, text: str) -> None:
        """In one of the session's threads."""
        self._call(self._session_trouble, id_, text)

    def _session_trouble(self, id_: str, text: str) -> None:
        self._trouble(id_, text)
        self._look_again_soon()

    def _event(self, event: ProcessEvent) -> None:
        created = microseconds(event.created)
        if event.kind == "stop":
            self._tracker.ended(event.pid, created, microseconds(event.at))
        elif event.kind == "start":
            self._tracker.started(Process(event.pid, event.parent, created, event.session, event.image.rpartition("\\")[2]))

    # --- what took long of a file ------------------------------------------------------------------------------------------

    def _from_slow_look(self, key: Key, found: Looked | None) -> None:
        """In a thread of its own."""
        self._call(self._looked, key, found)

    def _looked(self, key: Key, found: Looked | None) -> None:
        size = self._tracker.programs.images.hashed(key, found)
        if size is not None and self._sink:
            self._tracker.looked(size)

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _call(self, callback: Callable[..., None], *args: object) -> None:
        """On the loop's thread, from another one."""
        loop = self._loop
        if loop:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(callback, *args)

    def _trouble(self, id_: str, details: str = "") -> None:
        known = id_ in self._open
        self._open[id_] = self._clock.mono()
        if not known:
            text = _TEXTS[id_]
            self._tell_soon(WatchTrouble(id_, msg("{what} ({details})", what=text, details=details) if details else text))

    def _well(self, id_: str) -> None:
        if id_ in self._open and (id_ == "watch-events" or self._clock.mono() - self._open[id_] >= _HELD_MS):
            del self._open[id_]
            self._tell_soon(WatchTrouble(id_, _TEXTS[id_], over=True))

    def _tell_soon(self, trouble: WatchTrouble) -> None:
        """When the loop comes round, as whoever starts or scans is in the middle of something."""
        if self._loop:
            self._loop.call_soon(self._tell, trouble)

    def _tell(self, seen: Observation) -> None:
        if self._sink:
            self._sink(seen)
