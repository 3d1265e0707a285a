"""A process as the loop sees it: who runs which files since when."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from daemon.platforms.interpreters.arguments import what_runs
from daemon.platforms.interpreters.runs import Runs, View
from daemon.platforms.windows import installed
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.opening import final_path
from daemon.platforms.windows.watching.said import ON_DRIVE, PROLONGED, Paths, as_windows_reads, prolonged, view
from daemon.platforms.windows.watching.snapshot import Process
from daemon.platforms.windows.watching.trees import Trees
from daemon.platforms.windows.watching.working import Working
from host.api import SYSTEM_USERS
from host.windows import tokens, users
from host.windows.win32 import Handle, open_file
from rules.games import Catalogue, Fingerprint, Program
from rules.matching.beside import deciding
from rules.programs import interpreter, is_own_command

_PLAIN_STREAM = re.compile(r"::\$data$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\\/:]")
_LOOK = 0x0080  # FILE_READ_ATTRIBUTES, which nobody can refuse to share
_DEPTH = 3  # a shell that starts a launcher that starts an interpreter
# That may name a file, and that do: more are nobody's honest start, and would hold up the loop.
_MOST_WORDS, _MOST_FILES = 2_048, 384


class Programs:
    """Reads processes. Also for several threads at once."""

    def __init__(self, images: Images, trees: Trees) -> None:
        self.images = images
        self.trees = trees
        self._names: dict[str, str] = {}
        self._own = tokens.own_sid()
        self.everybody = self._own in SYSTEM_USERS or tokens.elevated()

    def owner(self, process: Process) -> str | None:
        """The SID of its account; None: it is over, or none that we may look at. Nobody can hold that up."""
        sid = processes.asked(process.identity, processes.user)
        # Without rights others' programs can be seen in part and not ended at all.
        return sid if sid == self._own or self.everybody else None

    def read(self, process: Process, sid: str, since: int, catalogue: Catalogue) -> Program | None:
        return processes.asked(process.identity, lambda handle: self._read(handle, process, sid, since, catalogue))

    def held(self, process: Process, since: int) -> Program | None:
        """What is known of one that is not read in time: nothing of its files."""
        sid = self.owner(process)
        if sid is None:
            return None
        name = self._names.get(sid, sid)  # to ask for it may take long
        files = (Fingerprint(process.name, 0),)
        return Program(process.pid, process.started, since, name, files, parent=process.parent, unread=_may_hide(process))

    def _read(self, handle: Handle, process: Process, sid: str, since: int, catalogue: Catalogue) -> Program:
        path, (args, line) = _path(handle, process), processes.command(handle)
        files = ProgramFiles(self.images, catalogue, path, Working(process).paths)
        told = _interpreter(files.image, args, line, files.view)
        whole = told is None or files.run(told)
        closed = not (files.image.size or installed.installed(path))
        speaks = told is not None and told.speaks
        words = args if told is None or speaks else args[:1]  # the words of a shell are those of what it starts
        said = () if told is None else catalogue.said_in(told.words)
        return Program(
            pid=process.pid,
            started=process.started,
            since=since,
            account=self._name(sid),
            files=tuple(files.found),
            args=words + tuple(word for word in said if word not in words),
            parent=process.parent,
            interpreted=speaks,
            trees=self.trees.of(path, sid),
            unread=closed or not whole,
        )

    def _name(self, sid: str) -> str:
        if sid not in self._names and (name := users.account(sid)) != sid:
            self._names[sid] = name
        return self._names.get(sid, sid)


class ProgramFiles:
    """What a process runs. `image`: its executable. `found`: that first, then what decides beside it which of an engine's games
    it is: a decoy hides nothing. `paths`: as Working has it.
    """

    def __init__(self, images: Images, catalogue: Catalogue, path: str, paths: Paths) -> None:
        self._images, self._catalogue, self._folder, self._paths = images, catalogue, ntpath.dirname(path), paths
        self.view = view(paths)
        # At exactly this path: a plain one would lead from `game.exe.` or `nul.exe` to something else.
        image = images.open(PROLONGED + path if ON_DRIVE.match(path) else path, catalogue)
        self.image = Fingerprint(path, 0) if image is None else replace(image, path=path)
        self.found = dict.fromkeys((self.image, *self._opened(deciding(path))))

    def run(self, told: Runs) -> bool:
        """Adds the files that an interpreter runs, also those of a program that it starts as a loader. False: too many."""
        what: Runs | None = told
        words, read = 0, 0
        for _ in range(_DEPTH):
            if what is None:
                break
            words += len(what.also) + len(what.files) * what.every  # else the later ones are data
            for file in self._told_files(what):
                self.found[file] = None
                read += file.size > 0
                if read > _MOST_FILES:
                    return False
            command = what.command
            what = what_runs(ntpath.basename(command[0]), command, view=self.view) if command else None
        return words <= _MOST_WORDS

    def _told_files(self, what: Runs) -> Iterator[Fingerprint]:
        for word in what.files[:_MOST_WORDS]:
            found = self._told(word)
            if not any(file.size for file in found):  # it may be a folder
                found = tuple(self._inside(word, what.inside)) or found
            yield from found
            if found and not what.every:
                break
        for word in what.also[:_MOST_WORDS]:
            yield from self._inside(word, ("",))

    def _told(self, word: str) -> tuple[Fingerprint, ...]:
        """The files that an interpreter was told by this word: by their content wherever the process may have worked when it
        looked there, else in the interpreter's own folder. Only the name is known of what lies on a drive that only its player
        has (`subst`), or on another machine.
        """
        plain = _PLAIN_STREAM.sub("", word)
        places, beside = self._paths(plain), ntpath.join(self._folder, plain)
        found = tuple(self._opened(map(as_windows_reads, places)))
        if not found and self._folder and beside not in places:
            found = tuple(self._opened((as_windows_reads(beside),)))
        return found or tuple(filter(None, (_by_name(plain),)))

    def _inside(self, word: str, names: tuple[str, ...]) -> Iterator[Fingerprint]:
        """What is run of a folder: of each that it may be, the first of these names."""
        for folder in self._paths(word):
            yield from islice(self._opened(as_windows_reads(ntpath.join(folder, name)) for name in names), 1)

    def _opened(self, paths: Iterable[str]) -> Iterator[Fingerprint]:
        """Those that are there."""
        for path in paths:
            there = prolonged(path)
            if there and (found := self._images.open(there, self._catalogue)) is not None:
                yield replace(found, path=path)


def _may_hide(process: Process) -> bool:
    """Not a program of its own that lies where programs are installed: that folder is not its user's, who cannot hold it up."""
    path = processes.asked(process.identity, processes.image)
    return path is None or not installed.kept(path) or interpreter(ntpath.basename(path)) is not None


