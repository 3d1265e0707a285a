"""A process as the loop sees it: who runs which files since when."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from daemon.platforms.hashing import within
from daemon.platforms.images import INLINE
from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import account_of, acting_uid
from daemon.platforms.linux.namespaces import whose
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching import beside
from daemon.platforms.linux.watching.brief import brief
from daemon.platforms.linux.watching.loaded_files import LoadedFiles
from daemon.platforms.linux.watching.mazes import Maze, Mazes
from daemon.platforms.linux.watching.patience import Patience
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.seen import image_of
from daemon.platforms.linux.watching.strangers import foreign, lay_elsewhere
from daemon.platforms.linux.watching.told import Steps, Teller, Told, noting_held, whole
from daemon.platforms.processes import Identity
from host.clock import Clock, together
from rules.games import Catalogue, Fingerprint, Program
from rules.programs import interpreter

_COMPARING_MS = 5  # that the loop gives one file
_LONG = 1 << 15  # bytes of an interpreter's command line: reading it takes the loop too long
_AGAIN_MS = 500  # between two walks for what could not be read: whoever holds it up has it walked no more often
_MOST_HASHED = 16  # large files that are looked at for their hashes at a time


class _Line(NamedTuple):
    """Whose command line it is, and what it runs."""

    pid: int
    identity: Identity
    image: Fingerprint
    catalogue: Catalogue
    runner: Runner


class _Found(NamedTuple):
    """What is known since `at` (mono) of the command line that this interpreter had when that was `begun`."""

    maze: Maze
    catalogue: Catalogue
    told: Told
    at: int
    image: str
    begun: int


class Programs:
    """Reads processes. All calls on one thread. BlindError leaves: then nothing is known of any process."""

    def __init__(self, clock: Clock, builds: Mapping[str, str] = MappingProxyType({})) -> None:
        """`builds`: file names of interpreters and loaders by build id, which then are known under any name."""
        self._clock = clock
        self._teller = Teller(builds)
        self._patience = Patience(clock)
        self._mazes = Mazes(clock)
        self.slow_images = ReadImages(wall=clock.wall)
        """Of the thread in which mazes are walked."""
        self.loaded = LoadedFiles(self._mazes, self.slow_images)
        self._found: dict[Identity, _Found] = {}
        self.images = ReadImages(wall=clock.wall, pressed=within(clock.mono, _COMPARING_MS))
        self.only: frozenset[str] = frozenset()
        """Accounts of which it is asked whether their files are installed."""
        self.root = True
        """Whether root's are of interest."""
        self._trusted = Trusted()
        self.account = cache(account_of)
        self.runner = Runner("root", 0, 0)  # whose the one is that was read last
        self.blamed = False
        """Whether what could not be read in time (`images.unread`) lies where its account may have held it up."""

    def start(self, tell: Callable[[Maze, Told], None]) -> None:
        """From now on what takes long of a command line is found out, and told, on a thread of its own. What `tell` gets is to
        be given to `found`.
        """
        self._mazes.start(tell)

    def stop(self) -> None:
        self._mazes.stop()
        self._found.clear()

    def forget_names(self) -> None:
        self.account.cache_clear()

    @property
    def asked(self) -> tuple[object, ...]:
        """What is asked of programs, beside the catalogue."""
        return self.root, self.only, self.images.sizes

    def of_nobody(self, pid: int) -> bool:
        """Whether it is root's, which is of no interest now: known by less than has to be read of others. BlindError."""
        ids = None if self.root else procfs.ids(pid)
        return ids is not None and not acting_uid(*ids[:2])

    def read(self, pid: int, catalogue: Catalogue, since: int | None = None) -> Program | None:
        """The program that runs under this pid now; `since` where its exec was seen. None: there is none that we look at."""
        self.images.unread, self.images.own = "", False
        status = procfs.stat(pid)
        if status is None or not status.alive:
            return None
        if (ids := procfs.ids(pid)) is None:
            return None
        uid = acting_uid(*ids[:2])
        if not uid and not self.root:
            return None
        runner = self.runner = Runner(self.whose(uid, pid), uid, ids[2])
        self.images.read_for(runner)
        thread = procfs.running_thread(status)
        image, told, exe_unread = self._runs(thread, (pid, status.started), catalogue, runner, anew=since is not None)
        if not image and not told.args:
            return None  # a kernel thread, or over by now
        files = (image, *self._beside(thread, image, catalogue), *told.files) if image else ()
        strict = runner.account in self.only
        others = foreign(thread, files, self._trusted, self.images, catalogue) if strict else ()
        if others and procfs.is_over(status):
            others = lay_elsewhere(others, self._trusted, self.images)
        served = self.images.files is not None and self.images.files.served
        own = self.images.own or (bool(self.images.unread) and not exe_unread)
        self.blamed = served and own and uid != 0  # root has no need to hold anything up; but a busy PC does
        return Program(
            pid=pid,
            started=status.started,
            since=self.since(status.started) if since is None else since,
            account=runner.account,
            files=files,
            args=brief(told.args, catalogue),
            parent=status.parent,
            interpreted=told.interpreted,
            foreign=others,
            unread=bool(self.images.unread) or (told.interpreted and not told.whole),
        )

    def _runs(
        self, pid: int, identity: Identity, catalogue: Catalogue, runner: Runner, *, anew: bool
    ) -> tuple[Fingerprint | None, Told, bool]:  # fmt: skip
        """What it executed and what that was told; whether the former could not be read in time."""
        which, image = image_of(pid), self._image(pid, catalogue)
        unread = bool(self.images.unread)
        told = self._told(pid, image, catalogue, identity, runner, anew=anew)
        wordless = not told.args and identity not in self._found
        if told.interpreted and (wordless or image_of(pid) != which):  # the words may be of what it executed meanwhile
            executes = procfs.executes(pid)  # right now: it has none yet, nor does it run
            image = self._image(pid, catalogue)
            told = Told(interpreted=True) if executes else self._told(pid, image, catalogue, identity, runner, anew=True)
        return image, told, unread

    def whose(self, uid: int, pid: int) -> str:
        """The account of a process of this number's."""
        return whose(uid, pid, self.account)

    def since(self, started: int) -> int:
        """The process's start on the clock that play is counted on. Ticks include sleep: all sleep since boot is taken off."""
        mono, elapsed, _ = together(self._clock)
        return started * procfs.TICK_MS - (elapsed - mono)

    def started(self, mono: int) -> int:
        """When, as processes count, something was that was then on the clock that play is counted on."""
        now, elapsed, _ = together(self._clock)
        return (mono + elapsed - now) // procfs.TICK_MS

    def _image(self, pid: int, catalogue: Catalogue) -> Fingerprint | None:
        """The executable."""
        exe = f"/proc/{pid}/exe"
        path = procfs.link(exe)
        if path is None:
            return None
        path = path or procfs.name(pid)
        # Not readable, as on somebody's own FUSE mount, which the kernel hides even from root: its name is what we know.
        return self.images.open(exe, path, catalogue) or Fingerprint(path, 0)

    def _beside(self, pid: int, image: Fingerprint, catalogue: Catalogue) -> tuple[Fingerprint, ...]:
        """What may decide which of an engine's games it is: a decoy hides nothing."""
        found = (self.images.placed(path, shown, catalogue) for path, shown in beside.places(pid, image.path, self.images))
        return tuple({(one, one.at): one for one in found if one}.values())

    # --- what it was told --------------------------------------------------------------------------------------------------

    def _told(
        self, pid: int, image: Fingerprint | None, catalogue: Catalogue, identity: Identity, runner: Runner, *, anew: bool
    ) -> Told:  # fmt: skip
        before = self.images.unread, self.images.own
        line = self.images.args(pid, procfs.ARGS)
        if image is None or interpreter(self._teller.family(image)) is None:
            self._found.pop(identity, None)
            if image is not None:  # of others than interpreters it says nothing that we need
                self.images.unread, self.images.own = before
            return Told(args=procfs.words(line))
        of, known = _Line(pid, identity, image, catalogue, runner), self._found.get(identity)
        if known and known.catalogue is catalogue and known.image == image.path and not anew:  # else it executed this since
            return self._again(of, known)
        self._found.pop(identity, None)
        if not self._mazes.on:
            return whole(self._teller.told(pid, image, line, catalogue, self.images, runner))
        told, held = Told(), self.images.unread != before[0]
        if len(line) <= _LONG and not held:
            until = self._patience.until(runner.account)
            done, told = self._hurried(self._teller.told(pid, image, line, catalogue, self.images, runner), until)
            self._patience.spent(runner.account)
            if done and self.images.unread == before[0]:
                return told
        if not held:  # whether the rest can be read at all, the thread has more time to say
            self.images.unread, self.images.own = before
        unread, own = (self.images.unread, self.images.own) if held else ("", False)
        return self._aside(of, Told(told.files, procfs.words(line[:_LONG]), interpreted=True, unread=unread, own=own))

    def _again(self, of: _Line, known: _Found) -> Told:
        """What is known of it by now. What could not be read is walked once more, and unread until that is over."""
        told = replace(known.told, files=self._with_hashes(of, known.told.files))
        self._found[of.identity] = known._replace(told=told)
        if told.unread:
            self.images.hold(told.unread, own=told.own)
        self.images.held |= dict(told.held)
        if (told.unread or told.held) and told.whole and self._clock.mono() - known.at >= _AGAIN_MS:
            self._aside(of, replace(told, whole=False))
        return told

    def _with_hashes(self, of: _Line, files: tuple[Fingerprint, ...]) -> tuple[Fingerprint, ...]:
        """Those of large files, which the thread that walks leaves to the one that hashes. A few at a time. Only of what was
        opened: its process may be elsewhere by now, and its name lead to a decoy.
        """
        wants = of.catalogue.wants_sha256
        lacking = [one for one in files if one.sha256 is None and one.size > INLINE and wants(one.size) and one.at[0]]
        hashed = {}
        for one in lacking[:_MOST_HASHED]:
            places = dict.fromkeys((one.at[0], f"/proc/{of.pid}/root{one.path}"))
            found = (self.images.placed(place, one.path, of.catalogue) for place in places)
            same = (now for now in found if now and (now.at[1:], now.size) == (one.at[1:], one.size))
            hashed[one.at] = replace(next(same, one), at=one.at)
        return tuple(hashed.get(one.at, one) for one in files)

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
            status, images = procfs.stat(of.identity[0]), self.slow_images
            if status is None or status.started != of.identity[1]:
                return None
            images.read_for(of.runner)
            images.unread, images.own = "", False
            line = images.args(of.pid, procfs.ARGS)
            steps = self._teller.told(of.pid, of.image, line, of.catalogue, images, of.runner, late=True)
            return noting_held(steps, images, of.catalogue)

        told = replace(told, args=brief(told.args, of.catalogue))
        maze = Maze(of.identity, of.runner.account, begin, lambda: self._waits_for(maze))
        now = self._clock.mono()
        self._found[of.identity] = _Found(maze, of.catalogue, told, now, of.image.path, begun=now)
        self._mazes.add(maze)
        return told

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
        self._found[maze.identity] = known._replace(told=told, at=self._clock.mono())
        return True

    def is_older(self, this: Identity, mono: int) -> bool:
        """Whether what is known of its command line may be of before it executed something, at this moment."""
        known = self._found.get(this)
        return known is not None and known.begun <= mono

    def over(self, this: Identity) -> None:
        """It has ended."""
        self._found.pop(this, None)

    def keep(self, living: Container[Identity]) -> None:
        """Forgets the others."""
        self._found = {identity: found for identity, found in self._found.items() if identity in living}
