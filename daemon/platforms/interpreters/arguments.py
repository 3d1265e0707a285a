"""Which of its arguments an interpreter runs: pure, by a table of what its options mean.

When in doubt, look: a word too many that is looked at is seldom a game, one too few may hide one. Where an interpreter's
options are not known here, every word is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from daemon.platforms.interpreters.windows_shells import SHELLS
from rules.matching.paths import is_windows
from rules.programs import Family, interpreter


@dataclass(frozen=True, slots=True)
class WhatRuns:
    """`files`: words that may name what is run, in order: the first one that is a plain file does; with `every` any may.

    `command`: the command line of what a loader runs, which may be an interpreter again. Not `speaks`: no other word says what
    runs in it, as in a shell of Windows, which only starts others.
    """

    files: tuple[str, ...] = ()
    every: bool = False
    command: tuple[str, ...] = ()
    speaks: bool = True


@dataclass(frozen=True, slots=True)
class _Family:
    """What the options of some interpreters mean. One letter stands for an option of one dash, alone or among other letters.

    `inline`: what follows is code and its data, no file is run. `module`: the same, but its value names a module. `valued`: has
    a value, the next word unless letters follow it directly. `glued`: its value can only follow directly. `late`: its value is
    the next word even if letters follow. `paths`: its value names files, with colons between, on Windows semicolons. `every`:
    options may stand anywhere, and are too many to know which have values.
    """

    inline: frozenset[str] = frozenset()
    module: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    glued: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    signs: str = "-"
    every: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOADER = _Family(
    valued=_words("--preload --library-path --argv0 --audit --inhibit-rpath --glibc-hwcaps-prepend --glibc-hwcaps-mask")
)
_SHELL = _Family(inline=_words("c"), valued=_words("--rcfile --init-file --emulate"), late=_words("o O"), signs="-+")
_FISH = _Family(
    inline=_words("c --command"),
    valued=_words("C D d f o p --init-command --debug --debug-output --debug-stack-frames --features --profile")
    | _words("--profile-startup"),
)
_PYTHON = _Family(inline=_words("c"), module=_words("m"), valued=_words("W X --check-hash-based-pycs"))
_PY = replace(_PYTHON, glued=_words("V 0 2 3"))  # Windows' launcher, which may be told a version first
_PERL = _Family(inline=_words("e E"), valued=_words("I"), glued=_words("0 C D F M V d i m x"))
_RUBY = _Family(
    inline=_words("e"),
    valued=_words("C E I X r --encoding --external-encoding --internal-encoding --enable --disable --backtrace-limit"),
    glued=_words("0 F K T W i x"),
)
_LUA = _Family(valued=_words("e j l"), glued=_words("O"))  # -e runs code and then the file all the same
_NODE = _Family(inline=_words("-e -p -pe --eval --print"), every=True)
_PHP = _Family(inline=_words("-r --run"), every=True)
_JAVA = _Family(paths=_words("-cp -classpath --class-path -p --module-path --upgrade-module-path"), every=True)
_OPTIONS: Mapping[Family, _Family] = MappingProxyType({
    "loader": _LOADER, "shell": _SHELL, "fish": _FISH, "py": _PY, "python": _PYTHON, "perl": _PERL, "ruby": _RUBY, "lua": _LUA,
    "node": _NODE, "php": _PHP, "java": _JAVA,
})  # fmt: skip
_UNKNOWN = _Family(every=True)


def what_runs(name: str, args: tuple[str, ...], line: str = "") -> WhatRuns | None:
    """`name`: the interpreter's file name; `args`: its command line, with its own name first; `line`: the same as one text,
    where the system has one: Windows' shells read that, and not its words. None: not an interpreter.
    """
    family = interpreter(name)
    if family is None:
        return None
    if family == "busybox":
        return _busybox(args)
    if (shell := SHELLS.get(family)) is not None:
        return _filled(WhatRuns(shell(args, line), every=True, speaks=False))
    words, options = args[1:], _OPTIONS.get(family, _UNKNOWN)
    if options is _LOADER:
        return _loaded(words)
    if options.every:
        return _filled(_anywhere(options, words, ";" if is_windows(name) else ":"))
    return _filled(_after_options(options, words))


def _filled(found: WhatRuns) -> WhatRuns:
    return replace(found, files=tuple(filter(None, found.files)))


def _busybox(args: tuple[str, ...]) -> WhatRuns | None:
    """Many programs in one, by the name that it was started under or by its first word; some are shells."""
    applets = args if args and interpreter(args[0].rpartition("/")[2]) != "busybox" else args[1:]
    applet = applets[0].rpartition("/")[2].removeprefix("-") if applets else ""
    return _after_options(_SHELL, applets[1:]) if interpreter(applet) == "shell" else None


def _loaded(words: tuple[str, ...]) -> WhatRuns:
    """ld.so(8): options of two dashes, then the program, from the working directory if its name has no slash."""
    at = 0
    while at < len(words) and words[at].startswith("--"):
        at += 1 + (words[at] in _LOADER.valued)
    return WhatRuns(words[at : at + 1], command=words[at:])


def _anywhere(family: _Family, words: tuple[str, ...], between: str) -> WhatRuns:
    files: list[str] = []
    remaining = iter(words)
    for word in remaining:
        name, equals, value = word.partition("=")
        if word in family.inline:
            break
        if name in family.paths:
            files += (value if equals else next(remaining, "")).split(between)
        elif not word.startswith("-"):
            files.append(word)
    return WhatRuns(tuple(files), every=True)


def _after_options(family: _Family, words: tuple[str, ...]) -> WhatRuns:
    at, signs, known = 0, tuple(family.signs), dict[str, tuple[str, int, str]]()
    while at < len(words) and words[at][:1] in signs:
        word = words[at]
        at += 1
        if word in {"-", "--"}:
            break
        if word in family.inline:
            return WhatRuns()
        if word.startswith("--"):
            at += word in family.valued
            continue
        if (meant := known.get(word)) is None:  # the same one may stand there a hundred thousand times
            meant = known[word] = _cluster(family, word[1:])
        ends, skipped, value = meant
        if ends == "inline":
            return WhatRuns()
        if ends == "module":
            return WhatRuns(_module(value or "".join(words[at : at + 1])))
        at += skipped
    return WhatRuns(words[at:])


def _cluster(family: _Family, letters: str) -> tuple[str, int, str]:
    """Options of one letter each: how they end, how many of the next words are their values, and what was left of this one."""
    skipped = 0
    for at, letter in enumerate(letters):
        rest = letters[at + 1 :]
        if letter in family.inline:
            return "inline", skipped, rest
        if letter in family.module:
            return "module", skipped, rest
        if letter in family.glued:
            break
        if letter in family.valued:
            skipped += not rest
            break
        skipped += letter in family.late
    return "", skipped, ""


def _module(name: str) -> tuple[str, ...]:
    """Where a module of the working directory is; later arguments are its data."""
    path = name.replace(".", "/")
    return (f"{path}/__main__.py", f"{path}.py") if path else ()
