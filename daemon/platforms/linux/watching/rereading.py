"""Reads what runs, and looks again each second at what somebody kept from being read."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter, deque
from dataclasses import replace

from daemon.platforms.api import ProgramUnread
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.ends import Ends
from daemon.platforms.linux.watching.mazes import Maze
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.read_images import WORDS
from daemon.platforms.linux.watching.resting import Resting
from daemon.platforms.linux.watching.seen import Image, SeenProgram, image_of
from daemon.platforms.linux.watching.told import Told
from daemon.platforms.linux.watching.unread import Unread
from daemon.platforms.processes import BlindError
from daemon.platforms.tracker import BLIND, HELD, UNREADABLE, Tracker, UnreadableError
from host.clock import Clock
from i18n.message import said_by
from rules.games import Program

_HELD_S = 1.0
_TURN_MS = 100  # of the loop's time, for those that are to be looked at again: whoever forks a thousand waits, not others


class ReadingTracker(Tracker[SeenProgram]):
    def __init__(self, programs: Programs, ends: Ends, clock: Clock) -> None:
        super().__init__(ends, clock)
        self.programs = programs
        self._looks_again = False
        self._unread = Unread()
        self._resting = Resting(clock, programs.whose)
        self.alone = False  # nobody tells of ends
        self.missed = -1
        """When (mono) somebody last told that something was not told."""
        self._believed = True  # what was read last

    def stop(self) -> None:
        super().stop()
        self._resting.clear()
        self._looks_again = False
        self._unread = Unread()

    @abstractmethod
    def _become(self, old: SeenProgram | None, new: SeenProgram, mono: int) -> None:
        """`new` runs now where `old` did."""

    def _hears_of(self, old: SeenProgram) -> bool:
        """Whether an exec of it since it was read would have been told."""
        return not self.alone and old.at > self.missed

    def _is_still(self, old: SeenProgram, seen: SeenProgram) -> bool:
        """Whether what was read as `old` has executed nothing since."""
        return old.same_as(seen) or seen.adds_to(old)

    @abstractmethod
    def _masked(self, old: SeenProgram, seen: SeenProgram) -> bool:
        """Whether `seen` is only what the game `old` says of itself."""

    def _more(self, old: SeenProgram, seen: SeenProgram) -> SeenProgram | None:
        """What it was known as, if more of that was read than ever before: it may be a game after all, or another one."""
        if self._masked(old, seen) or not (old.same_as(seen) or seen.adds_to(old)):
            return None
        kept, known = seen.kept(old), old.identity[0] in self.games
        return kept if old.program.unread > kept.program.unread or self._is_game(kept) > known else None

    @abstractmethod
    def _named(self, seen: SeenProgram) -> SeenProgram:
        """What it is by what else runs."""

    def found_out(self, maze: Maze, told: Told) -> None:
        """More is known by now of what a process was told to run."""
        if self.programs.lines.found(maze, told) and (old := self._known.get(maze.identity[0])):
            self._reread(old)

    def _anew(self, old: SeenProgram) -> SeenProgram | None:
        seen = self._told(old.program.pid, None)
        return seen.kept(old) if seen and seen.same_as(old) else None

    def _look_again(self) -> None:
        """At files that somebody held back, as long as programs run them. No honest holder of a lease takes so long."""
        self._looks_again = False
        held, self.programs.images.held = self.programs.images.held, {}
        for size in held:
            self.looked(size)
        for size in held.keys() & self.programs.images.held.keys():
            self.trouble(UNREADABLE, self.programs.images.held[size])
        self._look_at_unread()
        if self._unread:
            self._later_again()

    def _look_at_unread(self) -> None:
        began = now = self._clock.mono()
        those, vain = deque(self._unread.turn()), Counter[str]()  # and how much more time looks took that were in vain
        while those and now - began < _TURN_MS:
            this, before = those.popleft(), now
            self._unread.looks(this, counts=not self.programs.lines.walks_again(this))
            self._read_at_last(this[0])
            known, now = self._known.get(this[0]), self._clock.mono()
            if known and known.identity == this:
                vain[known.program.account] += (now - before) * (1 if this in self._unread else -1)
            else:
                self._unread.read(this)
        left = [known for this in those if (known := self._known.get(this[0])) and known.identity == this]
        due = {one.identity: one for one in left if vain[one.program.account] > 0}
        for this in self._unread.passed_over(due):
            if self._sink:
                self._sink(ProgramUnread(due[this].program))

    def _read_at_last(self, pid: int) -> None:
        old, seen = self._known.get(pid), self._told(pid, None)
        if seen is None:
            self._unread.gone(pid)
        elif old is None or not self._is_still(old, seen):
            self._become(old, seen.after(old) if old else seen, self._clock.mono())
        elif (more := self._more(old, seen)) is not None:
            self._begin(more)

    def _told(self, pid: int, since: int | None) -> SeenProgram | None:
        """What somebody said is there. None also where it cannot be seen: then a scan has to find it, and trouble calls one."""
        try:
            return self._read(pid, since)
        except BlindError as error:
            self.trouble(BLIND, said_by(error))
        except UnreadableError:
            pass  # told of
        return None

    def _rests(self, pid: int) -> bool:
        """Whether it was read whole, as what it is known as, and has not run since. BlindError."""
        return self._resting.rests(pid, self._read_as(self._known.get(pid)))

    def _read_as(self, seen: SeenProgram | None) -> object:
        """What it is, as far as that is not asked in another way by now."""
        return seen and seen.identity, self.catalogue, self.programs.asked

    def _read_to_rest(self, pid: int) -> SeenProgram | None:
        """Reads it so that it need not be read again while it rests. BlindError, UnreadableError."""
        self._resting.begin(pid)
        self._believed = True
        if self.programs.of_nobody(pid):  # most of all that runs, and the kernel's threads
            self._resting.whole(pid, self._read_as(None), None)
            return None
        seen = self._read(pid, None)
        if self._believed and self.programs.images.whole and not (seen and self._is_open(seen.program)):
            self._resting.whole(pid, self._read_as(seen), self.programs.runner if seen else None)
        return seen

    def _read(self, pid: int, since: int | None) -> SeenProgram | None:
        """BlindError, UnreadableError."""
        # First: it may end while it is read, and its kin are known by it.
        at, image, old = self._clock.mono(), image_of(pid) or _image_of_its_threads(pid), self._known.get(pid)
        if since is None and old and self._lies(old, image):
            return self._not_believed(old)
        heard = old is not None and self._hears_of(old)
        program = self._reading(pid, lambda: self.programs.read(pid, self.catalogue, since, heard=heard))
        if program is None:
            return None
        seen = SeenProgram(program, image, at)
        if self.programs.images.unread:
            seen = self._not_in_time(seen, executed=since is not None)
        else:
            same = heard and since is None and old is not None and (old.identity, old.image) == (seen.identity, seen.image)
            if same and not program.unread and not self._is_game(seen):
                self._unread.acquit(seen.identity)
            self._unread.read(program.identity)
        if self.programs.images.held or self._unread:
            self._later_again()
        return self._named(seen)

    def _lies(self, old: SeenProgram, image: Image | None) -> bool:
        """Whether it names another executable, and executed none, before all was read of what it has. BlindError."""
        if None in {old.image, image} or old.image == image or not self._hears_of(old) or not self._is_open(old.program):
            return False
        status = procfs.stat(old.program.pid)
        return status is not None and status.started == old.program.started

    def _is_open(self, program: Program) -> bool:
        """Whether it may be a game by what is still to be read of it."""
        return program.unread or program.identity in self._unread or self.programs.images.lack(program.files, self.catalogue)

    def _not_believed(self, old: SeenProgram) -> SeenProgram:
        """What is known of it, with what was found out since of the files that it had: that is all that there will be of it."""
        self._believed, files = False, old.program.files
        numbers = (one.at[1:] if number else old.image or (0, 0) for number, one in enumerate(files))
        program = replace(old.program, files=self.programs.images.by_now(files, numbers, self.catalogue))
        if program.account != "root" and self._is_open(program) and not self._is_game(replace(old, program=program)):
            self._unread.lies(program.identity)
            self._tell_unread(program, program.files[0].path)
            self._later_again()
        return replace(old, program=program)

    def _later_again(self) -> None:
        if not self._looks_again:
            self._looks_again = True
            self.later(_HELD_S, self._look_again)

    def _not_in_time(self, seen: SeenProgram, *, executed: bool) -> SeenProgram:
        """What was known of it holds if that was all, and it executed nothing; else it is tried again, and told if in vain. But
        what was read is enough if it is a game by that.
        """
        program, old = seen.program, self._known.get(seen.program.pid)
        if old is not None and self._is_game(seen) and not self._is_game(old):
            return seen
        same = not executed and old is not None and (old.identity, old.image) == (seen.identity, seen.image)
        if old is not None and same and not self._is_open(old.program):
            return old
        self._unread.note(program.identity, executed=executed).blamed = self.programs.blamed
        self._tell_unread(program, self.programs.images.unread)
        return old if old is not None and same else seen

    def _tell_unread(self, program: Program, what: str) -> None:
        """If it was tried often enough. Without a word of it where `what` is empty: of the one that forked it there was one."""
        if self._sink and self._unread.due(program.identity):
            who = procfs.called(program.pid)
            if what:
                self.trouble(HELD, who if what == WORDS else f"{who}: {what}", account=program.account)
            self._sink(ProgramUnread(program))


def _image_of_its_threads(pid: int) -> Image | None:
    """Of one whose leader is over. BlindError."""
    status = procfs.stat(pid)
    return image_of(procfs.running_thread(status)) if status is not None and status.alive else None
