"""The tiles of a tree as a log exports them, made from all entries at once."""

from __future__ import annotations

from collections.abc import Sequence

from compliance import tree
from compliance.format.tiles import WIDTH, encode_entries, entry_bundles, hash_tiles


def hashes_of(lines: Sequence[bytes]) -> dict[str, bytes]:
    """The tiles of hashes, by their paths."""
    level = [tree.leaf_hash(line) for line in lines]
    found = {}
    for tile in hash_tiles(len(lines)):
        if tile.level and not tile.number:
            level = [tree.root_of(level[at : at + WIDTH]) for at in range(0, len(level) - WIDTH + 1, WIDTH)]
        found[tile.path] = b"".join(level[tile.first : tile.first + tile.width])
    return found


def tiles_of(lines: Sequence[bytes]) -> dict[str, bytes]:
    """Those of the entries, too."""
    entries = {tile.path: encode_entries(lines[tile.first : tile.first + tile.width]) for tile in entry_bundles(len(lines))}
    return entries | hashes_of(lines)
