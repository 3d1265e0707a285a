"""What the options of interpreters mean: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from rules.programs import Family


@dataclass(frozen=True, slots=True)
class Meanings:
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


SHELL = Meanings(
    inline=_words("c"), valued=_words("--emulate"), late=_words("o O"), loads=_words("--rcfile --init-file"), stdin=_words("s"),
    signs="-+",
)  # fmt: skip
_FISH = Meanings(
    inline=_words("c --command"),
    valued=_words("C D d f o p --init-command --debug --debug-output --debug-stack-frames --features --profile")
    | _words("--profile-startup"),
)
_PYTHON = Meanings(
    inline=_words("c"), module=_words("m"), valued=_words("W X --check-hash-based-pycs"), inside=("__main__.py", "__main__.pyc")
)
_PY = replace(_PYTHON, glued=_words("V 0 2 3"))  # Windows' launcher, which may be told a version first
PERL = Meanings(inline=_words("e E"), folders=_words("I"), loads=_words("M m"), glued=_words("0 C D F V d i x"))
_PERLS_DEBUGGER = re.compile(r"t?:(.+)", re.DOTALL)
_RUBY = Meanings(
    inline=_words("e"),
    valued=_words("E --encoding --external-encoding --internal-encoding --enable --disable --backtrace-limit"),
    folders=_words("I C X"), loads=_words("r"), glued=_words("0 F K T W i x"),
)  # fmt: skip
_LUA = Meanings(valued=_words("e j"), loads=_words("l"), glued=_words("O"))  # -e runs code and then the file all the same
PHP = Meanings(inline=_words("-r --run"), every=True)
UNKNOWN = Meanings(inside=("main.lua", "project.godot"), every=True)
OPTIONS: Mapping[Family, Meanings] = MappingProxyType({
    "shell": SHELL, "fish": _FISH, "py": _PY, "python": _PYTHON, "perl": PERL, "ruby": _RUBY, "lua": _LUA, "php": PHP,
})  # fmt: skip
_LAST = ("inline", "module", "glued", "loads", "folders", "valued")  # letters after which none follows


@dataclass(frozen=True, slots=True)
class Cluster:
    """An option, or several of one letter each: how they end, how many of the next words are their values, what was left."""

    ends: str = ""
    skipped: int = 0
    value: str = ""


def cluster(family: Meanings, word: str) -> Cluster:
    if word.startswith("--"):
        name, _, value = word.partition("=")
        ends = next((ends for ends in ("inline", "loads") if name in getattr(family, ends)), "")
        return Cluster(ends, int(not value), value) if ends else Cluster(skipped=int(word in family.valued))
    letters = word[1:]
    last = _lasts(family).search(letters)  # there may be a hundred thousand
    before = letters[: last.start()] if last else letters
    skipped, stdin = sum(map(before.count, family.late)), "stdin" if any(one in before for one in family.stdin) else ""
    if not last:
        return Cluster(stdin, skipped)
    ends, rest = str(last.lastgroup), letters[last.end() :]
    if family is PERL and last[0] == "d" and (debugger := _PERLS_DEBUGGER.fullmatch(rest)):
        return Cluster("loads", skipped, f"Devel::{debugger[1]}")
    takes = ends in {"loads", "folders", "valued"} and not rest
    return Cluster(stdin if ends in {"valued", "glued"} else ends, skipped + takes, rest)


@cache
def _lasts(family: Meanings) -> re.Pattern[str]:
    """The letters of one dash after which none follows, by what they are."""
    letters = {ends: "".join(one for one in getattr(family, ends) if len(one) == 1) for ends in _LAST}
    return re.compile("|".join(f"(?P<{ends}>[{re.escape(every)}])" for ends, every in letters.items() if every) or "(?!)")
