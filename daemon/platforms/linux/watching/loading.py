"""When to look at the code that processes have loaded, and what of it is a game's.

A process that is no game by its executable or by what it was told is looked at some times after its start, then with each scan:
only if the size of what it can execute has changed, or that of all its memory, which the kernel tells without waiting for
anybody. Root's never are.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.mapped import Mapped, alive, mapped
from daemon.platforms.processes import BlindError, Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint, Program

_LOOKS_S = (0.1, 0.4, 1.5, 6, 24)  # after its start, each after the one before
_LARGEST = 1 << 20
_MOST = 8192
_MOST_WAITING = 4096  # of one account
_MOST_UNREAD = 256  # of one process
_TURN_MS = 50
_HELD_MS = 1_500  # nothing of one file takes so long
_MOST_THREADS = 64
_MOST_ACCOUNTS = 64
_IDLE_MS = 600_000
_OWN = ("/usr/lib", "/lib", "/usr/bin")  # whose disks only root changes: what is innocent there stays it

Told = Callable[[Identity, tuple[Fingerprint, ...], int], None]
"""A process, the files of games that it has loaded, and since when (mono) it can have them."""
Read = Callable[[Identity, str, tuple[Mapped, ...], Catalogue, Callable[..., None]], object]
"""Reads these of an account's process as that account, and tells, in whatever thread, which are games' (loaded_files.py)."""


class Finder:
    """In a thread of its account's own: a process may keep whoever reads its map waiting."""

    def __init__(self, wall: Callable[[], int] = lambda: 0) -> None:
        self._images = Images(_LARGEST, wall)
        self._innocent: set[tuple[int, int]] = set()
        self._for: Catalogue | None = None
        self._disks: set[int] = set()

    def games_in(self, this: Identity, catalogue: Catalogue) -> Iterator[Fingerprint | Mapped | None]:
        """The files of games that this process has loaded, and those that root may not read; None as often as something else
        was looked at. BlindError.
        """
        if self._for is not catalogue:
            self._innocent, self._for = set(), catalogue
            self._disks = {status.st_dev for status in map(_status, _OWN) if status is not None}
        for one in mapped(this[0]):
            if not alive(*this):
                return
            yield self._game(one, catalogue) if one else None

    def _game(self, one: Mapped, catalogue: Catalogue) -> Fingerprint | Mapped | None:
        if one.this in self._innocent:
            return None
        for way in one.ways:
            file = self._images.open(way, one.shown, catalogue)
            if file is not None:
                if any(True for _ in catalogue.of_content(file)):
                    return file
                self._note(one, way)
                return None
        return one

    def _note(self, one: Mapped, way: str) -> None:
        found = _status(way)
        if found is not None and found.st_uid == 0 and not found.st_mode & 0o022 and found.st_dev in self._disks:
            self._innocent.add(one.this)


def _status(path: str) -> os.stat_result | None:
    with suppress(OSError):
        return os.stat(path)  # noqa: PTH116 - run often
    return None


_OVER = (0, 0)


class _Looked(NamedTuple):
    """When it started, as processes and as play count; `at` (mono): by then it had not loaded more than was seen."""

    this: tuple[int, int]
    account: str
    catalogue: Catalogue
    at: int
    size: tuple[int, int] = _OVER


