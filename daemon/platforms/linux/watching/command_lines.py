"""What interpreters were told to run by their command lines: at once where that is soon found out, else in the mazes' thread.

What an interpreter was told is read once, until it executes something: its command line is its own to write over.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import NamedTuple

from daemon.platforms.images import INLINE
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.watching.brief import FirstLine, brief
from daemon.platforms.linux.watching.mazes import Maze, Mazes
from daemon.platforms.linux.watching.patience import Patience
from daemon.platforms.linux.watching.read_images import WORDS, ReadImages
from daemon.platforms.linux.watching.seen import Image
from daemon.platforms.linux.watching.told import Steps, Teller, Told, limited, whole
from daemon.platforms.processes import Identity
from host.clock import Clock
from rules.games import Catalogue, Fingerprint
from rules.programs import interpreter

_LONG = 1 << 15  # bytes of an interpreter's command line: reading it takes the loop too long
_AGAIN_MS = 500  # between two walks for what could not be read: whoever holds it up has it walked no more often
_SOON_AGAIN, _REST = 3, 10  # walks, and from then on between two of them as many times as long as one takes
_MOST_HASHED = 16  # large files that are looked at for their hashes at a time


class _Line(NamedTuple):
    """Whose command line it is, what that was at `first`, and what it runs."""

    pid: int
    identity: Identity
    image: Fingerprint
    which: Image | None
    catalogue: Catalogue
    runner: Runner
    first: FirstLine


class Found(NamedTuple):
    """What is known since `at` (mono) of the command line that this interpreter had when that was `begun`, which was `first`.
    `maze`: where it is found out, after so many were in `vain`. `image`: the interpreter, and `which` file that is.
    """

    maze: Maze | None
    catalogue: Catalogue
    told: Told
    at: int
    image: Fingerprint
    which: Image | None
    begun: int
    first: FirstLine
    vain: int = 0


class CommandLines:
    """All calls on the loop's thread. `images` are of that, `slow_images` of the one in which mazes are walked."""

    def __init__(self, clock: Clock, builds: Mapping[str, str], images: ReadImages, slow_images: ReadImages) -> None:
        """`builds` as Programs has them."""
        self._clock = clock
        self._teller = Teller(builds)
        self._patience = Patience(clock)
        self.mazes = Mazes(clock)
        self._images, self._slow_images = images, slow_images
        self._found: dict[Identity, Found] = {}

    def start(self, tell: Callable[[Maze, Told], None]) -> None:
        """What `tell` gets, in the thread, is to be given to `found`."""
        self.mazes.start(tell)

    def stop(self) -> None:
        self.mazes.stop()
        self._found.clear()

    def known_of(self, this: Identity) -> Found | None:
        return self._found.get(this)

    def walks_again(self, this: Identity) -> bool:
        """Whether it is found out for the second time now what could not be read the first time: most of it may be by now."""
        known = self._found.get(this)
        return known is not None and bool(known.told.unread) and not known.told.whole and known.vain == 1

    def inherit(self, this: Identity, line: Found) -> None:
        """It was forked by one of which this was known, and executed nothing since."""
        self._found[this] = line._replace(maze=None)

    def told(
        self, pid: int, executed: tuple[Fingerprint | None, Image | None], catalogue: Catalogue, identity: Identity,
        runner: Runner, *, same: bool,
    ) -> Told:  # fmt: skip
        """What is known by now of what it was told that `executed` this, and which file that is. `same`: it has executed
        nothing since it was read last: whatever its command line is now, it wrote that itself. BlindError.
        """
        before = self._images.unread, self._images.own
        line, (image, which) = self._images.args(pid, procfs.ARGS), executed
        known = self._found.get(identity)
        if known and (known.which != which or not (same or not line or known.first.may_be(line))):
            known = None  # it executed this since
        image = known.image if known else image  # which it may have renamed
        if image is None or interpreter(self._teller.family(image)) is None:
            self._found.pop(identity, None)
            if image is not None:  # of others than interpreters it says nothing that we need
                self._images.unread, self._images.own = before
            return Told(args=procfs.words(line))
        first = known.first if known and any(known.first) else FirstLine.of(line)
        of = _Line(pid, identity, image, which, catalogue, runner, first)
        if known and known.catalogue is catalogue:
            return self._again(of, known)
        self._found.pop(identity, None)
        line = self._as_first(of.first, line, self._images)
        if not self.mazes.on:
            return whole(self._teller.told(pid, image, line, catalogue, self._images, runner))
        return self._walked(of, line, before)

    def _walked(self, of: _Line, line: bytes, before: tuple[str, bool]) -> Told:
        """`before`: what was unread, and whose, before its command line was."""
        told, held = Told(), self._images.unread != before[0]
        if len(line) <= _LONG and not held:
            until = self._patience.until(of.runner.account)
            done, told = self._hurried(self._teller.told(of.pid, of.image, line, of.catalogue, self._images, of.runner), until)
            self._patience.spent(of.runner.account)
            if done and self._images.unread == before[0]:
                return self._until_hashed(of, told) if self._images.lack(told.files, of.catalogue) else told
        if not held:  # whether the rest can be read at all, the thread has more time to say
            self._images.unread, self._images.own = before
        unread, own = (self._images.unread, self._images.own) if held else ("", False)
        return self._aside(of, Told(told.files, procfs.words(line[:_LONG]), interpreted=True, unread=unread, own=own))

    def _again(self, of: _Line, known: Found) -> Told:
        """What is known of it by now. What could not be read is walked once more, and unread until that is over."""
        told = replace(known.told, files=self._with_hashes(of, known.told.files))
        self._found[of.identity] = known._replace(told=told, first=of.first)
        if told.unread:
            self._images.hold(told.unread, own=told.own)
        self._images.held |= dict(told.held)
        pause = _AGAIN_MS if known.vain < _SOON_AGAIN else max(_AGAIN_MS, _REST * (known.at - known.begun))
        late = (told.unread or told.held) and told.whole and self._clock.mono() - known.at >= pause
        if late or (known.maze is None and not told.whole):  # the latter: of what forked it
            self._aside(of, replace(told, whole=False))
        return told

    def _with_hashes(self, of: _Line, files: tuple[Fingerprint, ...]) -> tuple[Fingerprint, ...]:
        """Those of large files, which the thread that walks leaves to the one that hashes. A few at a time. Only of what was
        opened: its process may be elsewhere by now, and its name lead to a decoy. What is another by now is unread.
        """
        lacking = [one for one in files if one.size > INLINE and one.at[0] and self._images.lack((one,), of.catalogue)]
        lacking = lacking[:_MOST_HASHED]
        changed = [self._is_another(of, one) for one in lacking]  # which has them hashed, too
        known = self._images.by_now(tuple(lacking), [one.at[1:] for one in lacking], of.catalogue)
        for one, is_another in zip(known, changed, strict=True):
            if is_another and one.sha256 is None:
                self._images.hold(one.path, own=True)
        hashed = {one.at: one for one in known}
        return tuple(hashed.get(one.at, one) for one in files)

    def _is_another(self, of: _Line, one: Fingerprint) -> bool:
        """Whether somebody has written to it since."""
        places = dict.fromkeys((one.at[0], f"/proc/{of.pid}/root{one.path}"))
        found = (self._images.placed(place, one.path, of.catalogue) for place in places)
        return any(now.at[1:] == one.at[1:] and now.sha256 is not None for now in found if now)

    def _hurried(self, steps: Steps, until: int) -> tuple[bool, Told]:
        """Whether it was done until then, and what was found."""
        files: list[Fingerprint] = []
        try:
            while self._clock.mono() < until:
                files = next(steps)
        except StopIteration as over:
            return True, over.value
        steps.close()
        return False, Told(tuple(files))

    def _aside(self, of: _Line, told: Told) -> Told:
        """What is told until more is known."""
        def begin() -> Steps | None:
            status, images = procfs.stat(of.identity[0]), self._slow_images
            if status is None or status.started != of.identity[1]:
                return None
            images.read_for(of.runner)
            images.unread, images.own = "", False
            line = self._as_first(of.first, of.first.line or images.args(of.pid, procfs.ARGS), images)
            steps = self._teller.told(of.pid, of.image, line, of.catalogue, images, of.runner, late=True)
            return limited(steps, images, of.catalogue)

        maze = Maze(of.identity, of.runner.account, begin, lambda: self._waits_for(maze))
        told = self._note(of, told, maze)
        self.mazes.add(maze)
        return told

    def _until_hashed(self, of: _Line, told: Told) -> Told:
        """All that was told is known, but for hashes. It is not asked for again: it may have written over it by then."""
        sizes = {one.size for one in told.files}
        return self._note(of, replace(told, held=tuple(one for one in self._images.held.items() if one[0] in sizes)), None)

    def _note(self, of: _Line, told: Told, maze: Maze | None) -> Told:
        told, now, known = replace(told, args=brief(told.args, of.catalogue)), self._clock.mono(), self._found.get(of.identity)
        vain = known.vain if known else 0
        self._found[of.identity] = Found(maze, of.catalogue, told, now, of.image, of.which, now, of.first, vain)
        return told

    @staticmethod
    def _as_first(first: FirstLine, line: bytes, images: ReadImages) -> bytes:
        """The command line that it had when that was read first; of a long one, which is not kept, none if it has another."""
        if first.may_be(line):
            return line
        if not first.line:
            images.hold(WORDS, own=True)
        return first.line

    def _waits_for(self, maze: Maze) -> bool:
        """Asked in the thread, too."""
        known = self._found.get(maze.identity)
        return known is not None and known.maze is maze

    def found(self, maze: Maze, told: Told) -> bool:
        """Takes what was told; whether that is still of interest."""
        known = self._found.get(maze.identity)
        if known is None or known.maze is not maze:
            return False
        before = known.told
        if not told.whole:
            told = replace(told, args=before.args, unread=told.unread or before.unread, own=told.own or before.own)
        elif told.unread and not told.args:
            told = replace(told, args=before.args, interpreted=True)
        told = replace(told, args=brief(told.args, known.catalogue))  # what is kept is bounded, however many run
        vain = known.vain + bool(told.whole and told.unread)
        self._found[maze.identity] = known._replace(told=told, at=self._clock.mono(), vain=vain)
        return True

    def is_older(self, this: Identity, mono: int) -> bool:
        """Whether what is known of its command line may be of before it executed something, at this moment."""
        known = self._found.get(this)
        return known is not None and known.begun <= mono

    def over(self, this: Identity) -> None:
        """It has ended, or executes something."""
        self._found.pop(this, None)

    def keep(self, living: Container[Identity]) -> None:
        """Forgets the others."""
        self._found = {identity: found for identity, found in self._found.items() if identity in living}
