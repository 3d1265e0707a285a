"""What is known to run, and what the loop is told of it: one table that events, polling and scans all go through."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.hashing import Key, Looked
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.seen_program import SeenProgram
from daemon.platforms.processes import BlindError
from host.clock import Clock
from rules.games import Catalogue, Program

UNREADABLE, BLIND = "watch-unreadable", "watch-blind"
_EXEC_SOON_S = 0.05
_MOST_WATCHED = 256  # ends that descriptors are held for; scans find the others

_log = logging.getLogger(__name__)


class Tracker:
    """All on the loop's thread. `games` are the pids of the programs that the catalogue recognises."""

    def __init__(self, programs: Programs, clock: Clock) -> None:
        self._programs = programs
        self._clock = clock
        self._known: dict[int, SeenProgram] = {}
        self._forks: dict[int, tuple[int, int]] = {}
        self._ends: dict[int, int] = {}
        self._sink: Callable[[Observation], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.catalogue = Catalogue(())
        self.games: set[int] = set()
        self.games_changed: Callable[[], None] = lambda: None
        self.trouble: Callable[[str, str], None] = lambda *_: None
        self.well: Callable[[str], None] = lambda _: None

    def start(self, sink: Callable[[Observation], None], loop: asyncio.AbstractEventLoop) -> None:
        self._sink, self._loop = sink, loop
        self._programs.images.start(self._from_slow_look)

    def stop(self) -> None:
        self._programs.images.stop()
        for pid in tuple(self._ends):
            self._unwatch(pid)
        self._known.clear()
        self._forks.clear()
        self.games = set()
        self._sink = self._loop = None

    def known(self) -> Iterable[int]:
        return tuple(self._known)

    def young(self, since: int) -> list[int]:
        """Those that started after `since`: a process is often forked a moment before it executes what it is for."""
        return [pid for pid, seen in self._known.items() if seen.program.since > since]

    # --- what happens ------------------------------------------------------------------------------------------------------

    def executed(self, pid: int, mono: int) -> None:
        """An exec at `mono`. One that a scan has already seen done is old news."""
        old = self._known.get(pid)
        if old and mono < old.at:
            return
        seen = self._told(pid, mono)
        if seen is None:
            return
        if old:
            self._end(pid, mono)
        self._begin(seen)

    def appeared(self, pid: int, since: int | None = None) -> None:
        """A process that nobody has told of yet."""
        if pid not in self._known and (seen := self._told(pid, since)):
            self._begin(seen)

    def forked(self, parent: int, pid: int, mono: int) -> None:
        """A game forked: the child is the game too, unless it executes something else, for which it is given a moment."""
        if self._loop and parent in self.games:
            self._forks[pid] = (parent, mono)
            self._loop.call_later(_EXEC_SOON_S, self._forked, pid)

    def _forked(self, pid: int) -> None:
        if pid in self._forks:
            _, mono = self._forks.pop(pid)
            self.appeared(pid, mono)

    def looked(self, pid: int) -> None:
        """Was this one replaced, by an exec or by another process with its pid, while nobody told?"""
        old = self._known[pid]
        try:
            seen = self._read(pid, None)
        except BlindError as error:
            self.trouble(BLIND, str(error))
        except _UnreadableError:
            pass  # and told of: nothing says that it is over
        else:
            if seen is None:
                self.ended(pid, self._clock.mono())
            elif not old.same_as(seen):
                self._end(pid, self._clock.mono())
                self._begin(seen.after(old))

    def ended(self, pid: int, mono: int) -> None:
        """The leader ended at `mono`; its threads may run on, and with them the game."""
        for child in [child for child, (parent, _) in self._forks.items() if parent == pid]:
            self._forked(child)  # before its parent's end is told: the play goes on in the child
        seen = self._known.get(pid)
        if seen is None or mono < seen.program.since:  # the end of an earlier one with this pid
            return
        if not (pid in self.games and self._lives_on(seen.program) and self._watch(pid)):
            self._end(pid, mono)

    def _lives_on(self, program: Program) -> bool:
        try:
            found = procfs.stat(program.pid)
        except BlindError as error:  # a scan that can see will tell
            self.trouble(BLIND, str(error))
            return True
        return found is not None and found.threads > 1 and found.started == program.started

    def scan(self, pids: Callable[[], Iterable[int]]) -> tuple[Program, ...]:
        """Reads all of these anew; nothing is told, as whoever scans sees it. Blind: what was last known."""
        self._programs.forget_names()
        try:
            found, unreadable = self._look(pids())
        except BlindError as error:
            self.trouble(BLIND, str(error))
            return tuple(seen.program for seen in self._known.values())
        self.well(BLIND)
        if not unreadable:
            self.well(UNREADABLE)
        games = {pid for pid, seen in found.items() if self.catalogue.recognise(seen.program)}
        self._known = {pid: seen if pid in games else seen.without_args() for pid, seen in found.items()}
        for pid in self.games - games:
            self._unwatch(pid)
        self._set_games(games)
        return tuple(seen.program for seen in found.values())

    def _look(self, pids: Iterable[int]) -> tuple[dict[int, SeenProgram], int]:
        """What runs under these pids, and how many there were that something is wrong with. BlindError."""
        found, unreadable = {}, 0
        for pid in pids:
            before = self._known.get(pid)
            try:
                seen = self._read(pid, None)
            except _UnreadableError:
                unreadable += 1
                seen = before  # nothing says that it is over
            else:
                if seen and before:
                    seen = seen.kept(before) if before.same_as(seen) else seen.after(before)
            if seen:
                found[pid] = seen
        return found, unreadable

    def watch_ends(self) -> None:
        """Have the loop woken by the end of each game, where no event tells it."""
        for pid in self.games - self._ends.keys():
            self._watch(pid)

    # --- the table ---------------------------------------------------------------------------------------------------------

    def _told(self, pid: int, since: int | None) -> SeenProgram | None:
        """What somebody said is there. None also where it cannot be seen: then a scan has to find it, and trouble calls one."""
        try:
            return self._read(pid, since)
        except BlindError as error:
            self.trouble(BLIND, str(error))
        except _UnreadableError:
            pass  # told of
        return None

    def _read(self, pid: int, since: int | None) -> SeenProgram | None:
        """BlindError, _UnreadableError: whatever one program may be like, it neither ends us nor hides the others."""
        at = self._clock.mono()
        try:
            program = self._programs.read(pid, self.catalogue, since)
        except BlindError:
            raise
        except Exception as error:
            _log.exception("process %d cannot be read", pid)
            self.trouble(UNREADABLE, f"pid {pid}: {type(error).__name__}")
            raise _UnreadableError from error
        if program is None:
            return None
        image = None
        with suppress(OSError):
            found = os.stat(f"/proc/{pid}/exe")  # noqa: PTH116 - run for every program that starts
            image = (found.st_dev, found.st_ino)
        return SeenProgram(program, image, at)

    def _begin(self, seen: SeenProgram) -> None:
        pid = seen.program.pid
        if self.catalogue.recognise(seen.program):
            self._known[pid] = seen
            self._set_games(self.games | {pid})
        else:
            self._known[pid] = seen.without_args()
        if self._sink:
            self._sink(ProgramStarted(seen.program))

    def _end(self, pid: int, mono: int) -> None:
        seen = self._known.pop(pid)
        self._unwatch(pid)
        self._set_games(self.games - {pid})
        if self._sink:
            self._sink(ProgramEnded(*seen.program.identity, mono))

    def _set_games(self, games: set[int]) -> None:
        if games != self.games:
            self.games = games
            self.games_changed()

    # --- hashes ------------------------------------------------------------------------------------------------------------

    def _from_slow_look(self, key: Key, found: Looked | None) -> None:
        """In a thread of its own."""
        loop = self._loop
        if loop:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(self._hashed, key, found)

    def _hashed(self, key: Key, found: Looked | None) -> None:
        """Whoever runs a file of this size may be a game after all: those that are, are told again."""
        if self._programs.images.hashed(key, found) is None or self._sink is None:
            return
        for pid, old in tuple(self._known.items()):
            if not any(file.sha256 is None and file.size == key[2] for file in old.program.files):
                continue
            seen = self._told(pid, None)
            if seen and seen.same_as(old):
                seen = seen.kept(old)
                if seen.program.files != old.program.files and self.catalogue.recognise(seen.program):
                    self._begin(seen)
                else:
                    self._known[pid] = seen.without_args() if pid not in self.games else seen

    # --- pidfds ------------------------------------------------------------------------------------------------------------

    def _watch(self, pid: int) -> bool:
        """False: it is over already."""
        if self._loop and pid not in self._ends and len(self._ends) < _MOST_WATCHED:
            try:
                pidfd = os.pidfd_open(pid)
            except OSError as error:
                return error.errno != errno.ESRCH
            self._ends[pid] = pidfd
            self._loop.add_reader(pidfd, self._gone, pid)
        return True

    def _gone(self, pid: int) -> None:
        self._unwatch(pid)
        if pid in self._known:
            self._end(pid, self._clock.mono())

    def _unwatch(self, pid: int) -> None:
        pidfd = self._ends.pop(pid, None)
        if pidfd is not None and self._loop:
            self._loop.remove_reader(pidfd)
            os.close(pidfd)


class _UnreadableError(Exception):
    """Something about this one program is such that reading it fails."""