class LoadedCode:
    """On the loop's thread. `later` as the loop's `call_later`, `on_loop` runs something there, from the thread."""

    def __init__(self, clock: Clock, tell: Told) -> None:
        self._clock, self._tell = clock, tell
        self._known: OrderedDict[int, _Looked] = OrderedDict()
        self._finders: dict[str, _Account] = {}
        self._let_go_at = clock.mono()
        self.later: Callable[..., object] = lambda *_: None
        self.on_loop: Callable[..., None] = lambda *_: None
        self.read: Read = lambda *_: None
        self.held: Callable[[str, str], None] = lambda *_: None
        """Told what could not be looked at in time, and whose it is."""

    def stop(self) -> None:
        for one in self._finders.values():
            one.stop()
        self._finders.clear()
        self._known.clear()

    def seen(self, program: Program, catalogue: Catalogue, rested: int = 0) -> bool:
        """A program that is no game runs: newly, or still; it had loaded nothing new at `rested` (mono). Whether all that it
        has loaded is looked at, or will be.
        """
        if program.account == "root" or not catalogue.knows_content:
            return True
        this = (program.started, program.since)
        known = self._known.get(program.pid)
        if known is None or known.this != this:
            self._note(program.pid, _Looked(this, program.account, catalogue, program.since))
            self.later(_LOOKS_S[0], self._due, program.pid, this, 0)
            return False
        if known.catalogue is not catalogue:
            known = known._replace(catalogue=catalogue, size=_OVER)
        self._note(program.pid, known._replace(at=max(known.at, rested)))
        return self._look(program.pid) == self._known[program.pid].size

    def _note(self, pid: int, looked: _Looked) -> None:
        self._known[pid] = looked
        self._known.move_to_end(pid)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def _due(self, pid: int, this: tuple[int, int], number: int) -> None:
        known = self._known.get(pid)
        if known is None or known.this != this:
            return
        if self._look(pid) == _OVER:
            del self._known[pid]
        elif number + 1 < len(_LOOKS_S):
            self.later(_LOOKS_S[number + 1], self._due, pid, this, number + 1)

    def _look(self, pid: int) -> tuple[int, int] | None:
        """If it may have loaded something since. Its extent now (procfs); None: nobody can see it."""
        known, now = self._known[pid], self._clock.mono()
        if (finder := self._finders.get(known.account)) and (held := finder.held()):
            self.held(procfs.called(held[0]), known.account)
        try:
            size = procfs.extent(pid)
        except BlindError:  # whoever scans will say so
            return None
        if size == known.size:
            self._note(pid, known._replace(at=now))
        elif size != _OVER and (finder := self._finder(known.account)) and finder.room:
            self._note(pid, known._replace(at=now, size=size))
            finder.look((pid, known.this[0]), known.catalogue, partial(self.on_loop, self._found, known))
        return size

    def _finder(self, account: str) -> _Account | None:
        """None: that many are at work for others."""
        self._let_go(self._clock.mono())
        if account not in self._finders:
            if len(self._finders) >= _MOST_ACCOUNTS:
                idle = next((name for name, one in self._finders.items() if one.idle), None)
                if idle is None:
                    return None
                self._finders.pop(idle).stop()
            self._finders[account] = _Account(self._clock)
        return self._finders[account]

    def _let_go(self, now: int) -> None:
        """Of the threads of accounts of which nothing was looked at since the last time."""
        if now - self._let_go_at < _IDLE_MS:
            return
        self._let_go_at = now
        for account, one in tuple(self._finders.items()):
            if one.idle and not one.used:
                self._finders.pop(account).stop()
            one.used = False

    def _found(
        self, looked: _Looked, this: Identity, files: tuple[Fingerprint, ...], unread: tuple[Mapped, ...] = ()
    ) -> None:
        if self._finders and files:  # else we have stopped
            self._tell(this, files, looked.at)
        elif self._finders and unread:
            self.read(this, looked.account, unread, looked.catalogue, partial(self.on_loop, self._found, looked, this))


@dataclass(slots=True, eq=False)
class _Walk:
    """`told` is called with `this` and what was found, and what could not be read, if anything was. `files`: begun."""

    this: Identity
    catalogue: Catalogue
    told: Callable[..., None]
    finder: Finder | None = None
    files: Iterator[Fingerprint | Mapped | None] = field(default_factory=lambda: iter(()))
    found: tuple[Fingerprint, ...] = ()
    unread: tuple[Mapped, ...] = ()


class _Account:
    """A thread of its own, which nobody waits for: where one is kept waiting, another one goes on in its place, and no other
    account notices. Each process in turn has a moment: one that has loaded thousands of files hides no other.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: SimpleQueue[_Walk | None] = SimpleQueue()
        self.used = False
        self._open: set[_Walk] = set()
        self._threads: list[threading.Thread] = []
        self._at_work: tuple[_Walk, int] | None = None
        self._begin()

    def _begin(self) -> None:
        self._threads.append(threading.Thread(target=self._run, name="loaded-code", daemon=True))
        self._threads[-1].start()

    @property
    def room(self) -> bool:
        return self._asked.qsize() < _MOST_WAITING

    @property
    def idle(self) -> bool:
        return not self._open

    def look(self, this: Identity, catalogue: Catalogue, told: Callable[..., None]) -> None:
        """`told` is called in the thread."""
        self.used = True
        walk = _Walk(this, catalogue, told)
        self._open.add(walk)
        self._asked.put(walk)

    def held(self) -> Identity | None:
        """The process that keeps the thread waiting since a while, if one does. Another thread has begun then."""
        at_work = self._at_work
        if at_work is None or self._clock.mono() - at_work[1] < _HELD_MS:
            return None
        self._threads = [one for one in self._threads if one.is_alive()]
        if len(self._threads) >= _MOST_THREADS:
            return None
        self._at_work = None
        self._begin()
        return at_work[0].this

    def stop(self) -> None:
        self._asked.put(None)

    def _run(self) -> None:
        Images.calm()
        finder, mine = Finder(self._clock.wall), threading.current_thread()
        while self._threads[-1] is mine and (walk := self._asked.get()) is not None:
            self._at_work = at_work = (walk, self._clock.mono())
            left = False
            with suppress(Exception):  # whatever one process may be like, the next one is looked at
                left = self._turn(finder, walk)
            if left:
                self._asked.put(walk)
            else:
                self._open.discard(walk)
            if self._at_work is at_work:
                self._at_work = None

    def _turn(self, finder: Finder, walk: _Walk) -> bool:
        """Whether something is left."""
        until = self._clock.mono() + _TURN_MS
        if walk.finder is not finder:  # another thread's, which may still be in it
            walk.finder, walk.files = finder, iter(finder.games_in(walk.this, walk.catalogue))
            walk.found, walk.unread = (), ()
        for file in walk.files:
            if isinstance(file, Mapped):
                walk.unread += (file,) if len(walk.unread) < _MOST_UNREAD else ()
            elif file:
                walk.found += (file,)
            if self._clock.mono() >= until:
                return True
        if (walk.found or walk.unread) and alive(*walk.this):
            walk.told(walk.this, walk.found, walk.unread)
        return False
