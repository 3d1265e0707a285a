"""Which file an interpreter runs, by its command line and what that is read beside: pure, by a table of what its options mean.

When in doubt, look: a word too many that is looked at is seldom a game, one too few may hide one. Where an interpreter's
options are not known here, every word is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from daemon.platforms.interpreters import java, loading
from daemon.platforms.interpreters.view import NOTHING, View, under
from daemon.platforms.interpreters.windows_shells import SHELLS
from rules.matching.paths import is_windows
from rules.programs import Family, interpreter


@dataclass(frozen=True, slots=True)
class WhatRuns:
    """`files`: words that may name what is run, in order: the first one that is a plain file does; with `every` any may.
    `inside`: what is run of one that is a folder. `stdin`: where none is found, it is what the program reads from. `also`: what
    it loads besides.

    `named`: as long as it runs, it runs the first of `files` that there was when it started.

    `command`: the command line of what a loader runs, which may be an interpreter again. `words`: what it was told, also
    elsewhere. Not `speaks`: no other word says what runs in it, as in a shell of Windows, which only starts others.
    """

    files: tuple[str, ...] = ()
    every: bool = False
    inside: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    speaks: bool = True
    stdin: bool = False
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True, slots=True)
class _Family:
    """What the options of some interpreters mean. One letter stands for an option of one dash, alone or among other letters.

    `inline`: what follows is code and its data, no file is run. `module`: the same, but its value names a module. `valued`: has
    a value, the next word unless letters follow it directly. `glued`: its value can only follow directly. `late`: its value is
    the next word even if letters follow. `loads`: valued, and names what is loaded before. `folders`: valued, and names where
    that is looked for. `stdin`: the program is read from there, the words are its data. `inside`: what is run of a folder.
    `every`: options may stand anywhere, and are too many to know which have values.
    """

    inline: frozenset[str] = frozenset()
    module: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    glued: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    loads: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    stdin: frozenset[str] = frozenset()
    inside: tuple[str, ...] = ()
    signs: str = "-"
    every: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_Folders = Callable[[], tuple[str, ...]]
_MODULES = 4  # words that may name what a tester tests
_PACKAGES = 4  # words of which it is looked whether they are folders with a package.json
_LOADER = _words("--preload --library-path --argv0 --audit --inhibit-rpath --glibc-hwcaps-prepend --glibc-hwcaps-mask")
_LOADED_FIRST = ("--preload", "--audit")
_SHELL = _Family(
    inline=_words("c"), valued=_words("--emulate"), late=_words("o O"), loads=_words("--rcfile --init-file"), stdin=_words("s"),
    signs="-+",
)  # fmt: skip
_FISH = _Family(
    inline=_words("c --command"),
    valued=_words("C D d f o p --init-command --debug --debug-output --debug-stack-frames --features --profile")
    | _words("--profile-startup"),
)
_PYTHON = _Family(
    inline=_words("c"), module=_words("m"), valued=_words("W X --check-hash-based-pycs"), inside=("__main__.py", "__main__.pyc")
)
_PY = replace(_PYTHON, glued=_words("V 0 2 3"))  # Windows' launcher, which may be told a version first
_PERL = _Family(inline=_words("e E"), folders=_words("I"), loads=_words("M m"), glued=_words("0 C D F V d i x"))
_RUBY = _Family(
    inline=_words("e"),
    valued=_words("E --encoding --external-encoding --internal-encoding --enable --disable --backtrace-limit"),
    folders=_words("I C X"), loads=_words("r"), glued=_words("0 F K T W i x"),
)  # fmt: skip
_LUA = _Family(valued=_words("e j"), loads=_words("l"), glued=_words("O"))  # -e runs code and then the file all the same
_NODE = _Family(
    inline=_words("-e -p -pe --eval --print"), loads=_words("-r --require --import --loader --experimental-loader"),
    inside=("index.js", "main.js", "app.asar", "resources/app.asar"), every=True,
)  # fmt: skip
_PHP = _Family(inline=_words("-r --run"), every=True)
_UNKNOWN = _Family(inside=("main.lua", "project.godot"), every=True)
_OPTIONS: Mapping[Family, _Family] = MappingProxyType({
    "shell": _SHELL, "fish": _FISH, "py": _PY, "python": _PYTHON, "perl": _PERL, "ruby": _RUBY, "lua": _LUA, "node": _NODE,
    "php": _PHP,
})  # fmt: skip


def what_runs(name: str, args: tuple[str, ...], line: str = "", view: View = NOTHING) -> WhatRuns | None:
    """`name`: the interpreter's file name; `args`: its command line, with its own name first; `line`: the same as one text,
    where the system has one: Windows' shells read that, and not its words. None: not an interpreter.
    """
    family = interpreter(name)
    if family is None:
        return None
    if family == "busybox":
        return _busybox(args, view)
    if (shell := SHELLS.get(family)) is not None:
        return _filled(WhatRuns(shell(args, line), every=True, speaks=False))
    words, between = args[1:], ";" if is_windows(name) else ":"
    if family == "loader":
        return _loaded(words, view)
    if family == "java":
        files, classes, told = java.told(words, view, between)
        return _filled(WhatRuns(files, every=True, inside=classes, also=classes, words=told))
    options = _OPTIONS.get(family, _UNKNOWN)
    if options.every:
        found = _anywhere(options, words, view, between)
    else:
        sites = partial(loading.sites, name, "".join(args[:1]), view, between)
        found = _after_options(options, family, words, view, between, tuple if is_windows(name) else sites)
    return _filled(replace(found, also=(*found.also, *loading.of_environment(family, view, between))))


def _filled(found: WhatRuns) -> WhatRuns:
    return replace(found, files=tuple(filter(None, found.files)), also=tuple(dict.fromkeys(filter(None, found.also))))


def _busybox(args: tuple[str, ...], view: View) -> WhatRuns | None:
    """Many programs in one, by the name that it was started under or by its first word; some are shells."""
    applets = args if args and interpreter(args[0].rpartition("/")[2]) != "busybox" else args[1:]
    applet = applets[0].rpartition("/")[2].removeprefix("-") if applets else ""
    return _filled(_after_options(_SHELL, "shell", applets[1:], view, ":")) if interpreter(applet) == "shell" else None


def _loaded(words: tuple[str, ...], view: View) -> WhatRuns:
    """ld.so(8): options of two dashes, then the program; if its name has no slash from the working directory or a library's."""
    at, folders, first = 0, view.variable("LD_LIBRARY_PATH"), ""
    while at < len(words) and words[at].startswith("--"):
        if words[at] == "--library-path":
            folders = "".join(words[at + 1 : at + 2])
        if words[at] in _LOADED_FIRST:
            first += ":" + "".join(words[at + 1 : at + 2])
        at += 1 + (words[at] in _LOADER)
    program = words[at : at + 1]
    elsewhere = under(tuple(filter(None, folders.split(":"))), *program) if program and "/" not in program[0] else ()
    libraries = tuple(one for one in first.replace(" ", ":").split(":") if "/" in one)  # others lie in folders of libraries
    return _filled(WhatRuns((*elsewhere, *program), command=words[at:], also=libraries))


