"""Ends programs: asks their windows to close, then terminates, each by pid and creation time.

The right to terminate is asked for when something is to be ended and given back at once. Nothing is suspended, injected or
hooked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import ClassVar

from daemon.platforms.control import TreeControl
from daemon.platforms.processes import BlindError
from daemon.platforms.windows import installed
from daemon.platforms.windows.ending import closing, run_in_session
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Process, Snapshots

_MOST_ASKED = 2_000  # pids that a command line has room for


class WindowsControl(TreeControl[Process]):
    KERNEL: ClassVar = frozenset((0, 4))  # Idle and System

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple) -> None:
        super().__init__(spared)
        self._snapshots = Snapshots()
        self._to_ask: dict[int, set[int]] = {}

    def alive(self, pid: int, started: int) -> bool:
        try:
            handle = processes.opened_as(pid, started)
        except OSError:
            return self._there(pid, started)
        if handle is None:
            return False
        with handle:
            return processes.running(handle)

    def _there(self, pid: int, started: int) -> bool:
        try:
            found = self._look().get(pid)
        except BlindError:
            return True
        return found is not None and found.started == started

    def installed(self, pid: int, started: int) -> bool:
        with suppress(OSError):
            handle = processes.opened_as(pid, started)
            if handle is not None:
                with handle:
                    return installed.installed(processes.image(handle))
        return False

    def _look(self) -> dict[int, Process]:
        return self._snapshots.take()

    def _ask(self, tree: tuple[Process, ...]) -> bool:
        session = tree[0].session
        pids = [one.pid for one in tree if one.session == session]
        if session == run_in_session.own_session() and closing.interactive():
            closing.ask(pids)
            return True
        if not self._to_ask:
            asyncio.get_running_loop().call_soon(self._send)
        self._to_ask.setdefault(session, set()).update(pids)
        return True

    def _send(self) -> None:
        """One errand into each session, however many programs are to be asked at this moment."""
        to_ask, self._to_ask = self._to_ask, {}
        for session, pids in to_ask.items():
            run_in_session.run(session, closing.__name__, [str(one) for one in sorted(pids)[:_MOST_ASKED]])

    def _end(self, pid: int, started: int) -> bool:
        return _end(pid, started)


def _end(pid: int, started: int) -> bool:
    with suppress(OSError):
        handle = processes.opened_as(pid, started, processes.TERMINATE)
        if handle is not None:
            with handle:
                return processes.running(handle) and processes.terminate(handle)
    return False
