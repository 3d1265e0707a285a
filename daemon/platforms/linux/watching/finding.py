"""Finds what of the code that processes have loaded is a game's, in threads of their account's own: some keep them waiting."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue

from daemon.platforms.linux.reading.places import whose
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.mapped import Mapped, alive, mapped
from daemon.platforms.processes import Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint

_LARGEST = 1 << 20
_MOST_WAITING = 4096  # of one account
_MOST_UNREAD = 256  # of one process
_TURN_MS = 50
_HELD_MS = 1_500  # nothing of one file takes so long
_STUCK_MS = 3_000  # after that was told, and again after as long
_LONGER = 3  # times as long and as often, where it is no file that keeps us waiting: a PC without memory does, too
_MOST_HELD = 3  # times that one process may keep somebody waiting: each begins with it anew
_MOST_THREADS = 64
_OWN = ("/usr/lib", "/lib", "/usr/bin")  # whose disks only root changes: what is innocent there stays it


class Finder:
    """In a thread of its account's own: a process may keep whoever reads its map waiting."""

    def __init__(self, wall: Callable[[], int] = lambda: 0) -> None:
        self._images = Images(_LARGEST, wall)
        self._innocent: set[tuple[int, int]] = set()
        self._for: Catalogue | None = None
        self._disks: set[int] = set()
        self.at: Mapped | None = None
        """The file that it is at."""

    def games_in(self, this: Identity, catalogue: Catalogue) -> Iterator[Fingerprint | Mapped | None]:
        """The files of games that this process has loaded, and those that root may not read, or not now; None as often as
        something else was looked at. BlindError.
        """
        if self._for is not catalogue:
            self._innocent, self._for = set(), catalogue
            self._disks = {status.st_dev for status in map(_status, _OWN) if status is not None}
        for one in mapped(this[0]):
            if not alive(*this):
                return
            self.at = one
            found = self._game(one, catalogue) if one else None
            self.at = None
            yield found

    def _game(self, one: Mapped, catalogue: Catalogue) -> Fingerprint | Mapped | None:
        if one.this in self._innocent:
            return None
        for way in one.ways:
            file = self._images.open(way, one.shown, catalogue)
            if self._images.held:  # by a lease: nothing of it was read
                self._images.held = {}
                return one
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


@dataclass(slots=True, eq=False)
class _Walk:
    """`told` is called with `this` and what was found, and what could not be read, if anything was. `files`: begun. `held_at`:
    somebody was told then (mono) that it keeps a thread waiting, as it still does, for the `held`th time, at the file
    `where`.
    """

    this: Identity
    catalogue: Catalogue
    told: Callable[..., None]
    finder: Finder | None = None
    files: Iterator[Fingerprint | Mapped | None] = field(default_factory=lambda: iter(()))
    found: tuple[Fingerprint, ...] = ()
    unread: tuple[Mapped, ...] = ()
    held: int = 0
    held_at: int | None = None
    where: Mapped | None = None

    def is_due(self, now: int) -> bool:
        longer = 1 if self.where else _LONGER
        stuck = self.held_at is not None and now - self.held_at >= longer * _STUCK_MS
        return stuck or self.held >= longer * _MOST_HELD


class Account:
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
        at_work, now = self._at_work, self._clock.mono()
        if at_work is None or now - at_work[1] < _HELD_MS:
            return None
        self._note_held(at_work, now)
        self._threads = [one for one in self._threads if one.is_alive()]
        if len(self._threads) >= _MOST_THREADS:
            return None
        self._at_work = None
        self._begin()
        return at_work[0].this

    def _note_held(self, at_work: tuple[_Walk, int], now: int) -> None:
        walk = at_work[0]
        if walk.held_at is None:
            walk.held_at = now
            walk.held += 1
            walk.where = walk.finder.at if walk.finder else None
        if self._at_work is not at_work:  # it is over by now
            walk.held_at = None

    @property
    def waits(self) -> bool:
        """Whether any keeps a thread waiting."""
        return any(walk.held_at is not None or walk.held >= _MOST_HELD for walk in tuple(self._open))

    def stuck(self) -> list[Identity]:
        """The processes that have done so for too long, or too often. Again after as long, as long as they do. Not where it is
        one of the PC's disks that takes so long, or what root mounted.
        """
        now = self._clock.mono()
        due = [walk for walk in tuple(self._open) if walk.is_due(now)]
        for walk in due:
            walk.held, walk.held_at = 0, None if walk.held_at is None else now
        disks = whose((walk.where.mount, walk.where.this[0]) if walk.where else (0, -1) for walk in due)
        return [walk.this for walk, disk in zip(due, disks, strict=True) if disk == "own"]

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
            if self._at_work is at_work:
                self._at_work = None
            walk.held_at = None  # after that: `held` sees to the same in the other order
            if left:
                self._asked.put(walk)
            else:
                self._open.discard(walk)

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