def _path(handle: Handle, process: Process) -> str:
    """Of its executable; where the system cannot write that down, as on a drive that has no letter, the file's name."""
    with suppress(OSError):
        return _long(processes.image(handle))
    return process.name


def _long(path: str) -> str:
    """Of a program that was started as GAMECU~1.EXE: folders and games are known by the whole name."""
    if "~" in path and ON_DRIVE.match(path):
        with suppress(OSError), open_file(PROLONGED + path, _LOOK, 0) as handle:
            return final_path(handle).removeprefix(PROLONGED)
    return path


def _by_name(word: str) -> Fingerprint | None:
    r"""What is known of `.\sub\GAME.py`, wherever that is: a name, which `\\?\` marks as one that Windows takes in any case."""
    name = _BETWEEN.split(word)[-1].rstrip(" .")
    return Fingerprint(PROLONGED + name, 0) if ntpath.splitext(name)[1] else None


def _interpreter(image: Fingerprint, args: tuple[str, ...], line: str, seen: View) -> Runs | None:
    """By its own name and by the one that it was made under, whatever it is called here. An installed command of ours is no
    interpreter: its arguments name games that it does not run.
    """
    for name in (image.original, ntpath.basename(image.path)):
        if not name or (is_own_command(name, args) and installed.installed(image.path)):
            continue
        if (found := what_runs(name, args, line, seen)) is not None:
            return found
    return None
