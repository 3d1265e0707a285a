"""A process as the loop sees it: who runs which files since when."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from daemon.platforms.hashing import within
from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import account_of, acting_uid
from daemon.platforms.linux.namespaces import whose
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching import beside
from daemon.platforms.linux.watching.brief import brief
from daemon.platforms.linux.watching.command_lines import CommandLines
from daemon.platforms.linux.watching.loaded_files import LoadedFiles
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.seen import image_of
from daemon.platforms.linux.watching.strangers import foreign, lay_elsewhere
from daemon.platforms.linux.watching.told import Told
from daemon.platforms.processes import Identity
from host.clock import Clock, together
from rules.games import Catalogue, Fingerprint, Program

_COMPARING_MS = 5  # that the loop gives one file


class Programs:
    """Reads processes. All calls on one thread. BlindError leaves: then nothing is known of any process."""

    def __init__(self, clock: Clock, builds: Mapping[str, str] = MappingProxyType({})) -> None:
        """`builds`: file names of interpreters and loaders by build id, which then are known under any name."""
        self._clock = clock
        self.slow_images = ReadImages(wall=clock.wall)
        """Of the thread in which mazes are walked."""
        self.images = ReadImages(wall=clock.wall, pressed=within(clock.mono, _COMPARING_MS))
        self.lines = CommandLines(clock, builds, self.images, self.slow_images)
        self.loaded = LoadedFiles(self.lines.mazes, self.slow_images)
        self.only: frozenset[str] = frozenset()
        """Accounts of which it is asked whether their files are installed."""
        self.root = True
        """Whether root's are of interest."""
        self._trusted = Trusted()
        self.account = cache(account_of)
        self.runner = Runner("root", 0, 0)  # whose the one is that was read last
        self.blamed = False
        """Whether what could not be read in time (`images.unread`) lies where its account may have held it up."""

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

    def read(self, pid: int, catalogue: Catalogue, since: int | None = None, *, heard: bool = False) -> Program | None:
        """The program that runs under this pid now; `since` where its exec was seen. None: there is none that we look at.
        `heard`: it has executed nothing since it was read last, as that would have been told.
        """
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
        identity, same = (pid, status.started), heard and since is None
        if since is not None:
            self.lines.over(identity)
        image, told, exe_unread = self._runs(thread, identity, catalogue, runner, same=same)
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
        self, pid: int, identity: Identity, catalogue: Catalogue, runner: Runner, *, same: bool
    ) -> tuple[Fingerprint | None, Told, bool]:  # fmt: skip
        """What it executed and what that was told; whether the former could not be read in time."""
        which, image = image_of(pid), self._image(pid, catalogue)
        unread = bool(self.images.unread)
        told = self.lines.told(pid, (image, which), catalogue, identity, runner, same=same)
        wordless = not told.args and self.lines.known_of(identity) is None
        if told.interpreted and (wordless or image_of(pid) != which):  # the words may be of what it executed meanwhile
            executes = procfs.executes(pid)  # right now: it has none yet, nor does it run
            which, image = image_of(pid), self._image(pid, catalogue)
            self.lines.over(identity)
            told = Told(interpreted=True)
            if not executes:
                told = self.lines.told(pid, (image, which), catalogue, identity, runner, same=False)
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
