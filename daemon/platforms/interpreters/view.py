"""What an interpreter's command line is read beside: its environment and files, as far as the system shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


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
_PIECE = re.compile(r""""((?:\\.|[^"\\])*+)"?|'((?:\\.|[^'\\])*+)'?|(\\.|[^"'\\]+)""", re.DOTALL)
_MEANT = re.compile(r"\\(.)", re.DOTALL)


def split(text: str) -> Iterator[str]:
    """As a shell does, nearly: the words of a variable or file that holds options."""
    for match in _WORD.finditer(text):
        yield _MEANT.sub(r"\1", "".join(one[1] or one[2] or one[3] or "" for one in _PIECE.finditer(match[0])))


def under(roots: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """Each of these names in each of these folders; the empty one is the working directory."""
    return tuple(f"{root.rstrip('/') or '/'}/{name}".replace("//", "/") if root else name for root in roots for name in names)
