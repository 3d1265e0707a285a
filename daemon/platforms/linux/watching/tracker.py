"""What runs on Linux, where a process can become another program, and one that ended can go on in its threads or children."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.ends import Ends
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.processes import BlindError, Identity
from daemon.platforms.tracker import BLIND, Tracker, UnreadableError
from host.clock import Clock
from i18n.message import said_by
from rules.games import Fingerprint, Program

_EXEC_SOON_S = 0.05
_LOOKS_S = (0.02, 0.1, 0.5)  # after the gate's answer: until when a program has become the game depends on how busy the PC is


@dataclass(frozen=True, slots=True)
class SeenProgram:
    """A program as it was read at `at` (mono); `image` is its executable's device and inode, if known.

    Kept without its arguments where it is no game: they are as long as somebody likes.
    """

    program: Program
    image: tuple[int, int] | None
    at: int

    @property
    def identity(self) -> Identity:
        return self.program.identity

    def same_as(self, other: SeenProgram) -> bool:
        """Whether no exec lies between: another executable, another script of the same interpreter, or one where none was told.

        The latter is what a process becomes that was read between fork and exec. Where a script is no longer to be seen, as it
        was deleted or lies in another folder by now, the program is still the same; so it is while its command line is.
        """
        if self.program.started != other.program.started:
            return False
        if self.image and other.image and self.image != other.image:
            return False
        mine, others = self.program.files[1:], other.program.files[1:]
        if not mine and others:
            return bool(self.program.args) and self.program.args == other.program.args
        return not others or mine[0].size == others[0].size

    def kept(self, before: SeenProgram) -> SeenProgram:
        """The program that was already seen as `before`: with the start of then, and the files and hashes that lack now."""
        files = _known_files(before.program.files, self.program.files)
        return replace(self, program=replace(self.program, since=before.program.since, files=files))

    def after(self, before: SeenProgram) -> SeenProgram:
        """The program that came after `before`. An exec keeps its process's start time, so it began after `before` was read."""
        if before.program.started != self.program.started:
            return self
        return replace(self, program=replace(self.program, since=max(self.program.since, before.at)))

    def without_args(self) -> SeenProgram:
        return replace(self, program=replace(self.program, args=()))


