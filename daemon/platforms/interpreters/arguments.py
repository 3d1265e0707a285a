"""Which files an interpreter runs, by its command line.

Code on the command line (`-c`), and code that options or environment variables load before the program, are not judged.
Sources: bash(1), fish(1), python(1) and "site", perlrun(1), ruby(1), lua(1), "Node.js, Command-line API", ld.so(8).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType

from daemon.platforms.interpreters.java import java_runs
from daemon.platforms.interpreters.runs import NOTHING, Runs, View, search_path, under
from daemon.platforms.interpreters.windows_command_lines import shell_files
from rules.matching.paths import is_windows
from rules.programs import Family, interpreter

_LONGEST_NAME, _MOST_FILES = 255, 4_096
_MOST_PACKAGES = 4  # words of which it is checked whether they are folders with a package.json
_MOST_PYTHONS, _MOST_WINDOWS_PATHS = 16, 64
_VERSION = re.compile(r"python\d+\.\d+")
_WINDOWS_PATH = re.compile(r"([A-Za-z]):[\\/](.+)", re.DOTALL)
_LOADERS_VALUED = frozenset((
    "--preload", "--library-path", "--argv0", "--audit", "--inhibit-rpath", "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask",
))  # fmt: skip
_CODE = frozenset(("-e", "-p", "-pe", "--eval", "--print"))  # of node
_IN_NODES_FOLDER = ("index.js", "main.js", "app.asar", "resources/app.asar")
_IN_ENGINES_FOLDER = ("main.lua", "project.godot", "game/script.rpyc", "game/script.rpy", "game/archive.rpa")


@dataclass(frozen=True, slots=True)
class _Options:
    """Options that stand before the script. One letter is an option of one dash, several may share a dash.

    `code`: no file is run. `module`: its value is a module. `valued`: its value is the rest of the word, or else the next word.
    `glued`: its value is the rest of the word. `late`: its value is the next word. `stdin`: the program is read from there.
    `long`: options whose value is the next word. `inside`: what is run of a folder.
    """

    code: str = ""
    module: str = ""
    valued: str = ""
    glued: str = ""
    late: str = ""
    stdin: str = ""
    long: frozenset[str] = frozenset()
    inside: tuple[str, ...] = ()
    signs: tuple[str, ...] = ("-",)


_FISHS_VALUED = "init-command debug debug-output debug-stack-frames features profile profile-startup"
_PYTHON = _Options("c", "m", "WX", long=frozenset(("--check-hash-based-pycs",)), inside=("__main__.py", "__main__.pyc"))
_OPTIONS: Mapping[Family, _Options] = MappingProxyType({
    "shell": _Options("c", late="oO", stdin="s", long=frozenset(("--emulate", "--rcfile", "--init-file")), signs=("-", "+")),
    "fish": _Options("c", valued="CDdfop", long=frozenset(f"--{name}" for name in _FISHS_VALUED.split())),
    "python": _PYTHON,
    "py": replace(_PYTHON, glued="V023"),  # Windows' launcher: a version may come first
    "perl": _Options("eE", valued="I", glued="0CDFVdixMm"),
    "ruby": _Options("e", valued="EICXr", glued="0FKTWix", long=frozenset((
        "--encoding", "--external-encoding", "--internal-encoding", "--enable", "--disable", "--backtrace-limit",
    ))),
    "lua": _Options(valued="ejl", glued="O"),
})  # fmt: skip
_ENGINES = frozenset[Family]({"wine", "emulator", "other", "node", "java"})
"""Programs that are often scripts themselves: proton is Python, /usr/bin/wine and /usr/bin/electron are shell scripts."""


def what_runs(name: str, args: tuple[str, ...], line: str = "", view: View = NOTHING) -> Runs | None:
    """The files that a process may run if its executable is an interpreter. None: it is not.

    `name`: file name of the executable. `args`: the command line, with the program's own name first. `line`: the same as one
    text on Windows, empty elsewhere. Raises nothing on hostile input and is linear in it.
    """
    family = _family(name)
    if family == "busybox":  # started as the applet, or with its name as the first word
        args = args[1:] if args and _family(_base(args[0])) == "busybox" else args
        applet = _family(_base(args[0]).removeprefix("-")) if args else None
        family = applet if applet == "shell" else None
    if family is None:
        return None
    if (files := shell_files(family, args, line)) is not None:
        return Runs(files, every=True, speaks=False)
    found = _runs(family, name, args, view)
    return replace(found, files=_some(found.files), also=_some(found.also))


def _family(name: str) -> Family | None:
    return interpreter(name) if len(name) <= _LONGEST_NAME else None


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _some(files: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(file for file in files if file and "\0" not in file), _MOST_FILES))


def _runs(family: Family, name: str, args: tuple[str, ...], view: View) -> Runs:
    words, between = args[1:], ";" if is_windows(name) else ":"
    if family == "loader":
        return _loader(words)
    if family not in _OPTIONS:
        return _engine(family, args, view, between)
    kind, rest = _after_options(family, words)
    if kind == "file":
        return _script(family, rest, view, between)
    if kind == "module":
        sites = () if between == ";" else _sites(name, "".join(args[:1]), view)
        return _module("".join(rest).replace(".", "/"), search_path("PYTHONPATH", view, between), sites)
    return Runs(stdin=kind == "stdin")


def _engine(family: Family, args: tuple[str, ...], view: View, between: str) -> Runs:
    if family == "java":
        return java_runs(args[1:], view, between)
    if family == "node":
        return _node(args[1:], view)
    return _wine(args, view) if family == "wine" else _any_word(family, args[1:])


def _after_options(family: Family, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What the options lead to – "file", "module", "stdin" or "code" – and the words that name it."""
    options, at = _OPTIONS[family], 0
    while at < len(words) and words[at].startswith(options.signs):
        word, at = words[at], at + 1
        if word == "--" or (word == "-" and family == "shell"):
            break
        kind, value, skipped = _option(options, word)
        if kind:
            return kind, (value,) if value else words[at : at + 1]
        at += skipped
    return "file", words[at:]


