"""C2SP tlog-tiles: which tiles a tree of a size has, what they are called, how entries lie in a bundle. Pure.

    tile/0/000  tile/0/001.p/44  tile/1/000.p/1  tile/entries/000  tile/entries/001.p/44        a tree of 300 entries

A tile of level l holds up to 256 hashes of subtrees of 256**l leaves; it is called partial (`.p/<width>`) until it is full. An
entry bundle holds the entries under a tile of level 0, each after its length in two big-endian bytes.
Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_BUNDLE = WIDTH * (2 + 0xFFFF)
"""The bytes of the largest entry bundle."""
ENTRIES = -1
"""The level of entry bundles, which lie beside tiles of level 0."""


class Tile(NamedTuple):
    """One tile: its level (`ENTRIES` for an entry bundle), its number within the level, how many hashes or entries it holds."""

    level: int
    number: int
    width: int

    @property
    def first(self) -> int:
        """The index of its first hash within its level; for level 0 and bundles that of its first entry."""
        return self.number * WIDTH

    @property
    def path(self) -> str:
        """Its name in the log."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        number = "/".join([*("x" + part for part in parts[:-1]), parts[-1]])
        return f"tile/{level}/{number}" + (f".p/{self.width}" if self.width < WIDTH else "")


class BundleEncodingError(ValueError):
    """Bytes of an entry bundle that break off in the entry number `entry`."""

    def __init__(self, entry: int) -> None:
        super().__init__(entry)
        self.entry = entry


def level_tiles(level: int, count: int, begins: int = 0) -> Iterator[Tile]:
    """The tiles of one level that holds `count` hashes (or entries), from the one on that begins with that number."""
    for number in range(begins // WIDTH, -(-count // WIDTH)):
        yield Tile(level, number, min(WIDTH, count - number * WIDTH))


def tiles(size: int, begins: int = 0) -> Iterator[Tile]:
    """All tiles of a tree of `size` leaves whose first entries, before `begins`, are deleted, one after the other: a size that
    somebody only claims costs nothing.
    """
    yield from entry_bundles(size, begins)
    yield from hash_tiles(size)


def hash_tiles(size: int) -> Iterator[Tile]:
    """All hash tiles of a tree of `size` leaves, from level 0 up."""
    level = 0
    while count := size >> HEIGHT * level:
        yield from level_tiles(level, count)
        level += 1


def entry_bundles(size: int, begins: int = 0) -> Iterator[Tile]:
    """The entry bundles of a tree of `size` leaves, from the one on that begins with that entry."""
    return level_tiles(ENTRIES, size, begins)


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """An entry bundle. OverflowError if an entry is longer than 65,535 bytes."""
    return b"".join(part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry))


def decode_entries(data: bytes) -> list[bytes]:
    """The entries of a bundle; of one that has too many, one more than there can be. BundleEncodingError if one is cut off."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) <= WIDTH:
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + 2 + length
        if at + 2 > len(data) or end > len(data):
            raise BundleEncodingError(len(entries))
        entries.append(data[at + 2 : end])
        at = end
    return entries
