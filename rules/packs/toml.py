"""TOML within bounds: a pack's text may come from a stranger's bundle, and reading it must not stop an inspector's PC.

tomllib takes time with the square of a key's parts, Unicode with that of a letter's marks, and Python writes out numbers of any
length. Here all of these are bounded, so that time and memory grow with the text only.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from typing import Any

from i18n.message import Message, MessageError, msg
from rules.packs.mistakes import UNFIT, Where, shown, too_large

MOST_BYTES = 256 * 1024
MOST_PARTS = 8  # of a key: tomllib's time grows with their square
MOST_KEY = 100  # characters of one part of a key
MOST_MARKS = 30  # on one letter: composing them takes the square of their number (UAX 15 has the same bound)
MOST_NUMBER = 10**12

# Strings, comments, keys with too many parts, and words. Dots mean nothing inside strings and comments, and outside of them no
# value has more than two parts. What is never closed ends with the line or the text, as for tomllib.
_BASIC, _LITERAL, _WORD = r'"(?:[^"\\\n]|\\.)*+"?', r"'[^'\n]*+'?", r"[A-Za-z0-9_-]++"
_PIECE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{0,5}'
    r"|'''(?:[^']|'(?!''))*+'{0,5}"
    r"|#[^\n]*+"
    rf"|(?P<long>(?:(?:{_WORD}|{_BASIC}|{_LITERAL})[ \t]*+\.[ \t]*+){{{MOST_PARTS}}})"
    rf"|{_WORD}|{_BASIC}|{_LITERAL}",
    re.DOTALL,
)


class TomlError(MessageError, ValueError):
    """A text that is not read. `mistakes` are path, reason with remedy, and line of each."""

    def __init__(self, *mistakes: tuple[Where, Message, int | None]) -> None:
        super().__init__(mistakes[0][1])
        self.mistakes = mistakes


def read_toml(text: str) -> dict[str, Any]:
    """What a composed text says. TomlError; RecursionError if it nests too deep."""
    for piece in _PIECE.finditer(text):
        if piece["long"]:
            raise _at(text, piece.start(), msg("too long a key: write at most {most} parts", most=str(MOST_PARTS)))
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why = str(error).replace("\n", " ")
        raise TomlError(((), msg("not TOML: {why}: correct it there", why=why), None)) from None
    except ValueError:  # Python turns no thousands of digits into a number, and does not say which
        raise TomlError(((), msg("a number in it is too large: write at most {most}", most=str(MOST_NUMBER)), None)) from None
    if unfit := tuple(_unfit(raw, ())):
        raise TomlError(*unfit)
    return raw


def composed(text: str) -> str:
    """The text in NFC, as the log needs it, and without the mark (U+FEFF) that editors of Windows put in front. TomlError."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise TomlError(((), msg("not UTF-8: save it as UTF-8"), None)) from None
    if size > MOST_BYTES:
        raise TomlError(((), msg("larger than {most} KiB: write less", most=str(MOST_BYTES >> 10)), None))
    text = text.removeprefix("\ufeff")
    if text.isascii():
        return text
    marks = 0
    for at, letter in enumerate(text):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            raise _at(text, at, msg("too many marks on a letter: write at most {most}", most=str(MOST_MARKS)))
    return unicodedata.normalize("NFC", text)


def _at(text: str, at: int, why: Message) -> TomlError:
    return TomlError(((), why, text.count("\n", 0, at) + 1))


def _unfit(value: object, where: Where) -> Iterator[tuple[Where, Message, None]]:
    """Keys that a message cannot show, and numbers that are too large to write out."""
    if isinstance(value, dict):
        for key, item in value.items():
            if len(key) > MOST_KEY or UNFIT.search(key):
                yield where, msg("not a valid key: {key}: remove it", key=shown(key)), None
            else:
                yield from _unfit(item, (*where, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unfit(item, (*where, number))
    elif isinstance(value, int) and abs(value) > MOST_NUMBER:
        yield where, too_large(MOST_NUMBER), None
