"""A game goes on in what it forks, by the order of the kernel's events, and so does what is not read yet and may be one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice

from daemon.platforms.linux import procfs
from daemon.platforms.linux.namespaces import maker
from daemon.platforms.linux.watching.kin import Fork
from daemon.platforms.linux.watching.scanning import ScanningTracker
from daemon.platforms.linux.watching.seen import SeenProgram, image_of
from daemon.platforms.processes import BlindError
from daemon.platforms.tracker import BLIND
from i18n.message import said_by

_EXEC_SOON_S = 0.05
_MOST_AT_ONCE = 50
_MOST_COMPARED = 8
_MOST_SIBLINGS = 256  # that are looked through with each fork


class ForkingTracker(ScanningTracker):
    def forked(self, parent: int, pid: int, mono: int) -> None:
        """The child of a game is the game too, unless it executes something else, for which it is given a moment."""
        self._kin.other(pid)
        fork = self._kin.waiting(parent)
        mother = fork.seen if fork else self._goes_on(parent) or self._kin.past(parent) or self._unread_sibling(parent, pid)
        if mother is None:
            self._adopted(parent, pid, mono)
            return
        line = fork.line if fork else self.programs.lines.known_of(mother.identity)
        child = Fork(mother.forked(parent, pid, mono), fork.told if fork else mother.program.pid, line)
        if not self._goes_on(child.told):
            self._tell_fork(child)
            return
        if not self._kin:
            self.later(_EXEC_SOON_S, self._fork_due)
        if oldest := self._kin.wait(child):
            self._tell_fork(oldest, gone_too=False)

    def _goes_on(self, pid: int) -> SeenProgram | None:
        """What it is, if that is what it forks, too: a game, or what may be one by what is still to be read of it."""
        seen = self._known.get(pid)
        if seen is None:
            return None
        if self._is_open(seen.program):
            return replace(seen, held=self._unread.of(seen.identity))
        return seen if pid in self.games else None

    def _unread_sibling(self, parent: int, pid: int) -> SeenProgram | None:
        """Of whose child it is said to be (CLONE_PARENT), and executes the same, where the kernel happened to put that."""
        if not self._unread or (image := image_of(pid)) is None:
            return None
        with suppress(BlindError):
            every = (self._known.get(this[0]) for this in islice(self._unread, _MOST_SIBLINGS))
            alike = [one for one in every if one and one.image == image]
            where = procfs.addresses(pid) if alike else ()
            if where and where != procfs.addresses(parent):
                kin = (one for one in alike[:_MOST_COMPARED] if procfs.addresses(one.program.pid) == where)
                return next((replace(one, held=self._unread.of(one.identity)) for one in kin), None)
        return None

    def _adopted(self, parent: int, pid: int, mono: int) -> None:
        """A child of no game executes what a game does: the game had it as a sibling of its own (CLONE_PARENT). Or nobody knows
        what its parent was, which was over too soon.
        """
        unread = self._kin.was_unread(parent)
        same = self._kin.executed and self._kin.with_image(image_of(pid))
        if pid in self._known or not (unread or same):
            return
        seen = self._told(pid, mono)
        if seen is None:
            self._kin.unread(pid)
        elif self._is_game(seen):
            self._begin(seen)

    def _fork_due(self) -> None:
        """A few at a time: whoever forks a thousand waits for us, not others."""
        for fork in self._kin.due(self._clock.mono() - round(_EXEC_SOON_S * 1000), _MOST_AT_ONCE):
            self._tell_fork(fork, gone_too=False)
        if self._kin:
            self.later(_EXEC_SOON_S / 5, self._fork_due)

    def _tell_fork(self, fork: Fork, *, gone_too: bool = True) -> None:
        """`gone_too`: also if it is over by now, as its end is told next."""
        seen, pid = fork.seen, fork.seen.program.pid
        image = image_of(pid)
        executed = image is not None and seen.image not in (None, image)  # of which word will come,
        executed = executed and maker(pid) is None  # unless it only says so
        if pid in self._known or executed or (image is None and not gone_too):  # a scan may have been faster
            self._kin.over(seen)  # what it forked before is still the game
            return
        seen = replace(seen, program=replace(seen.program, started=self._started(pid, seen.at)))
        if fork.line:
            self.programs.lines.inherit(seen.identity, fork.line)
        self._begin(seen)
        if self._is_open(seen.program):
            self._unread.note(seen.identity, seen.held)
            self._tell_unread(seen.program, "")
            self._later_again()

    def _started(self, pid: int, mono: int) -> int:
        """When it started, as processes count; if it is over by now, near enough."""
        found = None
        try:
            found = procfs.stat(pid)
        except BlindError as error:  # a scan that can see will tell
            self.trouble(BLIND, said_by(error))
        return self.programs.started(mono) if found is None else found.started

    def settled(self) -> None:
        """The kernel has nothing more to tell of what is over by now."""
        self._kin.forget_past()
        if not self.games:
            self._executed()
