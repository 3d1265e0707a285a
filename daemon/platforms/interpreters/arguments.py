"""Which file an interpreter runs, by its command line and what that is read beside: pure, by a table of what its options mean.

When in doubt, look: a word too many that is looked at is seldom a game, one too few may hide one. Where an interpreter's
options are not known here, every word is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from types import MappingProxyType

from daemon.platforms.interpreters import java, loading
from daemon.platforms.interpreters.runs import Runs, WhatRuns
from daemon.platforms.interpreters.view import AT_ONCE, NOTHING, Paused, View, at_once, each_under, under
from daemon.platforms.interpreters.windows_shells import LONGEST, SHELLS
from rules.matching.paths import is_windows
from rules.programs import Family, interpreter


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


def _nowhere() -> Paused[tuple[str, ...]]:
    yield
    return ()


_Folders = Callable[[], Paused[tuple[str, ...]]]
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
    found = at_once(in_steps(name, args, line, view))
    if found is None:
        return None
    files, also = tuple(filter(None, found.files)), tuple(dict.fromkeys(filter(None, found.also)))
    return WhatRuns(
        files, found.every, found.inside, found.command, found.speaks, found.stdin, also, found.words, found.named,
        found.beyond,
    )  # fmt: skip


def in_steps(name: str, args: tuple[str, ...], line: str = "", view: View = NOTHING) -> Paused[Runs | None]:
    """The same, of a command line and an environment that somebody made long on purpose."""
    family = interpreter(name)
    if family is None:
        return None
    if family == "busybox":
        return (yield from _busybox(args, view))
    if (shell := SHELLS.get(family)) is not None:
        return Runs(shell(_shortened(args), line), every=True, speaks=False)
    words, between = args[1:], ";" if is_windows(name) else ":"
    if family == "loader":
        return (yield from _loaded(words, view))
    if family == "java":
        files, classes, told = yield from java.told(words, view, between)
        return Runs(files, every=True, inside=classes, also=classes, words=told)
    options = _OPTIONS.get(family, _UNKNOWN)
    if options.every:
        found = yield from _anywhere(options, words, view, between)
    else:
        sites = partial(loading.sites, name, "".join(args[:1]), view, between)
        found = yield from _after_options(options, family, words, view, between, _nowhere if is_windows(name) else sites)
    return replace(found, also=chain(found.also, loading.of_environment(family, view, between)))


def _shortened(args: tuple[str, ...]) -> tuple[str, ...]:
    left = LONGEST
    for count, word in enumerate(args, 1):
        if (left := left - len(word) - 1) < 0:
            return args[:count]
    return args


def _busybox(args: tuple[str, ...], view: View) -> Paused[Runs | None]:
    """Many programs in one, by the name that it was started under or by its first word; some are shells."""
    applets = args if args and interpreter(args[0].rpartition("/")[2]) != "busybox" else args[1:]
    applet = applets[0].rpartition("/")[2].removeprefix("-") if applets else ""
    if interpreter(applet) != "shell":
        return None
    return (yield from _after_options(_SHELL, "shell", applets[1:], view, ":"))


def _loaded(words: tuple[str, ...], view: View) -> Paused[Runs]:
    """ld.so(8): options of two dashes, then the program; if its name has no slash from the working directory or a library's."""
    at, folders, left = 0, view.variable("LD_LIBRARY_PATH"), AT_ONCE
    libraries, beyond = dict[str, None](), dict[str, None]()
    while at < len(words) and words[at].startswith("--"):
        if (left := left - len(words[at])) < 0:
            left = AT_ONCE
            yield
        if words[at] == "--library-path":
            folders = "".join(words[at + 1 : at + 2])
        if words[at] in _LOADED_FIRST:
            said = "".join(words[at + 1 : at + 2])
            for text in dict.fromkeys((said.replace(" ", ":"), said)):  # a space is part of what --audit names
                names = [one for one in text.split(":") if "/" in one]  # others lie in folders of libraries
                libraries |= dict.fromkeys(names)
                beyond |= dict.fromkeys(one for one in names if "$" in one)
                yield
        at += 1 + (words[at] in _LOADER)
    program = words[at : at + 1]
    elsewhere = each_under(filter(None, folders.split(":")), *program) if program and "/" not in program[0] else ()
    return Runs(chain(elsewhere, program), command=words[at:], also=libraries, beyond=tuple(beyond))


