"""Ends programs: asks their windows to close, then terminates, each by pid and creation time.

The right to terminate is asked for when something is to be ended and given back at once. Nothing is suspended, injected or
hooked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import ClassVar

from daemon.platforms.control import TreeControl
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.windows import installed
from daemon.platforms.windows.ending import closing, run_in_session
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Process, Snapshots
from host.windows.win32 import Handle

_SERVICES = 0  # the session of services, which has no screen
_MOST_ASKED = 2_000  # pids that a command line has room for
_REMEMBERED, _MOST_ACCOUNTS = 256, 4_096
_OVER = ""


class WindowsControl(TreeControl[Process]):
    KERNEL: ClassVar = frozenset((0, 4))  # Idle and System

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple) -> None:
        super().__init__(spared)
        self._snapshots = Snapshots()
        self._accounts: dict[Identity, str] = {}
        self._reached: dict[Identity, tuple[Callable[[], bool], ...]] = {}  # of the last ones asked: whether a window was

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
        path = processes.asked((pid, started), processes.image)
        return path is not None and installed.installed(path)

    def _look(self) -> dict[int, Process]:
        return self._snapshots.take()

    def _ask(self, play: frozenset[Identity], family: tuple[Process, ...]) -> bool:
        sessions: dict[int, list[int]] = {}
        for one in family:
            sessions.setdefault(one.session, []).append(one.pid)
        reached = tuple(_asked_in(session, pids[:_MOST_ASKED]) for session, pids in sessions.items())
        for program in play:
            self._reached.pop(program, None)
            self._reached[program] = reached
        while len(self._reached) > _REMEMBERED:
            self._reached.pop(next(iter(self._reached)))
        return True

    def disconnect(self, pid: int, started: int) -> bool:
        try:
            one = self._look().get(pid)
        except BlindError:
            return False
        if one is None or one.started != started or one.session in {_SERVICES, run_in_session.own_session()}:
            return False
        return run_in_session.disconnect(one.session)

    def reached(self, programs: Collection[Identity]) -> bool:
        return any(has() for one in programs for has in self._reached.get(one, ()))

    def _own(self, root: Process, family: Iterable[Process]) -> list[Process]:
        """Not what another account does there, or in another session, nor anything below that: `runas` and UAC name as a
        program's parent whoever asked for it. Where nobody can tell whose the game is, it is ended alone.
        """
        account, others, kept = self._account(root), set[int](), [root]
        for one in family:
            if one is root or not account:
                continue
            if one.parent in others or one.session != root.session or self._account(one) not in {account, _OVER}:
                others.add(one.pid)
            else:
                kept.append(one)
        return kept

    def _account(self, process: Process) -> str | None:
        """The SID of its account, also of one that is over, if it was asked for before; else _OVER. None: it is not known."""
        known = self._accounts.get(process.identity)
        if known is not None:
            return known
        try:
            handle = processes.opened_as(*process.identity)
            if handle is None:
                return _OVER
            with handle:
                found = processes.user(handle)
        except OSError:
            return None
        self._accounts[process.identity] = found
        while len(self._accounts) > _MOST_ACCOUNTS:
            self._accounts.pop(next(iter(self._accounts)))
        return found

    def _terminate(self, pid: int, started: int) -> bool:
        return _end(pid, started)  # Windows has nothing that a program may act upon but its windows' messages

    def _end(self, pid: int, started: int) -> bool:
        return _end(pid, started)


def _asked_in(session: int, pids: list[int]) -> Callable[[], bool]:
    """Has the windows that these have in a session asked; what it returns says whether there were any, as far as is known."""
    if session == run_in_session.own_session() and closing.interactive():
        found = closing.ask(pids) > 0
        return lambda: found
    errand = run_in_session.run(session, closing.__name__, [str(one) for one in sorted(pids)])
    return lambda: errand is not None and run_in_session.succeeded(errand)


def _end(pid: int, started: int) -> bool:
    def end(handle: Handle) -> bool:
        return processes.running(handle) and processes.terminate(handle)

    return processes.asked((pid, started), end, processes.TERMINATE) is True