def _anywhere(family: _Family, words: tuple[str, ...], view: View, between: str) -> WhatRuns:
    files, also, inline = list[str](), list[str](), False
    remaining = iter(words)
    for word in remaining:
        name, _, value = word.partition("=")
        if name in family.loads:
            also += loading.module(value or next(remaining, ""), view, between)
        elif word in family.inline:
            inline = True
        elif word.startswith("-"):
            also += (value,) if value and not family.loads else ()
        elif not inline:  # else it is code, or its data
            files.append(word)
            also += (f"{word}.js", *loading.package(word, view)) if family is _NODE and len(files) <= _PACKAGES else ()
    stdin = not inline and (not files or "-" in words)
    files += () if files or family is not _UNKNOWN else (".",)  # Godot runs what lies where it runs
    return WhatRuns(tuple(files), every=True, inside=family.inside, stdin=stdin, also=tuple(also))


def _after_options(
    family: _Family, kind: Family, words: tuple[str, ...], view: View, between: str, sites: _Folders = tuple
) -> WhatRuns:
    """`sites`: where modules are, beside here."""
    at, signs, known = 0, tuple(family.signs), dict[str, _Cluster]()
    loads, folders = list[str](), list[str]()
    found: WhatRuns | None = None
    while found is None and at < len(words) and words[at][:1] in signs:
        word = words[at]
        at += 1
        if word in {"-", "--"}:
            found = WhatRuns(words[at:], stdin=kind != "shell" and word == "-") if word == "-" else None
            break
        if (meant := known.get(word)) is None:  # the same one may stand there a hundred thousand times
            meant = known[word] = _cluster(family, word)
        value = meant.value or ("".join(words[at : at + 1]) if meant.skipped else "")
        if meant.ends == "loads":
            loads.append(value)
        elif meant.ends == "folders":
            folders.append(value)
        elif meant.ends == "inline":
            found = WhatRuns()
        elif meant.ends == "stdin":
            found = WhatRuns(stdin=True)
        elif meant.ends == "module":
            name = meant.value or "".join(words[at : at + 1])
            found = _module(name, words[at + (not meant.value) :], view, between, sites())
        at += meant.skipped
    if found is None:
        found = _file(family, kind, words[at:], tuple(folders), loading.on_the_path(kind, words[at:], view, between))
    return replace(found, also=loading.modules(kind, tuple(dict.fromkeys(loads)), tuple(dict.fromkeys(folders)), view, between))


