r"""From a command line of a menu to the files that will run: the Exec key's own quoting, what stands between it and the game,
PATH, links and small wrapper scripts.

`env A=b gamemoderun wine C:\\Game\\game.exe` starts game.exe; `flatpak run org.game` an application of Flatpak; `steam
steam://rungameid/570` a game of Steam.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from daemon.scanning.files import Files
from daemon.scanning.hits import SearchPaths
from rules.programs import WRAPPERS, interpreter, is_emulator, is_everybodys, is_wine

_FIELD = re.compile(r"%[a-zA-Z%]")
_QUOTED = re.compile(r"(?<!\\)\\([`$])")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_STORE = re.compile(r"(steam|heroic|lutris|legendary|com\.epicgames\.launcher|itch):(?://)?([^\s'\"]+)")
_STEAM = re.compile(r"(?:rungameid|run|launch)/(\d{1,10})(?:/|$)")
_BUNDLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){2,}")
_MAX_WORDS = 200

# Of a shell script: its own folder, said in one of the usual ways; a variable; what stands before a command.
_OWN_FOLDER = re.compile(
    r"""\$\(\s*dirname\s+(?:--\s+)?"?(?:\$\{?0\}?|\$\((?:readlink\s+-f|realpath)\s+"?\$0"?\))"?\s*\)"""
    r"""|`dirname\s+"?\$\{?0\}?"?`|\$\{0%/\*\}"""
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SET = re.compile(r"\s*(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(.*)", re.DOTALL)
_KEYWORDS = frozenset({"if", "then", "else", "elif", "while", "until", "do", "{", "!"})
_BETWEEN = frozenset("();<>|&")
_MAX_LINES, _MAX_WORD = 2_000, 4_096


@dataclass(frozen=True, slots=True)
class Target:
    """What is started. `program`: the first word that is no wrapper (a name, or a path), or what an interpreter is told to run;
    `args` what it is told; `line` all words from the program or interpreter on.

    One of `flatpak` (an application id), `snap` (a name), `steam` (a number) or `store` ("heroic:…", "lutris:…") is set where
    the game is somebody else's to start; `windows`: `program` is a program of Windows; `environment`: what was set before.
    """

    program: str = ""
    args: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    flatpak: str | None = None
    snap: str | None = None
    steam: int | None = None
    store: str | None = None
    windows: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def words(command: str) -> list[str]:
    """The words of an Exec value, without field codes. What is quoted badly is split at its spaces."""
    try:
        found = shlex.split(_QUOTED.sub(r"\1", command))
    except ValueError:
        found = command.split()
    return [plain for word in found[:_MAX_WORDS] if (plain := _FIELD.sub(lambda code: "%" if code[0] == "%%" else "", word))]


def target(command: str) -> Target:
    """What the Exec value starts; a Target without anything for a command that says nothing."""
    return _target(words(command), {}, 0)


def _target(line: list[str], environment: dict[str, str], depth: int) -> Target:
    line = without_wrappers(line, environment)
    if not line or depth > 4:
        return Target()
    name = posixpath.basename(line[0].replace("\\", "/"))
    elsewhere = _elsewhere(name, line, environment)
    if elsewhere is not None:
        return elsewhere
    if is_wine(name):
        return _windows(line[1:], environment)
    if interpreter(name) == "shell" and len(line) > 2 and re.fullmatch(r"-[a-z]*c", line[1]):
        return _target(_shell_words(line[2]), environment, depth + 1)
    if interpreter(name) and (script := _script_of(line[1:])) is not None:
        return Target(script, tuple(line[1:]), tuple(line), environment=environment)
    return Target(line[0], tuple(line[1:]), tuple(line), windows=name.lower().endswith(".exe"), environment=environment)


def without_wrappers(line: list[str], environment: dict[str, str]) -> list[str]:
    while line:
        if _ASSIGNMENT.match(line[0]):
            key, _, value = line[0].partition("=")
            environment[key] = value
            line = line[1:]
            continue
        takes = WRAPPERS.get(posixpath.basename(line[0]))
        if takes is None or len(line) == 1:
            break
        line = line[1:]
        while len(line) > 1 and line[0].startswith("-"):
            line = line[2 if line[0] in takes else 1 :]
    return line


def _elsewhere(name: str, line: list[str], environment: dict[str, str]) -> Target | None:
    """A game that Steam, Heroic, Lutris, Flatpak or snapd is asked to start."""
    for word in line:
        if match := _STORE.match(word):
            store, what = match.groups()
            number = _STEAM.match(what) if store == "steam" else None
            return Target(steam=int(number[1])) if number else Target(store=f"{store}:{what}"[:200])
    if name == "steam" and "-applaunch" in line[:-1] and line[line.index("-applaunch") + 1].isdigit():
        return Target(steam=int(line[line.index("-applaunch") + 1][:10]))
    if name == "flatpak" and "run" in line[1:3]:
        app = next((word for word in line[2:] if _BUNDLE.fullmatch(word)), None)
        return Target(flatpak=app, environment=environment) if app else Target()
    if name == "snap" and line[1:2] == ["run"]:
        return Target(snap=next((word for word in line[2:] if not word.startswith("-")), None))
    if line[0].startswith("/snap/bin/"):
        return Target(snap=name)
    return None


def _windows(args: list[str], environment: dict[str, str]) -> Target:
    for word in args:
        starter = re.split(r"[\\/]", word)[-1].lower() == "start.exe"
        if word.lower().endswith((".exe", ".lnk", ".bat")) and not starter:
            return Target(word, tuple(args), windows=True, environment=environment)
    return Target()


def _script_of(args: list[str]) -> str | None:
    """The file that an interpreter is told to run, if it is told by an absolute path."""
    for number, word in enumerate(args):
        if word in {"-jar", "-cp", "-classpath"} and number + 1 < len(args):
            return args[number + 1].partition(":")[0]
        if word.startswith("/"):
            return word
    return None


def _shell_words(text: str) -> list[str]:
    """The first command of a line of shell that starts something: what stands before `&&` is mostly `cd`."""
    return next((one for one in _commands(_split(text[:4096])) if one[0] not in {"cd", "export", "test", "["}), [])


def commands(text: str, script: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a shell script, each with the folder that `cd` led to, "" where that is not known.

    A variable is put in where the script sets it to a plain text; of the other words those are left out that hold one.
    """
    values, folder = {"0": script}, ""
    for line in text.replace("\\\n", " ").splitlines()[:_MAX_LINES]:
        plain = _OWN_FOLDER.sub(lambda _: posixpath.dirname(script), line)
        if match := _SET.fullmatch(plain):
            value = [_put_in(word, values) for word in _split(match[2])]
            values[match[1]] = value[0] if len(value) == 1 else "$"
            if len(value) == 1:
                continue
        for command in _commands(_split(plain)):
            found = [_put_in(word, values) for word in command]
            if found[0] in {"cd", "pushd"}:
                folder = posixpath.join(folder or posixpath.dirname(script), found[1]) if len(found) == 2 else ""
                folder = "" if _unknown(folder) else posixpath.normpath(folder)
            else:
                yield folder, [found[0], *(word for word in found[1:] if not _unknown(word))]


