"""Which file an interpreter runs, by its command line and what that is read beside: pure, by its options (options.py).

When in doubt, look: a word too many that is looked at is seldom a game, one too few may hide one. Where an interpreter's
options are not known here, every word is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from types import MappingProxyType

from daemon.platforms.interpreters import java, loading, node
from daemon.platforms.interpreters.options import OPTIONS, PHP, SHELL, UNKNOWN, Cluster, Meanings, cluster
from daemon.platforms.interpreters.runs import Runs, WhatRuns
from daemon.platforms.interpreters.view import AT_ONCE, NOTHING, PAUSE, Paused, View, at_once, each_under, folders
from daemon.platforms.interpreters.windows_shells import LONGEST, SHELLS
from rules.matching.paths import is_windows
from rules.programs import Family, interpreter


def _nowhere() -> Paused[tuple[str, ...]]:
    yield
    return ()


_Folders = Callable[[], Paused[tuple[str, ...]]]
_MOST = 1 << 12  # words: of more nobody looks at once
_PACKAGES = 4  # words, besides values of options, of which it is looked whether they are folders with a package.json
_LOADER = frozenset((
    "--preload", "--library-path", "--argv0", "--audit", "--inhibit-rpath", "--glibc-hwcaps-prepend", "--glibc-hwcaps-mask",
))  # fmt: skip
_VARIABLES: Mapping[Family, str] = MappingProxyType({"perl": "PERL5OPT", "ruby": "RUBYOPT"})
_LOADED_FIRST = ("--preload", "--audit")


def what_runs(name: str, args: tuple[str, ...], line: str = "", view: View = NOTHING) -> WhatRuns | None:
    """`name`: the interpreter's file name; `args`: its command line, with its own name first; `line`: the same as one text,
    where the system has one: Windows' shells read that, and not its words. None: not an interpreter.
    """
    found = at_once(in_steps(name, args, line, view))
    if found is None:
        return None
    return WhatRuns(
        _held(found.files), found.every, found.inside, found.command, found.speaks, found.stdin, _held(found.also), found.words,
        found.named, found.beyond,
    )  # fmt: skip


def _held(words: Iterable[str]) -> tuple[str, ...]:
    some = filter(None, words)
    found = dict.fromkeys(islice(some, _MOST))
    for word in some:
        found[word] = None
        if len(found) > _MOST:
            break
    return tuple(found)


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
    options = OPTIONS.get(family, UNKNOWN)
    if family == "node":
        found = yield from node.told(words, view, between)
    elif options.every:
        found = yield from _anywhere(options, words)
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
    return (yield from _after_options(SHELL, "shell", applets[1:], view, ":"))


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


def _anywhere(family: Meanings, words: tuple[str, ...]) -> Paused[Runs]:
    files, also, urls, inline, left = list[str](), list[str](), list[str](), False, AT_ONCE
    for word in words:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        value = word.partition("=")[2]
        if word in family.inline:
            inline = True
        elif word.startswith("-"):
            also.append(value)
        elif not inline:  # else it is code, or its data
            files.append(word)
            also.append(value.strip("\"' ") if family is PHP else "")  # -d auto_prepend_file=FILE
            urls += (word,) if word[:5].lower() == "file:" else ()
    stdin = not inline and (not files or "-" in words)
    files += () if files or family is not UNKNOWN else (".",)  # Godot runs what lies where it runs
    said = (file for url in urls for file in node.files(url))
    return Runs(files, every=True, inside=family.inside, stdin=stdin, also=chain(also, said))


def _after_options(
    family: Meanings, kind: Family, words: tuple[str, ...], view: View, between: str, sites: _Folders = _nowhere
) -> Paused[Runs]:
    """`sites`: where modules are, beside here."""
    at, signs, known, left = 0, tuple(family.signs), dict[str, Cluster](), AT_ONCE
    loads, folders = dict[str, None](), dict[str, None]()
    yield from _told_before(family, view.variable(_VARIABLES[kind]), loads, folders) if kind in _VARIABLES else ()
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
            meant = known[word] = cluster(family, word)
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
    return replace(found, also=chain(found.also, loading.modules(kind, loads, folders, view, between)))


def _told_before(family: Meanings, said: str, loads: dict[str, None], folders: dict[str, None]) -> Paused[None]:
    """What the options of a variable load, and where that is looked for: a dash may be left out, and quotes mean nothing."""
    words, left = iter(said.split()), AT_ONCE
    for word in words:
        if (left := left - len(word) - 1) < 0:
            left = AT_ONCE
            yield
        meant = cluster(family, word if word[0] == "-" else f"-{word}")
        value = meant.value or (next(words, "") if meant.skipped else "")
        if meant.ends == "loads":
            loads[value] = None
        elif meant.ends == "folders":
            folders[value] = None


def _file(
    family: Meanings, kind: Family, words: tuple[str, ...], folders: Iterable[str], elsewhere: tuple[str, ...]
) -> Runs:
    """The first word, here or `elsewhere`; where that is a program that runs another file, the next ones too."""
    first = words[:1]
    moved = each_under(folders, *first) if kind == "ruby" and first and not first[0].startswith("/") else ()
    files, another = chain(first, moved, elsewhere, words[1:]), loading.runs_another(kind, first)
    return Runs(files, another, family.inside, stdin=not words, named=bool(words))


def _module(name: str, rest: tuple[str, ...], view: View, between: str, sites: _Folders) -> Paused[Runs]:
    """Where a module may be: which of these Python looks at, options say. Later words are its data, unless it runs another."""
    if name == "runpy":
        at = next((at for at, word in enumerate(rest) if word != name), len(rest))
        name, rest = "".join(rest[at : at + 1]), rest[at + 1 :]
    path = name.replace(".", "/")
    roots = ("", *folders("PYTHONPATH", view, between))
    found = yield from sites()
    files = each_under((*roots, *found), f"{path}/__main__.py", f"{path}.py") if path else ()
    others = chain((f"{path}/__main__.pyc", f"{path}.pyc"), loading.parents(path, "/__init__.py", "/__init__.pyc"))
    also = (file for one in others for file in each_under(roots, one)) if path else ()
    another = loading.runs_another("python", (name,))
    reads = ("/dev/stdin",) if loading.reads_on(name) else ()
    return Runs(chain(files, reads, chain(rest, _tested(rest, roots)) if another else ()), every=True, also=also)


def _tested(words: tuple[str, ...], roots: tuple[str, ...]) -> Iterator[str]:
    """The files of these modules, or of classes in them."""
    for word in words:
        yield PAUSE
        for name in loading.parents(word.replace(".", "/"), ".py", "/__init__.py"):
            yield from each_under(roots, name)