def _anywhere(family: _Family, words: tuple[str, ...], view: View, between: str) -> Paused[Runs]:
    files, loads, also, inline, left = list[str](), dict[str, None](), list[str](), False, AT_ONCE
    remaining = iter(words)
    for word in remaining:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        name, _, value = word.partition("=")
        if name in family.loads:
            loads[value or next(remaining, "")] = None
        elif word in family.inline:
            inline = True
        elif word.startswith("-"):
            also += (value,) if value and not family.loads else ()
        elif not inline:  # else it is code, or its data
            files.append(word)
            if family is _NODE and len(files) <= _PACKAGES:
                also += (f"{word}.js", *loading.package(word, view))
                yield
    stdin = not inline and (not files or "-" in words)
    files += () if files or family is not _UNKNOWN else (".",)  # Godot runs what lies where it runs
    roots = loading.modules_of_node(view, between) if loads else ()
    modules = (file for name in loads for file in loading.module(name, roots))
    return Runs(files, every=True, inside=family.inside, stdin=stdin, also=chain(modules, also))


def _after_options(
    family: _Family, kind: Family, words: tuple[str, ...], view: View, between: str, sites: _Folders = _nowhere
) -> Paused[Runs]:
    """`sites`: where modules are, beside here."""
    at, signs, known, left = 0, tuple(family.signs), dict[str, _Cluster](), AT_ONCE
    loads, folders = dict[str, None](), dict[str, None]()
    found: Runs | None = None
    while found is None and at < len(words) and words[at][:1] in signs:
        word = words[at]
        at += 1
        if word in {"-", "--"}:
            found = Runs(words[at:], stdin=kind != "shell" and word == "-") if word == "-" else None
            break
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            known.clear()
            yield
        if (meant := known.get(word)) is None:  # the same one may stand there a hundred thousand times
            meant = known[word] = _cluster(family, word)
        value = meant.value or ("".join(words[at : at + 1]) if meant.skipped else "")
        if meant.ends == "loads":
            loads[value] = None
        elif meant.ends == "folders":
            folders[value] = None
        elif meant.ends in {"inline", "stdin"}:
            found = Runs(stdin=meant.ends == "stdin")
        elif meant.ends == "module":
            name = meant.value or "".join(words[at : at + 1])
            found = yield from _module(name, words[at + (not meant.value) :], view, between, sites)
        at += meant.skipped
    if found is None:
        rest = words[at:]
        found = _file(family, kind, rest, folders, loading.on_the_path(kind, rest, view, between))
    return replace(found, also=loading.modules(kind, loads, folders, view, between))


def _file(
    family: _Family, kind: Family, words: tuple[str, ...], folders: Iterable[str], elsewhere: tuple[str, ...]
) -> Runs:
    """The first word, here or `elsewhere`; where that is a program that runs another file, the next ones too."""
    first = words[:1]
    moved = each_under(folders, *first) if kind == "ruby" and first and not first[0].startswith("/") else ()
    files, another = chain(first, moved, elsewhere, words[1:]), loading.runs_another(kind, first)
    return Runs(files, another, family.inside, stdin=not words, named=bool(words))


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
    skipped, letters, stdin, last = 0, word[1:], "", dict[str, str]()
    for at, letter in enumerate(letters):
        if letter not in last:  # the same one may stand there a hundred thousand times, too
            last[letter] = next((ends for ends in _LAST if letter in getattr(family, ends)), "")
        if ends := last[letter]:
            rest = letters[at + 1 :]
            takes = ends in {"loads", "folders", "valued"} and not rest
            return _Cluster(stdin if ends in {"valued", "glued"} else ends, skipped + takes, rest)
        stdin = "stdin" if letter in family.stdin else stdin
        skipped += letter in family.late
    return _Cluster(stdin, skipped)


def _module(name: str, rest: tuple[str, ...], view: View, between: str, sites: _Folders) -> Paused[Runs]:
    """Where a module may be: which of these Python looks at, options say. Later words are its data, unless it runs another."""
    if name == "runpy":
        at = next((at for at, word in enumerate(rest) if word != name), len(rest))
        name, rest = "".join(rest[at : at + 1]), rest[at + 1 :]
    path = name.replace(".", "/")
    roots = ("", *loading.folders("PYTHONPATH", view, between))
    found = yield from sites()
    files = each_under((*roots, *found), f"{path}/__main__.py", f"{path}.py") if path else ()
    another = loading.runs_another("python", (name,))
    named = under(roots, *(f"{word.replace('.', '/')}.py" for word in rest[:_MODULES])) if another else ()
    reads = ("/dev/stdin",) if loading.reads_on(name) else ()
    return Runs(chain(files, reads, *((rest, named) if another else ())), every=True)
