"""The member `kept` of a bundle whose first entries were deleted: where it begins, and those of them that still matter. Pure.

    begins (8)  index (8)  length (2)  entry  index (8)  length (2)  entry  …

Numbers are big-endian; the entries are in the order of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from compliance.format.tiles import WIDTH

_LEAST = 10 + 64  # no entry is as short: a file of nothing but places would fill memory


class KeptError(ValueError):
    """Bytes that are not such a member."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The log's entries before `begins` are deleted, but these, by their numbers."""

    begins: int = 0
    entries: tuple[tuple[int, bytes], ...] = ()


def write(begins: int, entries: Iterable[tuple[int, bytes]]) -> bytes:
    """OverflowError if an entry is longer than 65,535 bytes."""
    parts = [begins.to_bytes(8, "big")]
    for index, data in entries:
        parts += (index.to_bytes(8, "big"), len(data).to_bytes(2, "big"), data)
    return b"".join(parts)


def read(data: bytes) -> Kept:
    """KeptError unless it begins at a full tile, and the entries come before that, in order, each once."""
    begins = int.from_bytes(data[:8], "big")
    entries = tuple(_entries(data))
    places = (*(index for index, _ in entries), begins)
    if len(data) < 8 or not begins or begins % WIDTH or any(one >= other for one, other in pairwise(places)):
        raise KeptError
    return Kept(begins, entries)


def _entries(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 8
    while at < len(data):
        end = at + 10 + int.from_bytes(data[at + 8 : at + 10], "big")
        if end > len(data) or end - at < _LEAST:
            raise KeptError
        yield int.from_bytes(data[at : at + 8], "big"), data[at + 10 : end]
        at = end
