"""Keeps one tray in each session that somebody looks at, in a thread that sleeps until one of them ends or somebody logs on.

Nothing that is enforced waits for it. Trays outlive the daemon, and say that it is away; the next daemon knows them by the
identities that this one wrote down. Whoever kills theirs in a loop, or has another program in its place, costs the PC one start
in two minutes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import win32event
import win32process

from daemon.platforms.processes import Identity
from daemon.platforms.windows.ending import run_in_session
from daemon.platforms.windows.watching import processes
from host.windows.win32 import AsOSError, Handle

AGAIN_MS: Final = 1_000  # after it is gone for the first time; twice as long each time
LONGEST_MS: Final = 120_000
STEADY_MS: Final = 300_000  # who ran for so long is started at once again
NOBODY_MS: Final = 60_000  # until a session is asked again in which nobody had logged on
_PATIENCE_S = 5.0  # for a start that the system holds up: nobody else waits for it
_BROKEN_MS = 60_000  # until it is tried again where waiting fails


@dataclass(frozen=True, slots=True)
class Tray:
    """`handle` can only be waited for."""

    handle: Handle
    identity: Identity


@dataclass(slots=True)
class _Session:
    """`due`: when a tray is started next, if none runs. `wait`: how long after the next end. `empty`: nobody had logged on."""

    due: int
    wait: int = AGAIN_MS
    begun: int = 0
    tray: Tray | None = None
    empty: bool = False


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
        self._sessions: dict[int, _Session] = {}
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

    def running(self) -> dict[int, Tray]:
        """By session."""
        return {one: state.tray for one, state in tuple(self._sessions.items()) if state.tray is not None}

    def _run(self) -> None:
        self._take_up()
        while not self._stopping:
            self._wait(self._turn())
            if self._told:
                self._told = False
                for state in self._sessions.values():
                    state.due = self._mono() if state.empty else state.due
            self._see_who_ended()

    def _turn(self) -> int | None:
        """Starts what is due; in how many milliseconds the next one is, if any."""
        here, now = self._here(), self._mono()
        self._sessions = {one: state for one, state in self._sessions.items() if one in here or state.tray is not None}
        waiting = {one: state for one in sorted(here) if (state := self._sessions.setdefault(one, _Session(now))).tray is None}
        for one, state in waiting.items():
            if state.due <= now:
                state.tray = self._start(one)
                state.begun, state.due, state.empty = now, now + NOBODY_MS, state.tray is None
                self._write_down()
        dues = [state.due - self._mono() for state in waiting.values() if state.tray is None]
        return max(0, min(dues)) if dues else None

    def _wait(self, ms: int | None) -> None:
        handles = [self._wake, *(tray.handle.value for tray in self.running().values())]
        try:
            with AsOSError():
                win32event.WaitForMultipleObjects(handles, False, win32event.INFINITE if ms is None else ms)
        except OSError:
            win32event.WaitForSingleObject(self._wake, _BROKEN_MS)

    def _see_who_ended(self) -> None:
        now = self._mono()
        for state in self._sessions.values():
            if state.tray is not None and not processes.running(state.tray.handle):
                state.tray.handle.close()
                wait = AGAIN_MS if now - state.begun >= STEADY_MS else state.wait
                state.tray, state.due, state.wait = None, now + wait, min(2 * wait, LONGEST_MS)

    # --- from one daemon to the next ---------------------------------------------------------------------------------------

    def _take_up(self) -> None:
        now = self._mono()
        for session, identity in self._written().items():
            self._sessions[session] = _Session(now, begun=now, tray=found(identity))

    def _written(self) -> dict[int, Identity]:
        """None where nothing is, or nothing that is ours."""
        with suppress(OSError, msgspec.DecodeError):
            if self._memory is not None:
                return msgspec.json.decode(self._memory.read_bytes(), type=dict[int, Identity])
        return {}

    def _write_down(self) -> None:
        if self._memory is not None:
            with suppress(OSError):  # a full disk: the next daemon starts one more, which sees the first and ends
                self._memory.write_bytes(msgspec.json.encode({one: tray.identity for one, tray in self.running().items()}))


def start(session: int, words: Sequence[str]) -> Tray | None:
    """As the user who sits there, with the rights of their desktop. None: nobody has logged on, or it was over at once."""
    process = run_in_session.run(session, "tray", words, own_name=True)
    if process is None:
        return None
    with suppress(OSError), AsOSError():  # nobody else gets its pid as long as we hold `process`
        pid = win32process.GetProcessId(process)
        handle = processes.opened(pid)
        return None if handle is None else Tray(handle, (pid, processes.times(handle).created))
    return None


def found(identity: Identity) -> Tray | None:
    """One that was started before, if it still runs."""
    with suppress(OSError):
        handle = processes.opened_as(*identity)
        if handle is not None and processes.running(handle):
            return Tray(handle, identity)
    return None