def _split(line: str) -> list[str]:
    """Words and what stands between commands; nothing where a quote does not end on its line."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:
        return []


def _commands(line: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in (*line[:_MAX_WORDS], ";"):
        if word and _BETWEEN.issuperset(word):
            if command:
                yield command
            command = []
        elif command or word not in _KEYWORDS:
            command.append(word)


def _put_in(word: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), word[:_MAX_WORD])[:_MAX_WORD]


def _unknown(word: str) -> bool:
    return "$" in word or "`" in word


_MOST, _MOST_WORDS, _DEPTH = 8, 12, 3
_LONGEST_SCRIPT = 64 << 10
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


class _Found:
    def __init__(self, files: Files, search: SearchPaths, *, engine: bool) -> None:
        self._files, self._search, self._engine = files, search, engine
        self.files: dict[str, None] = {}
        self.words: dict[str, None] = {}

    def add(self, path: str) -> None:
        for one in (path, self._files.real(path)):
            if interpreter(posixpath.basename(one)) in {None, "emulator"}:  # an emulator is a game of its own kind
                self.files[one] = None

    def called_by(self, script: str, depth: int) -> None:
        """What a script names, and what the commands of one of the shell start."""
        shebang = _SHEBANG.match((self._files.start(script, 200) or b"").decode("utf-8", "replace"))
        if shebang is None or depth == _DEPTH:
            return
        text = (self._files.start(script, _LONGEST_SCRIPT) or b"").decode("utf-8", "replace")
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
