"""Whether a file has most of a game's parts, though it is not the same file: lines of a script, members of an archive. Pure.

A part is the length of its content and the CRC of that. What is taken down of a game is a few dozen parts, as text; a file is
alike if half of them are in it, whatever else is. One part taken down alone is one that no other program has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

MOST = 32
LEAST = 8  # of lines and members: fewer are soon like another program's
_WRITTEN = re.compile(r"[0-9a-f]{9,16}(?: [0-9a-f]{9,16}){0,31}")


def written(parts: frozenset[int]) -> str:
    """Of these parts those that are taken down: which, their CRC says, so by chance. Empty where they are too few."""
    if len(parts) != 1 and len(parts) < LEAST:
        return ""
    few = sorted(parts, key=lambda part: (part & 0xFFFFFFFF, part))[:MOST]
    return " ".join(f"{part:09x}" for part in few)


def is_written(text: str) -> bool:
    return _WRITTEN.fullmatch(text) is not None


class Alike:
    """What was taken down of many games, by part."""

    def __init__(self, taken: Iterable[tuple[str, str]]) -> None:
        """(text, id of the game) each."""
        every = [(frozenset(int(part, 16) for part in text.split()), id_) for text, id_ in taken if is_written(text)]
        self._of: Mapping[int, list[tuple[frozenset[int], str]]] = {part: [] for parts, _ in every for part in parts}
        for parts, id_ in every:
            for part in parts:
                self._of[part].append((parts, id_))
        self.parts = frozenset(self._of)

    def games(self, found: frozenset[int]) -> Iterator[str]:
        """Ids of the games of which at least half is among these parts."""
        for parts, id_ in {one for part in found for one in self._of.get(part, ())}:
            if 2 * len(parts & found) >= len(parts):
                yield id_
