"""Ends programs: asks their windows to close, then terminates, each by pid and creation time.

The right to terminate is asked for when something is to be ended and given back at once. Nothing is suspended, injected or
hooked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.windows import installed
from daemon.platforms.windows.ending import closing, run_in_session
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Process, Snapshots, descendants

_ROUNDS = 5
_REMEMBERED = 64
_MOST_ASKED = 2_000  # pids that a command line has room for
_KERNEL = frozenset((0, 4))  # Idle and System

Identity = tuple[int, int]


class WindowsControl:
    """platforms.api.Control. `spared`: pids never ended, beside the kernel's, ourselves and all that we descend from."""

    def __init__(self, spared: Callable[[], Iterable[int]] = tuple) -> None:
        self._spared = spared
        self._snapshots = Snapshots()
        self._trees: dict[Identity, tuple[Process, ...]] = {}
        self._to_ask: dict[int, set[int]] = {}

    def alive(self, pid: int, started: int) -> bool:
        """Also where we cannot see: nothing says that it is over."""
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
            found = self._snapshots.take().get(pid)
        except OSError:
            return True
        return found is not None and found.created == started

    def installed(self, pid: int, started: int) -> bool:
        with suppress(OSError):
            handle = processes.opened_as(pid, started)
            if handle is not None:
                with handle:
                    return installed.installed(processes.image(handle))
        return False

    def ask_close(self, pid: int, started: int) -> bool:
        here = self._look()
        tree = self._tree(pid, started, here, self._untouched(here))
        if not tree:
            return False
        self._remember((pid, started), tree)
        session = tree[0].session
        pids = [one.pid for one in tree if one.session == session]
        if session == run_in_session.own_session() and closing.interactive():
            closing.ask(pids)
            return True
        if not self._to_ask:
            asyncio.get_running_loop().call_soon(self._ask)
        self._to_ask.setdefault(session, set()).update(pids)
        return True

    def _ask(self) -> None:
        """One errand into each session, however many programs are to be asked at this moment."""
        to_ask, self._to_ask = self._to_ask, {}
        for session, pids in to_ask.items():
            run_in_session.run(session, closing.__name__, [str(one) for one in sorted(pids)[:_MOST_ASKED]])

    def end(self, pid: int, started: int) -> bool:
        """Also ends what belonged to it when it was asked to close, and what any of them starts while it is being ended."""
        here = self._look()
        untouched = self._untouched(here)
        asked = (one for one in self._trees.pop((pid, started), ()) if here.get(one.pid) == one and one.pid not in untouched)
        tree = self._tree(pid, started, here, untouched)
        family = _with_children((*tree, *asked), here, untouched)
        ended = False
        for turn in range(_ROUNDS):
            done = [_end(*one.identity) for one in family]
            if turn == 0:
                ended = bool(tree) and done[0]
            if not any(done):
                break
            family = _with_children(family, self._look(), untouched)
        return ended

    def _look(self) -> dict[int, Process]:
        try:
            return self._snapshots.take()
        except OSError:
            return {}

    def _untouched(self, here: dict[int, Process]) -> frozenset[int]:
        return _ancestors(os.getpid(), here) | _KERNEL | frozenset(self._spared())

    def _tree(self, pid: int, started: int, here: dict[int, Process], untouched: frozenset[int]) -> tuple[Process, ...]:
        """The program, parents before children. Nothing if it is gone or not to be touched: then nothing below it is either."""
        root = here.get(pid)
        if root is None or root.created != started or pid in untouched or not self.alive(pid, started):
            return ()
        return (root, *descendants(root, here, untouched))

    def _remember(self, root: Identity, tree: tuple[Process, ...]) -> None:
        self._trees[root] = tree
        while len(self._trees) > _REMEMBERED:  # those that closed when asked
            self._trees.pop(next(iter(self._trees)))


def _with_children(family: tuple[Process, ...], here: dict[int, Process], untouched: frozenset[int]) -> tuple[Process, ...]:
    """Those that were found before, and whatever has one of them for its parent, which may be gone by now."""
    children: dict[int, list[Process]] = {}
    for one in here.values():
        if one.pid not in untouched:
            children.setdefault(one.parent, []).append(one)
    found = dict.fromkeys(family)
    queue = list(family)
    while queue:
        parent = queue.pop()
        new = [one for one in children.get(parent.pid, ()) if one.created >= parent.created and one not in found]
        found.update(dict.fromkeys(new))
        queue += new
    return tuple(found)


def _ancestors(pid: int, here: dict[int, Process]) -> frozenset[int]:
    """The process itself and all it descends from, as far as they still are those that started it."""
    chain: set[int] = set()
    found = here.get(pid)
    while found is not None and found.pid not in chain:
        chain.add(found.pid)
        parent = here.get(found.parent)
        found = parent if parent is not None and parent.created <= found.created else None
    return frozenset(chain | {pid})


def _end(pid: int, started: int) -> bool:
    with suppress(OSError):
        handle = processes.opened_as(pid, started, processes.TERMINATE)
        if handle is not None:
            with handle:
                return processes.running(handle) and processes.terminate(handle)
    return False
