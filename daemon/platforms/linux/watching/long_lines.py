"""Command lines that somebody made long on purpose, of megabytes: what the loop does with those of others at once, in steps."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

from rules.games import Catalogue

_PIECE = 1 << 14  # bytes or so between two pauses
_MOST_SEEN = 1 << 16
PAUSE = ""

T = TypeVar("T")
Paused = Generator[None, None, T]


def at_once(work: Generator[object, None, T]) -> T:
    try:
        while True:
            next(work)
    except StopIteration as over:
        found: T = over.value
        return found


def words(line: bytes) -> Paused[tuple[str, ...]]:
    """As procfs.words."""
    found, at = list[str](), 0
    while at < len(line):
        end = line.find(b"\0", at + _PIECE) + 1 or len(line)
        found += line[at:end].removesuffix(b"\0").decode("utf-8", "surrogateescape").split("\0")
        at = end
        yield
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def said(every: Iterable[str], catalogue: Catalogue) -> Paused[tuple[str, ...]]:
    """As the catalogue says it."""
    found, portion, left = list[str](), list[str](), _PIECE
    for word in every:
        portion.append(word)
        if (left := left - len(word) - 1) < 0:
            found += catalogue.said_in(tuple(portion))
            portion, left = [], _PIECE
            yield
    return catalogue.said_in((*found, *portion))


def each(every: Iterable[str]) -> Iterator[str]:
    """Each word once, or seldom again, and PAUSE instead: they may be too many to remember."""
    seen: set[str] = set()
    for word in every:
        yield PAUSE if word in seen else word
        seen.add(word)
        if len(seen) > _MOST_SEEN:
            seen.clear()
