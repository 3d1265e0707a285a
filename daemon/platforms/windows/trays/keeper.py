"""Keeps one tray in each session that somebody looks at, in a thread that sleeps until one of them ends or somebody logs on.

Nothing that is enforced waits for it. Trays outlive the daemon, and say that it is away; the next daemon knows them by the
identities that this one wrote down.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import msgspec
import win32event

from daemon.platforms.processes import Identity
from daemon.platforms.windows.trays.plan import Plan
from daemon.platforms.windows.trays.sessions import Tray, found
from daemon.platforms.windows.watching import processes
from host.windows.win32 import AsOSError

_PATIENCE_S = 5.0  # for a start that the system holds up: nobody else waits for it
_BROKEN_MS = 60_000  # until it is tried again where waiting fails


class Trays:
    """platforms.api.Displays. `memory`: where it is written down which run."""

    def __init__(
        self,
        mono: Callable[[], int],
        sessions: Callable[[], Collection[int]],
        start: Callable[[int], Tray | None],
        memory: Path | None = None,
    ) -> None:
        self._mono, self._here, self._start, self._memory = mono, sessions, start, memory
        self._plan = Plan()
        self._running: dict[int, Tray] = {}
        self._wake = win32event.CreateEvent(None, False, False, None)
        self._stopping = self._told = False
        self._thread = threading.Thread(target=self._run, name="trays", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look(self) -> None:
        self._told = True
        win32event.SetEvent(self._wake)

    def stop(self) -> None:
        self._stopping = True
        win32event.SetEvent(self._wake)
        if self._thread.is_alive():
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        self._take_up()
        while not self._stopping:
            self._wait(self._turn())
            if self._told:
                self._told = False
                self._plan.changed(self._mono())
            self._see_who_ended()

    def _turn(self) -> int | None:
        """Starts what is due; in how many milliseconds the next one is."""
        here, now = self._here(), self._mono()
        due = self._plan.due(here, now)
        for session in due:
            tray = self._start(session)
            if tray is None:
                self._plan.nobody(session, now)
            else:
                self._running[session] = tray
                self._plan.began(session, now)
        if due:
            self._write_down()
        return self._plan.wait(here, self._mono())

    def _wait(self, ms: int | None) -> None:
        handles = [self._wake, *(tray.handle.value for tray in self._running.values())]
        try:
            with AsOSError():
                win32event.WaitForMultipleObjects(handles, False, win32event.INFINITE if ms is None else ms)
        except OSError:
            win32event.WaitForSingleObject(self._wake, _BROKEN_MS)

    def _see_who_ended(self) -> None:
        for session, tray in tuple(self._running.items()):
            if not processes.running(tray.handle):
                self._running.pop(session).handle.close()
                self._plan.ended(session, self._mono())

    # --- from one daemon to the next ---------------------------------------------------------------------------------------

    def _take_up(self) -> None:
        for session, identity in self._written().items():
            tray = found(identity)
            if tray is not None:
                self._running[session] = tray
                self._plan.began(session, self._mono())

    def _written(self) -> dict[int, Identity]:
        """None where nothing is, or nothing that is ours."""
        with suppress(OSError, msgspec.DecodeError):
            if self._memory is not None:
                return msgspec.json.decode(self._memory.read_bytes(), type=dict[int, Identity])
        return {}

    def _write_down(self) -> None:
        if self._memory is not None:
            with suppress(OSError):  # a full disk: the next daemon starts one more, which sees the first and ends
                self._memory.write_bytes(msgspec.json.encode({session: one.identity for session, one in self._running.items()}))
