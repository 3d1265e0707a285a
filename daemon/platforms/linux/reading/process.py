"""Reads one process: which files it runs, what it was told, and which of these no administrator installed.

Runs in the reader (reader.py). A player may make any of it slow: whoever asks sets the deadline.
"""

from __future__ import annotations

import os
import re
import select
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from daemon.platforms.images import INLINE, Asks
from daemon.platforms.interpreters.arguments import what_runs
from daemon.platforms.interpreters.runs import Runs, View
from daemon.platforms.linux import places, procfs
from daemon.platforms.linux.reading.images import Images
from daemon.platforms.linux.reading.wants import Wants
from daemon.platforms.linux.trusted import Trusted
from daemon.platforms.processes import BlindError
from host import parts
from rules.games import Fingerprint
from rules.matching import beside
from rules.programs import WRAPPERS, interpreter

_OWN = re.compile(r"/dev/(?:std(in)|fd(?=/))|/proc/(?:thread-)?self(?=/)")
_MOST_FILES = 512
_MOST_LOADED = 16
_DEPTH = 3  # a loader that runs a loader that runs a loader is nobody's honest start
_TEXT = 1 << 16
_EXEC_MS = 100
_MOST_NAMES = 1024
_LOADED_FIRST = {b"LD_PRELOAD": re.compile("[ :]"), b"LD_AUDIT": re.compile(":")}  # and what parts two entries: ld.so(8)
_INTERPRETERS = ("/usr/bin", "/lib64", "/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")


@dataclass(frozen=True, slots=True)
class ReadProcess:
    """What was read. `image` and `stamp` are its executable's (places.py). `plain`: an administrator installed all of it, and
    it runs no other file. `runs_others`: it is an interpreter, or starts the program that it is told. `foreign`: as Program has
    it. `unread`: some of it could not be read. `large`: files whose hash is wanted and takes long, each with a path to open.
    `late`: nothing could be read in time, so `files` is what it is called alone.
    """

    pid: int
    started: int
    parent: int
    uid: int
    files: tuple[Fingerprint, ...]
    args: tuple[str, ...] = ()
    interpreted: bool = False
    runs_others: bool = False
    foreign: tuple[Fingerprint, ...] = ()
    unread: bool = False
    plain: bool = False
    image: places.Image | None = None
    stamp: tuple[int, ...] | None = None
    large: tuple[tuple[str, str], ...] = ()
    late: bool = False

    def to_json(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "files": list(map(_written, self.files)), "foreign": list(map(_written, self.foreign))}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> ReadProcess:
        files, foreign = tuple(map(_fingerprint, said["files"])), tuple(map(_fingerprint, said["foreign"]))
        pairs = {name: tuple(said[name]) if said[name] else None for name in ("image", "stamp")}
        rest = {"args": tuple(said["args"]), "large": tuple((path, where) for path, where in said["large"])}
        return cls(**{**said, **pairs, **rest, "files": files, "foreign": foreign})


def _written(one: Fingerprint) -> list[Any]:
    return [one.path, one.size, one.sha256, one.build_id, one.loaded, sorted(one.parts)]


def _fingerprint(said: list[Any]) -> Fingerprint:
    path, size, sha256, build_id, loaded, parts_ = said
    return Fingerprint(path, size, sha256, build_id, loaded=loaded, parts=frozenset(parts_))


def interpreters_here() -> dict[str, str]:
    """The file names of installed interpreters and loaders by build id, which then are known under any name."""
    images, found = Images(), dict[str, str]()
    for folder in _INTERPRETERS:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():  # noqa: PTH112, PTH208 - names alone
            if interpreter(name) and (file := images.open(f"{folder}/{name}", name, Wants())) and file.build_id:
                found[file.build_id] = name
    return found


def _line_soon(pid: int) -> bytes:
    """The command line of a process that is in the middle of an exec: the kernel writes it down last."""
    line = b""
    for _ in range(_EXEC_MS):
        if line := procfs.cmdline(pid):
            break
        select.select((), (), (), 0.001)
    return line