def _file(
    family: _Family, kind: Family, words: tuple[str, ...], folders: tuple[str, ...], elsewhere: tuple[str, ...]
) -> WhatRuns:
    """The first word, here or `elsewhere`; where that is a program that runs another file, the next ones too."""
    first = words[:1]
    moved = under(folders, *first) if kind == "ruby" and first and not first[0].startswith("/") else ()
    files, another = (*first, *moved, *elsewhere, *words[1:]), loading.runs_another(kind, first)
    return WhatRuns(files, another, family.inside, stdin=not words, named=bool(words))


_LAST = ("inline", "module", "glued", "loads", "folders", "valued")  # letters after which none follows


@dataclass(frozen=True, slots=True)
class _Cluster:
    """An option, or several of one letter each: how they end, how many of the next words are their values, what was left."""

    ends: str = ""
    skipped: int = 0
    value: str = ""


def _cluster(family: _Family, word: str) -> _Cluster:
    if word.startswith("--"):
        name, _, value = word.partition("=")
        ends = next((ends for ends in ("inline", "loads") if name in getattr(family, ends)), "")
        return _Cluster(ends, int(not value), value) if ends else _Cluster(skipped=int(word in family.valued))
    skipped, letters, stdin = 0, word[1:], ""
    for at, letter in enumerate(letters):
        rest = letters[at + 1 :]
        if ends := next((ends for ends in _LAST if letter in getattr(family, ends)), ""):
            takes = ends in {"loads", "folders", "valued"} and not rest
            return _Cluster(stdin if ends in {"valued", "glued"} else ends, skipped + takes, rest)
        stdin = "stdin" if letter in family.stdin else stdin
        skipped += letter in family.late
    return _Cluster(stdin, skipped)


def _module(name: str, rest: tuple[str, ...], view: View, between: str, sites: tuple[str, ...]) -> WhatRuns:
    """Where a module may be: which of these Python looks at, options say. Later words are its data, unless it runs another."""
    path = name.replace(".", "/")
    roots = ("", *loading.folders("PYTHONPATH", view, between))
    files = under((*roots, *sites), f"{path}/__main__.py", f"{path}.py") if path else ()
    another = loading.runs_another("python", (name,))
    if another and name == "runpy":
        return _module("".join(rest[:1]), rest[1:], view, between, sites)
    named = under(roots, *(f"{word.replace('.', '/')}.py" for word in rest[:_MODULES])) if another else ()
    reads = ("/dev/stdin",) if loading.reads_on(name) else ()
    return WhatRuns((*files, *reads, *rest, *named) if another else (*files, *reads), every=True)