def _option(options: _Options, word: str) -> tuple[str, str, int]:
    """What this option leads to if no file is run, the value in it, and how many of the next words are its values."""
    if word == "-":
        return "stdin", "", 0
    if word.startswith("--"):
        return "code" if word.partition("=")[0] == "--command" else "", "", int(word in options.long)
    kind, skipped = "", 0
    for end, letter in enumerate(word[1:], 2):
        if letter in options.code:
            return "code", "", 0
        if letter in options.module:
            return "module", word[end:], 0
        if letter in options.valued or letter in options.glued:
            skipped += letter in options.valued and end == len(word)
            break
        skipped += letter in options.late
        kind = "stdin" if letter in options.stdin else kind
    return kind, "", skipped


def _module(path: str, listed: tuple[str, ...], sites: tuple[str, ...]) -> Runs:
    """`listed`: folders, and archives in which the module may lie."""
    names = (f"{path}/__main__.py", f"{path}.py", f"{path}/__init__.py") if path else ()
    return Runs(under(("", *listed, *sites), *names), every=True, also=listed)


def _script(family: Family, words: tuple[str, ...], view: View, between: str) -> Runs:
    """The first word is the script. If it starts an engine, the next words name the game."""
    first = words[:1]
    engine = _family(_base("".join(first)))
    if engine in _ENGINES:
        found = _engine(engine, words, view, between)
        return replace(found, files=(*first, *found.files), every=True, stdin=False)
    searched = family == "shell" and "/" not in "".join(first)
    installed = under(search_path("PATH", view, between), *first) if searched else ()
    return Runs((*first, *installed, *words[1:]), inside=_OPTIONS[family].inside, stdin=not words)


def _sites(name: str, started_as: str, view: View) -> tuple[str, ...]:
    """Where Python's modules are installed: for the system, for the account and in a virtual environment."""
    home, environment = view.variable("HOME"), view.variable("VIRTUAL_ENV")
    beside = started_as.rpartition("/")[0].rpartition("/")[0]
    bases = dict.fromkeys(("/usr", "/usr/local", f"{home}/.local" if home else "", environment, beside))
    version, found = _VERSION.search(name), list[str]()
    for lib in under(tuple(filter(None, bases)), "lib"):
        named = [version[0]] if version else [one for one in view.names(lib) if one.startswith("py")][:_MOST_PYTHONS]
        for folder in under((lib,), *dict.fromkeys((*named, "python3"))):
            found += (folder, *under((folder,), "site-packages", "dist-packages"))
    return tuple(found)


def _loader(words: tuple[str, ...]) -> Runs:
    at = 0
    while at < len(words) and words[at].startswith("--"):
        at += 1 + (words[at] in _LOADERS_VALUED)
    return Runs(words[at : at + 1], command=words[at:])


def _any_word(family: Family, words: tuple[str, ...]) -> Runs:
    """Options may stand anywhere, and their values may be files: each word counts, but for code and its data."""
    code = next((at for at, word in enumerate(words) if word in {"-r", "--run"}), None) if family == "php" else None
    files = tuple(word for word in words[:code] if not word.startswith("-"))
    values = tuple(word.partition("=")[2] for word in words[:code] if word.startswith("-"))
    stdin = code is None and (not files or "-" in words)
    if family == "other" and not files:
        files = (".",)  # Godot
    inside = _IN_ENGINES_FOLDER if family == "other" else ()
    return Runs(files, every=True, inside=inside, stdin=stdin, also=values, words=words if family == "emulator" else ())


def _wine(args: tuple[str, ...], view: View) -> Runs:
    """Wine replaces its own name with the Windows path of its program, so the first word counts too. Windows paths are also
    returned as paths in the prefix, where a link stands for each drive.
    """
    prefix = view.variable("WINEPREFIX") or f"{view.variable('HOME')}/.wine"
    found = list[str]()
    for match in islice(filter(None, map(_WINDOWS_PATH.fullmatch, args)), _MOST_WINDOWS_PATHS):
        drive, path = match[1].lower(), match[2].replace("\\", "/")
        found += under((f"{prefix}/dosdevices/{drive}:", *(("/",) if drive == "z" else ())), path)
    return Runs((*found, *(word for word in args[1:] if not word.startswith("-"))), every=True)


def _node(words: tuple[str, ...], view: View) -> Runs:
    """Which options have values is not known: each word that is none may be the script, or a folder with a package."""
    code = next((at for at, word in enumerate(words) if word in _CODE), None)
    named = tuple(word for word in words[:code] if not word.startswith("-"))
    also = [f"{word}.js" for word in named]
    for word in named[:_MOST_PACKAGES]:
        main = _main_of_package(view.text(f"{word}/package.json"))
        also += under((word,), main, f"{main}.js", f"{main}/index.js") if main else ()
    stdin = code is None and (not named or "-" in words)
    return Runs(named, every=True, inside=_IN_NODES_FOLDER, stdin=stdin, also=tuple(also))


def _main_of_package(text: str) -> str:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return ""
    main = found.get("main") if isinstance(found, dict) else None
    return main.removeprefix("./") if isinstance(main, str) else ""
