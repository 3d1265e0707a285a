"""What a program's code is, by blocks at their addresses: one byte, other headers or a removed build id change little.

A page lies where the program's own code expects it, so an address stays whatever is done to the file around it. Of each program
some pages are kept, each in blocks (host.loaded takes them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

SLOTS = 16  # blocks of a page
MOST_PAGES = 8  # of one program
LEAST = 12  # blocks of its own, below which a program has too little code to be known by
_SHARE = 2  # one in so many has to be there
_MOST_READ = 512  # pages that are compared in all
_HASH = 8
_NONE = "." * _HASH
_TEXT = re.compile(rf"[0-9a-f]{{1,13}}:(?:[0-9a-f]{{{_HASH}}}|\.{{{_HASH}}}){{{SLOTS}}}")

Blocks = Mapping[tuple[int, int], int]
"""Hashes by page and place in it."""
Pages = Mapping[int, Mapping[int, frozenset[int]]]
"""By page and place in it the hashes that say something."""


class Wanted(NamedTuple):
    """`stamp` is the same for the same pages."""

    pages: Pages = MappingProxyType({})
    stamp: int = 0


def written(blocks: Blocks) -> str:
    """As text: for each page its number and its hashes, dots where there is none."""
    pages: dict[int, list[str]] = {}
    for (page, slot), value in sorted(blocks.items()):
        pages.setdefault(page, [_NONE] * SLOTS)[slot] = f"{value:0{_HASH}x}"
    return " ".join(f"{page:x}:{''.join(hashes)}" for page, hashes in pages.items())


def of(text: str, pages: Pages) -> str:
    """Of a text those blocks that some game has there."""
    said = ((page, slot, value) for page, slot, value in _blocks(text) if value in pages.get(page, {}).get(slot, ()))
    return written({(page, slot): value for page, slot, value in said})


def is_written(text: str) -> bool:
    """Whether it is a text as of `game add`."""
    words = text.split(" ")
    return len(words) <= MOST_PAGES and all(map(_TEXT.fullmatch, words)) and sum(1 for _ in _blocks(text)) >= LEAST


def _blocks(text: str) -> Iterator[tuple[int, int, int]]:
    for word in text.split():
        page, _, hashes = word.partition(":")
        for slot in range(len(hashes) // _HASH):
            value = hashes[slot * _HASH : (slot + 1) * _HASH]
            if value != _NONE:
                yield int(page, 16), slot, int(value, 16)


class Index:
    """The loaded blocks of all games."""

    def __init__(self, games: Iterable[tuple[str, str]]) -> None:
        """Pairs of a game's id and the text of one of its files; what is no such text says nothing."""
        self._files: list[tuple[str, int]] = []
        self._at: dict[tuple[int, int, int], list[int]] = {}
        for id_, text in games:
            blocks = tuple(_blocks(text)) if is_written(text) else ()
            for block in blocks:
                self._at.setdefault(block, []).append(len(self._files))
            self._files.append((id_, len(blocks)))
        self.wanted = _wanted(self._at)

    def games(self, text: str) -> Iterator[str]:
        """The games of which these blocks are half."""
        hits: dict[int, int] = {}
        for block in _blocks(text):
            for number in self._at.get(block, ()):
                hits[number] = hits.get(number, 0) + 1
        for number, count in hits.items():
            id_, whole = self._files[number]
            if count * _SHARE >= whole:
                yield id_


def _wanted(blocks: Mapping[tuple[int, int, int], object]) -> Wanted:
    found: dict[int, dict[int, set[int]]] = {}
    for page, slot, value in blocks:
        found.setdefault(page, {}).setdefault(slot, set()).add(value)
    pages = sorted(found, key=lambda page: -sum(map(len, found[page].values())))[:_MOST_READ]
    said = {page: {slot: frozenset(values) for slot, values in found[page].items()} for page in pages}
    return Wanted(said, hash(frozenset(blocks)) if blocks else 0)
