"""A process as the loop sees it: who runs which files since when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from daemon.platforms.interpreters.arguments import WhatRuns, what_runs
from daemon.platforms.linux import procfs
from daemon.platforms.linux.accounts import account_of
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.strangers import foreign
from host.clock import Clock, together
from rules.games import Catalogue, Fingerprint, Program
from rules.programs import interpreter

_WINDOWS_PATH = re.compile(r"([A-Za-z]):(\\.+)")
_FOLDERS = ("/usr/bin", "/lib64", "/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
_MOST_WINDOWS = 16
_MOST_WORDS = 512  # that are looked at for one process; more only as long as the budget lasts
_BUDGET_MS = 50
_DEPTH = 3  # a loader that runs a loader that runs a loader is nobody's honest start


class Programs:
    """Reads processes. All calls on one thread. BlindError leaves: then nothing is known of any process."""

    def __init__(self, clock: Clock, builds: Mapping[str, str] = MappingProxyType({})) -> None:
        """`builds`: file names of interpreters and loaders by build id, which then are known under any name."""
        self._clock = clock
        self._builds = builds
        self.images = Images()
        self.only: frozenset[str] = frozenset()
        """Accounts of which it is asked whether their files are installed."""
        self._trusted = Trusted()
        self.account = cache(account_of)

    def forget_names(self) -> None:
        self.account.cache_clear()

    def read(self, pid: int, catalogue: Catalogue, since: int | None = None) -> Program | None:
        """The program that runs under this pid now; `since` where its exec was seen. None: there is none that we can see."""
        status = procfs.stat(pid)
        uids = procfs.uids(pid)
        if status is None or uids is None or not status.alive:
            return None
        thread = procfs.running_thread(status)
        image = self._image(thread, catalogue)
        args, kept, what = self._command(thread, image, catalogue)
        if not image and not args:
            return None  # a kernel thread, or over by now
        files = (image, *self._run(thread, args, what, catalogue)) if image else ()
        account = self.account(acting_uid(*uids))
        return Program(
            pid=pid,
            started=status.started,
            since=self.since(status.started) if since is None else since,
            account=account,
            files=files,
            args=kept,
            parent=status.parent,
            interpreted=what is not None,
            foreign=foreign(thread, files, self._trusted, self.images, catalogue) if account in self.only else (),
        )

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

    def _command(
        self, pid: int, image: Fingerprint | None, catalogue: Catalogue
    ) -> tuple[tuple[str, ...], tuple[str, ...], WhatRuns | None]:
        """The command line, all of it only of an interpreter; what is worth keeping of it; what an interpreter makes of it."""
        line = procfs.cmdline(pid)
        args = procfs.words(line)
        what = None if image is None else self._interpreter(image, args)
        if image is None or what is None or len(line) < procfs.ARGS:
            return args, args, what
        every = procfs.words(procfs.cmdline(pid, procfs.ALL_ARGS))
        return every, args + catalogue.said_in(every), self._interpreter(image, every)

    def _run(self, pid: int, args: tuple[str, ...], what: WhatRuns | None, catalogue: Catalogue) -> list[Fingerprint]:
        """What it was told to run."""
        files: list[Fingerprint] = []
        for _ in range(_DEPTH):
            if what is None:
                break
            found = self._told(pid, args, what, catalogue)
            files += found
            args = what.command
            what = self._interpreter(found[0], args) if args and found else None
        return files

    def _interpreter(self, image: Fingerprint, args: tuple[str, ...]) -> WhatRuns | None:
        return what_runs(self._builds.get(image.build_id or "") or image.path.rpartition("/")[2], args)

    def _told(self, pid: int, args: tuple[str, ...], what: WhatRuns, catalogue: Catalogue) -> list[Fingerprint]:
        """The files that an interpreter was told to run, as the process sees them."""
        files: list[Fingerprint] = []
        cwd = procfs.link(f"/proc/{pid}/cwd") or ""
        until = self._clock.mono() + _BUDGET_MS
        for number, word in enumerate(what.files):
            if number >= _MOST_WORDS and self._clock.mono() >= until:
                break
            where = f"/proc/{pid}/root{word}" if word.startswith("/") else f"/proc/{pid}/cwd/{word}"
            shown = word if word.startswith("/") else f"{cwd}/{word.removeprefix('./')}"
            if found := self.images.open(where, shown, catalogue):
                files.append(found)
                if not what.every:
                    break
        if what.every or not files:
            windows = list(filter(None, map(_WINDOWS_PATH.fullmatch, args)))[:_MOST_WINDOWS]
            files += (self._windows(pid, one[1], one[2].replace("\\", "/"), catalogue) for one in windows)
        return files

    def _windows(self, pid: int, drive: str, path: str, catalogue: Catalogue) -> Fingerprint:
        """Wine names its programs as Windows would. Drive Z is our root, of others only the program's name is known."""
        found = self.images.open(f"/proc/{pid}/root{path}", path, catalogue) if drive in "zZ" else None
        return found or Fingerprint(path, 0)


def acting_uid(real: int, effective: int) -> int:
    """Who acts: whoever started it, also when the program is setuid; root only where nobody else is named."""
    return real or effective


def interpreters() -> Mapping[str, str]:
    """File names, by build id, of the interpreters and loaders that are installed here."""
    empty = Catalogue(())
    images = Images()
    found = {}
    for folder in _FOLDERS:
        for path in _listed(folder):
            if interpreter(path.name) and (image := images.open(str(path), str(path), empty)) and image.build_id:
                found[image.build_id] = path.name
    return found


def _listed(folder: str) -> list[Path]:
    try:
        return list(Path(folder).iterdir())
    except OSError:
        return []
