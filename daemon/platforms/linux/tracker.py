"""What is known to run, and what the loop is told of it: one table that events, polling and scans all go through."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from daemon.platforms.api import Observation, ProgramEnded, ProgramStarted
from daemon.platforms.linux import procfs
from daemon.platforms.linux.programs import Programs
from host.clock import Clock
from rules.games import Catalogue, Program

_EXEC_SOON_S = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """A program as it was read at `at` (mono); `image` is its executable's device and inode, if known."""

    program: Program
    image: tuple[int, int] | None
    at: int

    def same_as(self, other: Seen) -> bool:
        """Whether no exec lies between: another executable, or another script of the same interpreter."""
        if self.program.started != other.program.started:
            return False
        if self.image and other.image and self.image != other.image:
            return False
        mine, others = self.program.files[1:], other.program.files[1:]
        return not (mine and others) or mine[0].size == others[0].size


class Tracker:
    """All on the loop's thread. `games` are the pids of the programs that the catalogue recognises."""

    def __init__(self, programs: Programs, clock: Clock) -> None:
        self._programs = programs
        self._clock = clock
        self._known: dict[int, Seen] = {}
        self._forks: dict[int, tuple[int, int]] = {}
        self._ends: dict[int, int] = {}
        self._sink: Callable[[Observation], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.catalogue = Catalogue(())
        self.games: set[int] = set()
        self.games_changed: Callable[[], None] = lambda: None

    def start(self, sink: Callable[[Observation], None], loop: asyncio.AbstractEventLoop) -> None:
        self._sink, self._loop = sink, loop

    def stop(self) -> None:
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
        seen = self._read(pid, mono)
        if seen is None:
            return
        if old:
            self._end(pid, mono)
        self._begin(seen)

    def appeared(self, pid: int, since: int | None = None) -> None:
        """A process that nobody has told of yet."""
        if pid not in self._known and (seen := self._read(pid, since)):
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
        seen = self._read(pid, None)
        if seen is None:
            self.ended(pid, self._clock.mono())
        elif not old.same_as(seen):
            self._end(pid, self._clock.mono())
            self._begin(self._newer(old, seen))

    def ended(self, pid: int, mono: int) -> None:
        """The leader ended at `mono`; its threads may run on, and with them the game."""
        for child in [child for child, (parent, _) in self._forks.items() if parent == pid]:
            self._forked(child)  # before its parent's end is told: the play goes on in the child
        seen = self._known.get(pid)
        if seen is None or mono < seen.program.since:  # the end of an earlier one with this pid
            return
        found = procfs.stat(pid) if pid in self.games else None
        lives_on = found is not None and found.threads > 1 and found.started == seen.program.started
        if not (lives_on and self._watch(pid)):
            self._end(pid, mono)

    def scan(self, pids: Iterable[int]) -> tuple[Program, ...]:
        """Reads all of these anew; nothing is told, as whoever scans sees it."""
        self._programs.forget_names()
        old, self._known = self._known, {}
        for pid in pids:
            if seen := self._read(pid, None):
                before = old.get(pid)
                self._known[pid] = seen if before is None else self._kept(before, seen)
        games = {pid for pid, seen in self._known.items() if self.catalogue.recognise(seen.program)}
        for pid in self.games - games:
            self._unwatch(pid)
        self._set_games(games)
        return tuple(seen.program for seen in self._known.values())

    def watch_ends(self) -> None:
        """Have the loop woken by the end of each game, where no event tells it."""
        for pid in self.games - self._ends.keys():
            self._watch(pid)

    # --- the table ---------------------------------------------------------------------------------------------------------

    def _read(self, pid: int, since: int | None) -> Seen | None:
        at = self._clock.mono()
        program = self._programs.read(pid, self.catalogue, since)
        if program is None:
            return None
        image = None
        with suppress(OSError):
            found = os.stat(f"/proc/{pid}/exe")  # noqa: PTH116 - run for every program that starts
            image = (found.st_dev, found.st_ino)
        return Seen(program, image, at)

    def _kept(self, before: Seen, now: Seen) -> Seen:
        if before.same_as(now):
            return replace(now, program=replace(now.program, since=before.program.since))
        return self._newer(before, now)

    @staticmethod
    def _newer(before: Seen, now: Seen) -> Seen:
        """An exec keeps the start time of its process: it was between the two looks."""
        if before.program.started != now.program.started:
            return now
        return replace(now, program=replace(now.program, since=max(now.program.since, before.at)))

    def _begin(self, seen: Seen) -> None:
        pid = seen.program.pid
        self._known[pid] = seen
        if self.catalogue.recognise(seen.program):
            self._set_games(self.games | {pid})
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

    # --- pidfds ------------------------------------------------------------------------------------------------------------

    def _watch(self, pid: int) -> bool:
        """False: it is over already."""
        if self._loop and pid not in self._ends:
            try:
                pidfd = os.pidfd_open(pid)
            except OSError:
                return False
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
