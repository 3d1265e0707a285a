"""What an interpreter was told to run, as its process sees it: by command line, environment, open files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Concatenate, ParamSpec, TypeVar

from daemon.platforms.interpreters.arguments import what_runs
from daemon.platforms.interpreters.runs import Runs
from daemon.platforms.interpreters.view import View
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.watching import long_lines
from daemon.platforms.linux.watching.brief import brief
from daemon.platforms.linux.watching.long_lines import PAUSE, at_once
from daemon.platforms.linux.watching.read_images import WORDS, ReadImages
from rules.games import Catalogue, Fingerprint

_WINDOWS_PATH = re.compile(r"([A-Za-z]):(\\.+)")
_OWN = re.compile(r"/dev/(?:std(in)|fd(?=/))|/proc/(?:thread-)?self(?=/)")
_MOST_WINDOWS = 16
_MOST_LINKS = 8
MOST_FILES = 512  # of which nothing is known that makes them a game
_DEPTH = 3  # a loader that runs a loader that runs a loader is nobody's honest start
_TEXT = 1 << 16
_MOST_NAMES = 1024
_LONGEST = 32 * os.sysconf("SC_PAGE_SIZE")  # bytes: no program is started with a longer variable (execve(2))
_AT_ONCE = 4096  # words between two pauses
_MOST_STEPS = 100_000
_LONGEST_WAIT_MS = 10_000

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Told:
    """`files`: what it runs, or may. `args`: what is worth keeping of its command line, and of what stands elsewhere.
    `unread`, `own`: as ReadImages has them. `whole`: all that there is to find out. `held`: sizes and paths of what is leased.
    """

    files: tuple[Fingerprint, ...] = ()
    args: tuple[str, ...] = ()
    interpreted: bool = False
    unread: str = ""
    own: bool = False
    whole: bool = False
    held: tuple[tuple[int, str], ...] = ()


Steps = Generator[list[Fingerprint], None, Told]
"""Pauses at each file and after some milliseconds, with what was found until then, and may be left there for good."""
Paused = Generator[list[Fingerprint], None, T]

whole = at_once


def limited(steps: Steps, images: ReadImages, catalogue: Catalogue) -> Steps:
    """These steps, which share `images` with those of others: what they found leased is looked at again. In brief. And not for
    ever: what has more steps than any honest program, or waits for its account's own file systems for long, is unread.
    """
    held: dict[int, str] = {}
    files: list[Fingerprint] = []
    waited = number = 0
    while number < _MOST_STEPS and waited < _LONGEST_WAIT_MS:
        images.held, number = {}, number + 1
        images.wait_anew()
        try:
            files = next(steps)
        except StopIteration as over:
            told: Told = over.value
            return replace(told, args=brief(told.args, catalogue), held=tuple((held | images.held).items()))
        held |= images.held
        waited += images.wait_anew()
        yield files
    return Told(tuple(files), interpreted=True, unread=WORDS, own=True, whole=True, held=tuple(held.items()))


class Teller:
    """`builds`: file names of interpreters and loaders by build id, which then are known under any name."""

    def __init__(self, builds: Mapping[str, str]) -> None:
        self._builds = builds

    def family(self, image: Fingerprint) -> str:
        """The name that it would have as an interpreter."""
        return self._builds.get(image.build_id or "") or image.path.rpartition("/")[2]

    def told(
        self, pid: int, image: Fingerprint, line: bytes, catalogue: Catalogue, images: ReadImages, runner: Runner,
        *, late: bool = False,
    ) -> Steps:  # fmt: skip
        """`line`: its command line, or of a long one its beginning. What `images` has unread by now counts, and so does, where
        it is `late`, a script that is gone by now. BlindError.
        """
        return self._steps(pid, image, line, catalogue, _Reader(images, runner, late=late))

    def _steps(self, pid: int, image: Fingerprint, line: bytes, catalogue: Catalogue, reader: _Reader) -> Steps:
        place = _Place(pid, reader, catalogue)
        args = procfs.words(line)
        every = args
        if len(line) >= procfs.ARGS:
            yield []
            every = (yield from place.pausing(long_lines.words(reader(ReadImages.args, pid, procfs.ALL_ARGS)))) or args
        what = what_runs(self.family(image), every, view=place.view)
        if what is None:
            return Told(args=args, unread=reader.unread, own=reader.own, whole=True)
        said: tuple[str, ...] = ()
        if what.words or every is not args:
            said = yield from place.pausing(long_lines.said(chain(every, what.words), catalogue))
        for _ in range(_DEPTH):
            before = len(place.files)
            named = yield from place.find(what, every)
            every, found = what.command, place.files[before:]
            if named and not found:
                reader.misses(named)
            if not (every and found):
                break
            what = what_runs(self.family(found[0]), every, view=place.view)
            if what is None:
                break
        return Told(tuple(place.files), args + said, interpreted=True, unread=reader.unread, own=reader.own, whole=True)


class _Reader:
    """Reads for one process, while others are read in between. What of it was not read in time is kept here."""

    def __init__(self, images: ReadImages, runner: Runner, *, late: bool) -> None:
        self._images, self._runner, self._late = images, runner, late
        self.unread, self.own = images.unread, images.own
        self.led = images.files is not None
        """Whether paths lead where they lead its process, also by /proc/self."""

    def __call__(self, read: Callable[Concatenate[ReadImages, P], R], *args: P.args, **more: P.kwargs) -> R:
        images = self._images
        images.read_for(self._runner)
        images.unread, images.own = self.unread, self.own
        found = read(images, *args, **more)
        self.unread, self.own = images.unread, images.own
        return found

    def misses(self, file: str) -> None:
        """It runs this file, which is not there."""
        self.unread = self.unread or (file if self._late else "")


class _Place:
    """A process's files. What belongs to it alone – /proc/self, its open files – is found by its pid."""

    def __init__(self, pid: int, read: _Reader, catalogue: Catalogue) -> None:
        self._pid, self._read, self._catalogue = pid, read, catalogue
        self._variables: bytes | None = None
        self._known: dict[tuple[str, bool], str] = {}
        self._cwd: str | None = None
        self.files: list[Fingerprint] = []
        self.view = View(self._variable, self._text, self._names, self._manifest)

    def pausing(self, work: Generator[None, None, T]) -> Paused[T]:
        while True:
            try:
                next(work)
            except StopIteration as over:
                found: T = over.value
                return found
            yield self.files

    def find(self, what: Runs, args: tuple[str, ...]) -> Paused[str]:
        """The word of what has to be there, if something has."""
        before, named = len(self.files), ""
        for word in long_lines.each(what.files):
            named = named or word
            if (yield from self._one(word, what.inside)) and not what.every:
                break
        if what.stdin and len(self.files) == before:
            yield from self._one("/dev/stdin", ())
        for word in long_lines.each(what.also):
            yield from self._one(word, ())
        if what.every or len(self.files) == before:
            yield from self._of_windows(args)
        return "" if what.every else named

    def _one(self, word: str, inside: tuple[str, ...]) -> Paused[bool]:
        """Whether there is a plain file of this name, or one that is run of the folder of this name."""
        if word == PAUSE:
            yield self.files
            return False
        for name in ("", *inside) if "\0" not in word else ():  # which a file of options may hold, and no name
            path = f"{word.rstrip('/')}/{name}" if name else word
            found = self._read(ReadImages.placed, *self._led(*self._where(path)), self._catalogue)
            files = [found] if found else []
            if _OWN.match(path) and self._read.led:  # where it has another /dev or /proc that is a file like others
                literal = self._read(ReadImages.placed, f"/proc/{self._pid}/root{path}", path, self._catalogue)
                files += [literal] if literal else []
            self.files += (file for file in files if len(self.files) < MOST_FILES or self._tells(file))
            yield self.files
            if files:
                return True
        return False

    def _tells(self, file: Fingerprint) -> bool:
        """Whether it is a game, or may be."""
        return bool(self._catalogue.by_file(file)) or (file.sha256 is None and self._catalogue.wants_sha256(file.size))

    def _where(self, word: str) -> tuple[str, str]:
        if own := _OWN.match(word):
            rest = "/0" if own[1] else word[own.end() :]
            path = f"/proc/{self._pid}" + ("/fd" if word.startswith("/dev") else "") + rest
            return path, self._read(ReadImages.link, path) or path
        if word.startswith("/"):
            return f"/proc/{self._pid}/root{word}", word
        if self._cwd is None:
            self._cwd = self._read(ReadImages.link, f"/proc/{self._pid}/cwd") or ""
        return f"/proc/{self._pid}/cwd/{word}", f"{self._cwd}/{word.removeprefix('./')}"

    def _led(self, where: str, shown: str) -> tuple[str, str]:
        """Where links lead to what each process has of its own: they would lead us to ours."""
        at = where
        for _ in range(_MOST_LINKS):
            target = self._read(ReadImages.link, at)
            if not target:
                break
            if _OWN.match(target):
                return self._where(target)
            at = f"/proc/{self._pid}/root{target}" if target.startswith("/") else f"{at.rpartition('/')[0]}/{target}"
        return where, shown

    def _of_windows(self, args: tuple[str, ...]) -> Paused[None]:
        left = _MOST_WINDOWS
        for at in range(0, len(args), _AT_ONCE):
            for one in islice(filter(None, map(_WINDOWS_PATH.fullmatch, args[at : at + _AT_ONCE])), left):
                left -= 1
                self.files.append(self._windows(one[1], one[2].replace("\\", "/")))
            if not left:
                break
            if at:
                yield self.files

    def _windows(self, drive: str, path: str) -> Fingerprint:
        """Wine names its programs as Windows would, and its drives by links. Drive Z is our root as a rule."""
        prefix = self._variable("WINEPREFIX") or f"{self._variable('HOME')}/.wine"
        places = [f"{prefix}/dosdevices/{drive.lower()}:{path}", *([path] if drive in "zZ" else [])]
        for place in filter(lambda one: one.startswith("/"), places):
            if found := self._read(ReadImages.placed, f"/proc/{self._pid}/root{place}", path, self._catalogue):
                return found
        return Fingerprint(path, 0)

    # --- what the command line is read beside ------------------------------------------------------------------------------

    def _variable(self, name: str, *, last: bool = False) -> str:
        """Looked for once: it may be asked for by each of a hundred thousand words, in megabytes."""
        if (value := self._known.get((name, last))) is None:
            value = self._known[name, last] = self._value(f"\0{name}=".encode(), last=last)
        return value

    def _value(self, begins: bytes, *, last: bool) -> str:
        every = self._environment()
        at = every.rfind(begins) if last else every.find(begins)
        value = every[at + len(begins) : at + _LONGEST].partition(b"\0")[0] if at >= 0 else b""
        return value.decode("utf-8", "surrogateescape")

    def _environment(self) -> bytes:
        if self._variables is None:
            self._variables = b"\0" + self._read(ReadImages.environment, self._pid, procfs.ALL_ARGS)
        return self._variables

    def _text(self, word: str) -> str:
        return self._read(ReadImages.beginning, self._where(word)[0], _TEXT).decode("utf-8", "surrogateescape")

    def _manifest(self, word: str) -> str:
        return self._read(ReadImages.manifest, self._where(word)[0], _TEXT).decode("utf-8", "surrogateescape")

    def _names(self, word: str) -> tuple[str, ...]:
        return self._read(ReadImages.names, self._where(word)[0], _MOST_NAMES)
