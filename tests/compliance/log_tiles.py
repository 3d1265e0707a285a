"""The tiles of a tree as a log exports them, made from all entries at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from compliance import entry, tree
from compliance.format.chain import digest
from compliance.format.tiles import WIDTH, encode_entries, entry_bundles, hash_tiles


def hashes_of(lines: Sequence[bytes]) -> dict[str, bytes]:
    """The tiles of hashes, by their paths."""
    level = tree.leaf_hashes(lines)
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


def make_older(path: Path, version: int) -> None:
    """Gives a log.db the form of an older version: 3 stored the checkpoint in a table of its own, 2 also the last entry of its
    seat with each append, 1 also the last tile of level 0.
    """
    with closing(sqlite3.connect(path)) as connection, connection:
        size, note = connection.execute("SELECT idx, data FROM entry ORDER BY idx DESC LIMIT 1").fetchone()
        connection.execute("DELETE FROM entry WHERE idx = ?", (size,))
        connection.execute("CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL,"
                           " frontier BLOB NOT NULL, note TEXT NOT NULL) STRICT")  # fmt: skip
        connection.execute("INSERT INTO head VALUES (1, ?, x'', ?)", (size, note.decode()))
        connection.execute(f"PRAGMA user_version = {version}")
        if version == 3:
            return
        number = size // WIDTH
        entries = connection.execute("SELECT data FROM entry WHERE idx >= ? ORDER BY idx", (number * WIDTH,)).fetchall()
        if entries and version == 1:
            hashes = b"".join(tree.leaf_hashes(data for (data,) in entries))
            connection.execute("INSERT OR REPLACE INTO tile (id, data) VALUES (?, ?)", (number, hashes))
        for (data,) in entries:
            line = entry.decode(data)
            connection.execute("INSERT OR REPLACE INTO seat VALUES (?, ?, ?)", (line.seat, line.seq, digest(data)))