class ProcessReader:
    """`images` with what is asked of files (`wants`); `builds` as `interpreters_here` gives them."""

    def __init__(self, images: Images, wants: Asks, builds: Mapping[str, str]) -> None:
        self._images, self._wants, self._builds = images, wants, builds
        self._trusted = Trusted()

    def read(self, pid: int, *, strict: bool) -> ReadProcess | None:
        """`strict`: `foreign` is asked, too. None: it is over. BlindError."""
        before = places.image_of(pid)
        found = self._read(pid, before, strict=strict)
        if found is None or (now := places.image_of(pid)) == before:
            return found
        return self._read(pid, now, strict=strict)  # it executed something meanwhile

    def _read(self, pid: int, image: places.Image | None, *, strict: bool) -> ReadProcess | None:
        self._images.unread = False
        status, ids = procfs.stat(pid), procfs.ids(pid)
        if status is None or not status.alive or ids is None:
            return None
        thread = procfs.running_thread(status)
        exe = f"/proc/{thread}/exe"
        path = procfs.link(exe)
        line = procfs.cmdline(thread)
        if path is None:
            return None  # the kernel's own
        path = path or procfs.name(pid)  # too long to be told
        file = self._images.open(exe, path, self._wants) or Fingerprint(path, 0)
        name = self._builds.get(file.build_id or "") or file.path.rpartition("/")[2]
        place = _Place(thread, self._images, self._wants)
        interpreted = interpreter(name) is not None
        if interpreted and not line:
            line = _line_soon(thread)
        args = procfs.words(line)
        if interpreted and args:
            args = self._told(name, args, place)
        more = () if interpreted and beside.is_systems(path) else place.beside(path)
        files = (file, *more, *place.files)
        foreign = self._foreign(thread, exe, files, place) if strict else ()
        runs_others = interpreted or name in WRAPPERS
        return ReadProcess(
            pid, status.started, status.parent, procfs.acting_uid(ids), files, args, interpreted, runs_others, foreign,
            unread=self._images.unread or len(line) >= procfs.ARGS,
            plain=not runs_others and len(files) == 1 and self._trusted.at(exe),
            image=image, stamp=places.stamped_at(exe),
            large=tuple((one.path, place.opened.get(one.path, exe)) for one in files if self._is_large(one)),
        )  # fmt: skip

    def _is_large(self, file: Fingerprint) -> bool:
        return file.sha256 is None and file.size > INLINE and self._wants.wants_sha256(file.size)

    def hashed(self, large: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The hashes of these (path, path to open) by path, as far as they can be read. This may take long."""
        found = {path: self._images.open(where, path, self._wants) for path, where in large}
        return {path: file.sha256 for path, file in found.items() if file and file.sha256}

    def _told(self, name: str, args: tuple[str, ...], place: _Place) -> tuple[str, ...]:
        """Finds what an interpreter was told to run. Its command line, with what it was told elsewhere."""
        what, every = what_runs(name, args, view=place.view), args
        for _ in range(_DEPTH):
            if what is None:
                break
            before = len(place.files)
            place.find(what)
            args += tuple(word for word in what.words if word not in args)
            found, every = place.files[before:], what.command
            if not (every and found):
                break
            loaded = found[0]
            name = self._builds.get(loaded.build_id or "") or loaded.path.rpartition("/")[2]
            what = what_runs(name, every, view=place.view)
        return args

    def _foreign(self, pid: int, exe: str, files: tuple[Fingerprint, ...], place: _Place) -> tuple[Fingerprint, ...]:
        """What cannot be looked at counts as foreign, too."""
        found = [file for file in files[:1] if not self._trusted.at(exe)]
        places_of = ((file, place.opened.get(file.path, f"/proc/{pid}/root{file.path}")) for file in files[1:])
        found += (file for file, where in places_of if not self._trusted.at(where))
        loaded = place.loaded_first()
        for where, name in loaded[:_MOST_LOADED]:
            file = self._images.open(where, name, self._wants)
            if file is not None and not self._trusted.at(where):
                found.append(file)
        only_loader_knows = len(loaded) > _MOST_LOADED or any("$" in name for _, name in loaded)  # $ORIGIN, ${LIB}
        self._images.unread = self._images.unread or only_loader_knows or place.is_cut
        return tuple(found)


class _Place:
    """A process's files, as their names lead it. What is its own, as /proc/self and its open files, is found by its pid."""

    def __init__(self, pid: int, images: Images, wants: Asks) -> None:
        self._pid, self._images, self._wants = pid, images, wants
        self._environment: bytes | None = None
        self.files: list[Fingerprint] = []
        self.opened: dict[str, str] = {}
        self.view = View(self._variable, self._text, self._names, self._manifest)

    def find(self, what: Runs) -> None:
        before = len(self.files)
        for word in what.files:
            if self._add(word, what.inside) and not what.every:
                break
        if what.stdin and len(self.files) == before:
            self._add("/dev/stdin", ())
        for word in what.also:
            self._add(word, ())

    def beside(self, path: str) -> tuple[Fingerprint, ...]:
        """What may decide which of an engine's games it is."""
        found = list(beside.deciding(path)) if path.startswith("/") else []
        name = path.rpartition("/")[2]
        cwd = procfs.link(f"/proc/{self._pid}/cwd") or ""
        if beside.is_godot(name) or not beside.is_systems(path):
            found += (f"{cwd}/{one}" for one in beside.here(name))
        files = (self._open(f"/proc/{self._pid}/root{one}", one) for one in dict.fromkeys(found))
        return tuple(file for file in files if file)

    def loaded_first(self) -> list[tuple[str, str]]:
        """Libraries that its environment has the loader load before others: where each lies for us, and its name."""
        names: dict[str, None] = {}
        for variable in self._variables():
            called, _, value = variable.partition(b"=")
            if between := _LOADED_FIRST.get(called):
                names |= dict.fromkeys(between.split(value.decode("utf-8", "surrogateescape")))
        return [(self._where(name)[0], name) for name in names if "/" in name or "$" in name]

    def _add(self, word: str, inside: tuple[str, ...]) -> bool:
        """Whether there is a plain file of this name, or one that is run of the folder of this name."""
        for name in ("", *inside) if word and "\0" not in word and len(self.files) < _MOST_FILES else ():
            where, shown = self._where(f"{word.rstrip('/')}/{name}" if name else word)
            if file := self._open(where, shown):
                self.files.append(file)
                return True
        return False

    def _open(self, where: str, shown: str) -> Fingerprint | None:
        file = self._images.open(where, shown, self._wants)
        if file:
            self.opened[file.path] = where
        return file

    def _where(self, word: str) -> tuple[str, str]:
        """What to open, and how that is called."""
        if own := _OWN.match(word):
            rest = "/0" if own[1] else word[own.end() :]
            path = f"/proc/{self._pid}" + ("/fd" if word.startswith("/dev") else "") + rest
            return path, procfs.link(path) or path
        if word.startswith("/"):
            return f"/proc/{self._pid}/root{word}", word
        cwd = procfs.link(f"/proc/{self._pid}/cwd") or ""
        return f"/proc/{self._pid}/cwd/{word}", os.path.normpath(f"{cwd}/{word}")

    # --- what a command line is read beside (interpreters/runs.py) -----------------------------------------------------------

    def _variables(self) -> list[bytes]:
        if self._environment is None:
            self._environment = procfs.environment(self._pid)
        return self._environment.split(b"\0")

    @property
    def is_cut(self) -> bool:
        """Whether its environment is longer than what is read of it."""
        return len(b"\0".join(self._variables())) >= procfs.ARGS

    def _variable(self, name: str) -> str:
        begins = f"{name}=".encode()
        found = next((one[len(begins) :] for one in self._variables() if one.startswith(begins)), b"")
        return found.decode("utf-8", "surrogateescape")

    def _text(self, word: str) -> str:
        return self._content(word, lambda file: file.read(_TEXT)).decode("utf-8", "surrogateescape")

    def _manifest(self, word: str) -> str:
        return self._content(word, lambda file: parts.manifest(file)[:_TEXT]).decode("utf-8", "surrogateescape")

    def _content(self, word: str, read: Any) -> bytes:
        where = self._where(word)[0]
        try:
            if not stat.S_ISREG(os.stat(where).st_mode):  # noqa: PTH116 - a path of any bytes
                return b""
            with os.fdopen(os.open(where, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb", buffering=0) as file:
                return bytes(read(file) or b"")
        except (OSError, ValueError):
            return b""

    def _names(self, word: str) -> tuple[str, ...]:
        try:
            with os.scandir(self._where(word)[0]) as entries:
                return tuple(entry.name for entry in islice(entries, _MOST_NAMES))
        except (OSError, ValueError):
            return ()


def overdue(pid: int) -> ReadProcess | None:
    """What is known of a process that could not be read in time. None: it is over."""
    try:
        status, ids = procfs.stat(pid), procfs.ids(pid)
        path = procfs.link(f"/proc/{pid}/exe")
    except BlindError:
        return None
    if status is None or not status.alive or ids is None or path is None:
        return None
    file = Fingerprint(path or procfs.name(pid), 0)
    return ReadProcess(
        pid, status.started, status.parent, procfs.acting_uid(ids), (file,), foreign=(file,), unread=True,
        image=places.image_of(pid), stamp=None, late=True,
    )  # fmt: skip
