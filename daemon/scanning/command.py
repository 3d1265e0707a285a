r"""What a command line of a menu really starts: the Exec key's own quoting, and what stands between it and the game.

`env A=b gamemoderun wine C:\\Game\\game.exe` starts game.exe; `flatpak run org.game` an application of Flatpak; `steam
steam://rungameid/570` a game of Steam. And what the commands of a shell script are.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rules.programs import WRAPPERS, interpreter, is_wine

_FIELD = re.compile(r"%[a-zA-Z%]")
_QUOTED = re.compile(r'\\(["`$\\])')
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|\\(.)|(\s+)|([^\s"\'\\]+|.)', re.DOTALL)
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
    """The words of an Exec value, without field codes. What is quoted badly is taken as it stands."""
    found: list[str] = []
    word: str | None = None
    for match in _PIECE.finditer(command):
        double, single, escaped, space, bare = match.groups()
        if space is None:
            quoted = _QUOTED.sub(r"\1", double) if double is not None else single
            word = (word or "") + next(text for text in (quoted, escaped, _FIELD.sub(_field, bare or "")) if text is not None)
        elif word is not None:
            found.append(word)
            word = None
        if len(found) == _MAX_WORDS:
            return found
    return [one for one in (*found, word) if one]


def _field(code: re.Match[str]) -> str:
    return "%" if code[0] == "%%" else ""


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
    if interpreter(name) and (script := _script(line[1:])) is not None:
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


def _script(args: list[str]) -> str | None:
    """The file that an interpreter is told to run, if it is told by an absolute path."""
    for number, word in enumerate(args):
        if word in {"-jar", "-cp", "-classpath"} and number + 1 < len(args):
            return args[number + 1].partition(":")[0]
        if word.startswith("/"):
            return word
    return None


def _shell_words(text: str) -> list[str]:
    """The first command of a line of shell that starts something: what stands before `&&` is mostly `cd`."""
    try:
        found = shlex.split(text[:4096], posix=True)
    except ValueError:
        return []
    commands: list[list[str]] = [[]]
    for word in found[:_MAX_WORDS]:
        if word in {"&&", ";", "||", "&", "|"}:
            commands.append([])
        else:
            commands[-1].append(word.rstrip(";"))
    return next((one for one in commands if one and one[0] not in {"cd", "export", "test", "["}), [])


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
