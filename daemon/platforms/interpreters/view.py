"""What an interpreter's command line is read beside: its environment and files, as far as the system shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
Paused = Generator[None, None, T]
"""Work that pauses after some milliseconds at most, and may be left there for good: whoever has the thread decides."""
AT_ONCE = 1 << 11  # characters of words, or so, between two pauses
PAUSE = ""  # among words that come one by one: none yet
MOST = 64  # folders that one variable names: more are nobody's honest start


@dataclass(frozen=True, slots=True)
class View:
    """`variable`: of the environment, empty where it is not set or not known. `text`: the beginning of a plain file that is
    named as in the command line, empty where there is none. `names`: what lies in a folder, some of it if that is too much.
    `manifest`: that of a jar, empty where there is none. `last`: as `variable`, of two of a name what stands last, by which
    shells go; others go by the first.
    """

    variable: Callable[[str], str] = lambda _: ""
    text: Callable[[str], str] = lambda _: ""
    names: Callable[[str], tuple[str, ...]] = lambda _: ()
    manifest: Callable[[str], str] = lambda _: ""
    last: Callable[[str], str] = lambda _: ""


NOTHING = View()

# A word of an options' variable or file: quotes of either kind, with a backslash before what is meant itself.
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*+(?:"|$)|'(?:\\.|[^'\\])*+(?:'|$)|\\.|[^\s"'\\])++""", re.DOTALL)
_PIECE = re.compile(r""""((?:\\.|[^"\\])*+)"?|'((?:\\.|[^'\\])*+)'?|((?:\\.|[^"'\\])++)""", re.DOTALL)


def split(text: str) -> Iterator[str]:
    """As a shell does, nearly: the words of a variable or file that holds options."""
    for match in _WORD.finditer(text):
        said = "".join(map("".join, _PIECE.findall(match[0])))
        yield "\\".join(part.replace("\\", "") for part in said.split("\\\\")) if "\\" in said else said


def at_once(work: Generator[object, None, T]) -> T:
    try:
        while True:
            next(work)
    except StopIteration as over:
        found: T = over.value
        return found


def under(roots: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Each of these names in each of these folders; the empty one is the working directory."""
    return tuple(each_under(roots, *names))


def each_under(roots: Iterable[str], *names: str) -> Iterator[str]:
    """The same one by one, as these may be too many to hold."""
    return (f"{root.rstrip('/') or '/'}/{name}".replace("//", "/") if root else name for root in roots for name in names)


def some(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(filter(None, words)), MOST))


def folders(variable: str, view: View, between: str) -> tuple[str, ...]:
    return some(view.variable(variable).split(between))
