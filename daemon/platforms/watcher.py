"""What every Watcher does alike: it hands the loop what the tracker tells, on the loop's thread, and each trouble once."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from daemon.api.issues import ISSUES
from daemon.api.messages import FileSystem
from daemon.platforms.api import Observation, Refusals, WatchKind, WatchTrouble
from daemon.platforms.processes import BlindError
from daemon.platforms.troubles import BLIND, HELD, UNREADABLE
from host.clock import Clock
from i18n.message import Arg, msg, said_by
from i18n.printable import printable
from rules.games import Program

EVENTS, LOST = "watch-events", "events-lost"
_HELD = frozenset((LOST, BLIND, UNREADABLE, HELD))
_LONGEST = 300  # characters of what is told of a trouble
_HELD_MS = 600_000  # what comes once comes again and again: one Issue, until it has not come for so long


class TrackingWatcher(ABC):
    """api.Watcher; `start` and `stop` are to be called by whoever watches in its own way."""

    def __init__(self, clock: Clock) -> None:
        self.kind: WatchKind = "poll"
        self._clock = clock
        self._refusals: Refusals | None = None
        self._sink: Callable[[Observation], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: dict[str, int] = {}

    def start(self, sink: Callable[[Observation], None]) -> None:
        self._sink, self._loop = sink, asyncio.get_running_loop()

    def scan(self) -> tuple[Program, ...]:
        try:
            found = self._scan()
        except BlindError as error:
            self._trouble(BLIND, said_by(error))
            return self._running()
        self._well(BLIND)
        self._well(LOST)
        return found

    @abstractmethod
    def _scan(self) -> tuple[Program, ...]:
        """BlindError."""

    @abstractmethod
    def _running(self) -> tuple[Program, ...]:
        """What was last known to run."""

    def sound(self) -> bool:
        return True

    def file_systems(self) -> tuple[FileSystem, ...]:
        return ()

    def stop(self) -> None:
        self._sink = self._loop = None
        self.kind = "poll"

    # --- telling -----------------------------------------------------------------------------------------------------------

    def _on_loop(self, callback: Callable[..., None], *args: object) -> None:
        """Called on the loop's thread, from another one."""
        loop = self._loop
        if loop:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(callback, *args)

    def _trouble(self, id_: str, details: Arg = "", *, again: bool = False, account: str = "") -> None:
        """Told once until it is over, as trouble calls a scan, and some comes of scans; `again`: whenever it comes, as is what
        only somebody else knows to be trouble, by the `account`.
        """
        known = id_ in self._open
        self._open[id_] = self._clock.mono()
        if again or account or not known:
            text = ISSUES[id_]
            details = printable(details, _LONGEST) if isinstance(details, str) else details  # a file's name may be anything
            told = msg("{what} ({details})", what=text, details=details) if details else text
            self._tell_soon(WatchTrouble(id_, told, account=account))

    def _well(self, id_: str) -> None:
        held = id_ in _HELD and self._clock.mono() - self._open.get(id_, 0) < _HELD_MS
        if id_ in self._open and not held:
            del self._open[id_]
            self._tell_soon(WatchTrouble(id_, ISSUES[id_], over=True))

    def _tell_soon(self, trouble: WatchTrouble) -> None:
        """When the loop comes round, as whoever starts or scans is in the middle of something."""
        if self._loop:
            self._loop.call_soon(self._tell, trouble)

    def _tell(self, seen: Observation) -> None:
        if self._sink:
            self._sink(seen)