class LinuxTracker(Tracker[SeenProgram]):
    def __init__(self, programs: Programs, clock: Clock) -> None:
        super().__init__(Ends(self._over), clock)
        self.programs = programs
        self._forks: dict[int, tuple[int, int]] = {}
        self._early: set[int] = set()  # told before their event, which is then old news
        self.catch_up: Callable[[], object] = lambda: None
        """Reads what has been told by now: before an end is believed that somebody saw, as the kernel tells of forks first."""

    def stop(self) -> None:
        super().stop()
        self._forks.clear()
        self._early.clear()

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
        early, game = pid in self._early, self._is_game(seen)
        self._early.discard(pid)
        if old and early and old.same_as(seen) and (old.program.args == seen.program.args or not game):
            self._known[pid] = seen.kept(old) if game else seen.kept(old).without_args()
            return
        if old:
            self._end(pid, mono)
        self._begin(seen)

    def let(self, pid: int, mono: int) -> None:
        """The gate lets `pid` become a game, of which an event should tell in a moment. Looks whether it did."""
        for pause in _LOOKS_S:
            self.later(pause, self._look, pid, mono)

    def _look(self, pid: int, mono: int) -> None:
        old = self._known.get(pid)
        if self._sink is None or (old and pid in self.games and old.program.since >= mono):
            return
        seen = self._told(pid, mono)
        if seen is None or not self._is_game(seen) or (old and pid in self.games and old.same_as(seen)):
            return
        if old:
            self._end(pid, mono)
        self._begin(seen)
        self._early.add(pid)

    def appeared(self, pid: int, since: int | None = None) -> None:
        """A process that nobody has told of yet."""
        if pid not in self._known and (seen := self._told(pid, since)):
            self._begin(seen)
            if since is None:
                self._early.add(pid)

    def forked(self, parent: int, pid: int, mono: int) -> None:
        """A game forked: the child is the game too, unless it executes something else, for which it is given a moment."""
        if parent in self.games:
            self._forks[pid] = (parent, mono)
            self.later(_EXEC_SOON_S, self._forked, pid)

    def _forked(self, pid: int) -> None:
        if pid in self._forks:
            _, mono = self._forks.pop(pid)
            self.appeared(pid, mono)

    def replaced(self, pid: int) -> None:
        """Was this one replaced, by an exec or by another process with its pid, while nobody told?"""
        old = self._known.get(pid)
        if old is None:  # by now
            return
        try:
            seen = self._read(pid, None)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
        except UnreadableError:
            pass  # and told of: nothing says that it is over
        else:
            if seen is None:
                self.gone(pid, self._clock.mono())
            elif not old.same_as(seen):
                self._end(pid, self._clock.mono())
                self._begin(seen.after(old))
                self._early.add(pid)

    def gone(self, pid: int, mono: int) -> None:
        """Somebody saw that `pid` is no more."""
        self.catch_up()
        self.ended(pid, mono)

    def ended(self, pid: int, mono: int) -> None:
        """The leader ended at `mono`; its threads may run on, and with them the game."""
        self._tell_children(pid)
        seen = self._known.get(pid)
        if seen is None or mono < seen.program.since:  # the end of an earlier one with this pid
            return
        if not (pid in self.games and self._lives_on(seen.program) and self._ends.follow(seen.identity)):
            self._end(pid, mono)

    def _tell_children(self, pid: int) -> None:
        """Before their parent's end is told: the play goes on in them."""
        for child in [child for child, (parent, _) in self._forks.items() if parent == pid]:
            self._forked(child)

    def _lives_on(self, program: Program) -> bool:
        try:
            found = procfs.stat(program.pid)
        except BlindError as error:  # a scan that can see will tell
            self.trouble(BLIND, said_by(error))
            return True
        return found is not None and found.threads > 1 and found.started == program.started

    def _end(self, pid: int, mono: int) -> None:
        self._early.discard(pid)
        super()._end(pid, mono)

    def _over(self, pid: int, started: int) -> None:
        self.catch_up()
        self._tell_children(pid)
        seen = self._known.get(pid)
        if seen is not None and seen.program.started == started:
            self._end(pid, self._clock.mono())

    def watch_ends(self) -> None:
        """Have the loop woken by the end of each game, where no event tells it."""
        for pid in self.games:
            self._ends.follow(self._known[pid].identity)

    def scan(self, pids: Callable[[], Iterable[int]]) -> tuple[Program, ...]:
        """Reads all of these anew. BlindError."""
        self.programs.forget_names()
        found, unreadable = {}, 0
        for pid in pids():
            before = self._known.get(pid)
            try:
                seen = self._read(pid, None)
            except UnreadableError:
                unreadable += 1
                seen = before  # nothing says that it is over
            else:
                if seen and before:
                    seen = seen.kept(before) if before.same_as(seen) else seen.after(before)
            if seen:
                found[pid] = seen
        return self._adopt(found, unreadable)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def _anew(self, old: SeenProgram) -> SeenProgram | None:
        seen = self._told(old.program.pid, None)
        return seen.kept(old) if seen and seen.same_as(old) else None

    def _told(self, pid: int, since: int | None) -> SeenProgram | None:
        """What somebody said is there. None also where it cannot be seen: then a scan has to find it, and trouble calls one."""
        try:
            return self._read(pid, since)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
        except UnreadableError:
            pass  # told of
        return None

    def _read(self, pid: int, since: int | None) -> SeenProgram | None:
        """BlindError, UnreadableError."""
        at = self._clock.mono()
        program = self._reading(pid, lambda: self.programs.read(pid, self.catalogue, since))
        if program is None:
            return None
        image = None
        with suppress(OSError):
            found = os.stat(f"/proc/{pid}/exe")  # noqa: PTH116 - run for every program that starts
            image = (found.st_dev, found.st_ino)
        return SeenProgram(program, image, at)


def _known_files(before: tuple[Fingerprint, ...], now: tuple[Fingerprint, ...]) -> tuple[Fingerprint, ...]:
    if len(before) != len(now):  # its script is deleted by now, or another folder is where it was told to look
        return before if len(before) > len(now) else now
    return tuple(
        replace(new, sha256=old.sha256) if new.sha256 is None and (new.size, new.build_id) == (old.size, old.build_id) else new
        for old, new in zip(before, now, strict=True)
    )
