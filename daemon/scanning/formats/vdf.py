"""Valve's text KeyValues (VDF), as in libraryfolders.vdf and appmanifest_*.acf: pairs of quoted words, and groups in braces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from i18n.message import MessageError, msg

Value: TypeAlias = "str | dict[str, Value]"

# Possessive, and what is never closed ends with the text: else each quote is looked for the end of, to the end of the file, in
# one call that keeps hold of the interpreter.
_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)("?)|([{}])|//[^\n]*+|\[[^\]\n]*+\]?|([^\s"{}]++)', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t"}
_DEEPEST = 20
_CUT_OFF = msg("it is cut off")
_MOST = 50_000  # words; the longest file that is read has 20,000 of people


class VdfError(MessageError, ValueError):
    """Not a VDF text. The text is one clear line."""


def parse_vdf(text: str) -> dict[str, Value]:
    """The groups and values. Keys are in lower case, because Valve's own case changed; of twins the first counts. VdfError."""
    top: dict[str, Value] = {}
    groups = [top]
    key: str | None = None
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number > _MOST:
            raise VdfError(msg("too many words"))
        quoted, closed, brace, bare = match.groups()
        if brace == "{":
            if key is None or len(groups) > _DEEPEST:
                raise VdfError(msg("a brace where none may be"))
            group: dict[str, Value] = {}
            groups[-1].setdefault(key, group)
            groups.append(group)
            key = None
        elif brace == "}":
            if key is not None or len(groups) == 1:
                raise VdfError(msg("a brace where none may be"))
            groups.pop()
        elif (word := _word(quoted, closed, bare)) is not None:
            if key is None:
                key = word.lower()
            else:
                groups[-1].setdefault(key, word)
                key = None
    if len(groups) != 1 or key is not None:
        raise VdfError(_CUT_OFF)
    return top


def group(value: Mapping[str, Value], *keys: str) -> Mapping[str, Value]:
    """The group below these keys; an empty one if there is none."""
    for key in keys:
        inner = value.get(key)
        if not isinstance(inner, dict):
            return {}
        value = inner
    return value


def words(value: Mapping[str, Value]) -> dict[str, str]:
    """The values that are words."""
    return {key: inner for key, inner in value.items() if isinstance(inner, str)}


def _word(quoted: str | None, closed: str | None, bare: str | None) -> str | None:
    if quoted is None:
        return bare  # None: a comment, or a condition such as [$WIN32]
    if not closed:
        raise VdfError(_CUT_OFF)
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), quoted) if "\\" in quoted else quoted
