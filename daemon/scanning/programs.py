"""From a command to the files that will run: along PATH, through links and through small wrapper scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from itertools import pairwise, takewhile

from daemon.scanning.command import commands, without_wrappers
from daemon.scanning.files import Files
from daemon.scanning.source import SearchPaths
from rules.programs import interpreter, is_emulator, is_everybodys

_MOST, _MOST_WORDS, _DEPTH = 8, 12, 3
_SCRIPT = 64 << 10
_PATH = re.compile(r"(?<![\w./$}-])(/(?:usr|opt|home|srv|var|snap)/[\w.+@/-]+)")
_PLACES_OF_GAMES = re.compile(r"/usr/(?:local/)?games/|/usr/lib(?:exec|/games|/[\w.+-]+)/|/usr/share/games/|/opt/|/home/|/srv/")
_HELPERS = re.compile(r"/usr/lib/(?:[\w-]+-linux-gnu\w*/)?(?:gio|dbus|systemd|pulse|policykit|debconf|sudo|libreoffice)\b")
_SHEBANG = re.compile(r"#![ \t]*(\S+)(?:[ \t]+(\S+))?")
_UNRESOLVED = re.compile(r".*\$.*(java|python)", re.IGNORECASE)
_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[\w$]+)+")
_WITH_VALUE = frozenset({"-W", "-X", "-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules"})
_OWN_DATA = re.compile(r"(?:/[^/]+){3,}")  # not /usr/share, which any game may be told


def which(files: Files, search: SearchPaths, program: str, folder: str = "") -> str | None:
    """The absolute path of a program: as a shell would find it, or below `folder` if it is a relative path."""
    if "/" in program:
        path = posixpath.normpath(program if program.startswith("/") else f"{folder or search.home}/{program}")
        return path if files.is_file(path) else None
    return next((path for folder_ in search.programs if files.is_program(path := f"{folder_}/{program}")), None)


def running(
    files: Files, search: SearchPaths, program: str, line: Sequence[str] = (), folder: str = ""
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files that may run when this one is started: itself, what it is a link to, what it calls if it is a script, what an
    interpreter is told to run. And the words by which an interpreter or engine is known to run it.

    Interpreters are none of the files, nor is an engine that another program calls: as a game each would make a game of
    whatever it runs.
    """
    found = _Found(files, search, engine=is_emulator(posixpath.basename(program)))
    found.add(program)
    found.called_by(files.real(program), 0)
    found.told(line, folder, 0)
    return tuple(found.files)[:_MOST], tuple(found.words)[:_MOST_WORDS]


def is_interpreter(path: str) -> bool:
    """Not an emulator, which is a game of its own kind."""
    return interpreter(posixpath.basename(path)) not in {None, "emulator"}


class _Found:
    def __init__(self, files: Files, search: SearchPaths, *, engine: bool) -> None:
        self._files, self._search, self._engine = files, search, engine
        self.files: dict[str, None] = {}
        self.words: dict[str, None] = {}

    def add(self, path: str) -> None:
        for one in (path, self._files.real(path)):
            if not is_interpreter(one):
                self.files[one] = None

    def called_by(self, script: str, depth: int) -> None:
        """What a script names, and what the commands of one of the shell start."""
        shebang = _SHEBANG.match((self._files.start(script, 200) or b"").decode("utf-8", "replace"))
        if shebang is None or depth == _DEPTH:
            return
        text = (self._files.start(script, _SCRIPT) or b"").decode("utf-8", "replace")
        own = posixpath.dirname(script)
        for path in dict.fromkeys(match[1] for match in _PATH.finditer(text)):
            near = posixpath.dirname(path) == own and own not in self._search.programs
            if (near or _PLACES_OF_GAMES.match(path)) and not _HELPERS.match(path) and self._files.is_program(path):
                self._call(path, script, depth)
        if interpreter(posixpath.basename(shebang[2] if shebang[1].endswith("/env") and shebang[2] else shebang[1])) == "shell":
            for folder, line in commands(text, script):
                self._command(line, folder, script, depth)

    def _command(self, line: list[str], folder: str, script: str, depth: int) -> None:
        """Of other programs than games' only that one which the script becomes."""
        rest = without_wrappers(line, {})
        if not rest:
            return
        path = which(self._files, self._search, rest[0], folder) if "/" not in rest[0] or folder or rest[0][0] == "/" else None
        if path is not None and ("/" in rest[0] or line[0] == "exec" or "/games/" in path):
            self._call(path, script, depth)
        self.told(rest, folder, depth)

    def _call(self, path: str, script: str, depth: int) -> None:
        name, own = posixpath.basename(path), path in self.files
        engine = is_emulator(name) or interpreter(name) is not None
        if not own and path != script and not (is_everybodys(name) and not engine) and (self._engine or not engine):
            self.add(path)
            self.called_by(self._files.real(path), depth + 1)

    def told(self, line: Sequence[str], folder: str, depth: int) -> None:
        """What an interpreter or engine is told to run."""
        if not line:
            return
        unresolved = _UNRESOLVED.fullmatch(line[0])
        name = unresolved[1].lower() if unresolved else posixpath.basename(line[0])
        family = "java" if name == "run_java" else interpreter(name)  # of Debian's java-wrappers
        if family == "java":
            self._java(line[1:], folder)
        elif family == "shell" and len(line) > 2 and line[1] == "-c" and depth < _DEPTH:
            for place, command in commands(line[2], f"{folder}/-"):
                self._command(command, place, "", depth + 1)
        elif is_emulator(name) or family in {"emulator", "other"}:
            self._engine_data(line[1:], folder)
        elif family is not None and (script := _first(line[1:], "-c", "-m")):
            self._script(script, folder)

    def _java(self, args: Sequence[str], folder: str) -> None:
        """The jar; of a class path those that are no shared libraries, and the main class."""
        told = list(takewhile(lambda word: not _CLASS.fullmatch(word) or word.endswith(".jar"), args))
        for option, value in pairwise(told):
            if option == "-jar":
                self._script(value, folder)
                return
            if option in {"-cp", "-classpath", "--class-path"}:
                for jar in value.split(":"):
                    if jar.endswith(".jar") and not jar.startswith("/usr/share/java/"):
                        self._script(jar, folder)
        main = _first(args)
        if main and _CLASS.fullmatch(main) and not main.endswith(".jar"):
            self.words[main] = None

    def _engine_data(self, args: Sequence[str], folder: str) -> None:
        for word in args:
            if word.startswith("/") and _OWN_DATA.fullmatch(word):
                self.words[word.rstrip("/")] = self.words[word] = None
            if not word.startswith("-") and not word.endswith((".conf", ".cfg", ".ini")):
                self._script(word, folder)

    def _script(self, word: str, folder: str) -> None:
        path = posixpath.normpath(posixpath.join(folder, word))
        if path.startswith("/") and self._files.is_file(path):
            self.add(path)


def _first(args: Sequence[str], *ends: str) -> str | None:
    """The first word that is neither an option nor the value of one. None also after an option that says what runs."""
    rest = iter(args)
    for word in rest:
        if word in ends:
            return None
        if word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None
