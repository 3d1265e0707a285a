"""log.db as it lies on disk: its tables, what can be read from them, and proofs from its tiles. compliance.log writes it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from compliance import tree
from compliance.format.chain import START, Head
from compliance.format.tiles import HEIGHT, WIDTH, Tile
from compliance.tree import HASH_BYTES, Frontier, Range
from i18n.message import Arg, Message, MessageError, msg, said_by

VERSION = 4  # those before stored the checkpoint in a table of its own, not in the row behind the last entry
_FULLS = 1024  # proofs of new entries ask for few of them, again and again
WITH_EDGE = 1  # and this one the last tile of level 0, not only full ones

SCHEMA = """
CREATE TABLE entry (idx INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT; -- behind the last one the signed checkpoint
CREATE TABLE tile (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT; -- id = level << 48 | number; of level 0 the full ones
CREATE TABLE seat (seat TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT; -- as of the last full tile or later
CREATE TABLE run (
    seat TEXT NOT NULL, first INTEGER NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY (seat, first)) STRICT, WITHOUT ROWID;
"""


class LogError(MessageError):
    """A log that is damaged, another's, or cannot be written."""

    def __init__(self, what: Message) -> None:
        super().__init__(msg("the compliance log (log.db): {what}", what=what))


def damaged(why: Arg) -> LogError:
    return LogError(msg("damaged: {why}; restore a backup", why=why))


def unwritable(why: Arg) -> LogError:
    return LogError(msg("cannot be written: {why}", why=why))


class Edge(NamedTuple):
    """The last tile of level 0, as long as it is not full: its number, and its hashes one after the other."""

    number: int
    hashes: bytes


class Transaction:
    """All of what is done within, durably, or nothing. No generator, which would cost each append some microseconds."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, where: object) -> None:
        if kind is None:
            try:
                self._connection.execute("COMMIT")
                return
            except BaseException:
                self._back()
                raise
        self._back()

    def _back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


class LogFile:
    """The database at `path`, open. Reading is safe from any thread. LogError if it cannot be opened or read."""

    def __init__(self, path: Path | str) -> None:
        self._frontier = Frontier()
        self.begins = 0  # entries before this one are deleted, but those that `kept` has
        self._edge = Edge(0, b"")
        self._heads: dict[str, Head] = {}  # of the seats in the last tile, as long as it is not full: `seat` has the others'
        self._fulls: dict[Range, bytes] = {}
        self._reading = threading.Lock()  # two threads that ask the same at once could share one prepared statement
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        except sqlite3.Error as error:
            raise LogError(msg("{file} cannot be opened: {why}", file=str(path), why=said_by(error))) from error

    def close(self) -> None:
        self._connection.close()

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self._frontier.size

    def head(self, seat: str) -> Head:
        """The last entry of a seat's chain; `START` if there is none."""
        if (head := self._heads.get(seat)) is not None:
            return head
        row = self._one("SELECT seq, hash FROM seat WHERE seat = ?", seat)
        return Head(*row) if row else START

    def entry(self, index: int) -> bytes:
        """The bytes of entry `index`. IndexError if there is none, or none any more."""
        row = self._one("SELECT data FROM entry WHERE idx = ?", index) if index < self.size else None
        if row is None:
            raise IndexError(f"no entry {index} in a log of {self.size}")
        return bytes(row[0])

    def entries(self, first: int | None = None, end: int | None = None) -> Iterator[bytes]:
        """The bytes of the entries [first, end), read a bundle at a time; without `first`, from where it begins. `end`: at most
        the size, as behind it lies the checkpoint. LogError where they are deleted.
        """
        end = self.size if end is None else end
        for start in range(self.begins if first is None else first, end, WIDTH):
            if start < self.begins:
                raise LogError(msg("entries before number {number} are deleted", number=str(self.begins)))
            query = "SELECT data FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx"
            for (data,) in self._all(query, start, min(start + WIDTH, end)):
                yield data

    def kept(self) -> list[tuple[int, bytes]]:
        """Those before `begins` that are kept, by their numbers."""
        return self._all("SELECT idx, data FROM entry WHERE idx < ? ORDER BY idx", self.begins)

    def index(self, seat: str, seq: int) -> int:
        """Where entry `seq` of a seat lies. LookupError if the log has not got it."""
        query = "SELECT first, idx FROM run WHERE seat = ? AND first <= ? ORDER BY first DESC LIMIT 1"
        row = self._one(query, seat, seq)
        if row is None or seq > self.head(seat).seq:
            raise LookupError(f"the log has no entry {seq} of seat {seat}")
        return int(row[1]) + seq - int(row[0])

    def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile. LookupError if the log has not got so many."""
        data = self._hashes(tile.level, tile.number, 0, tile.width)
        if len(data) != tile.width * HASH_BYTES:
            raise LookupError(f"the log has no {tile.path}")
        return data

    def inclusion_proofs(self, indexes: Iterable[int]) -> list[list[bytes]]:
        """The proofs that these entries are in the tree, which share most of their hashes where they lie together. ProofError
        if one is not.
        """
        known: dict[Range, bytes] = {}
        paths = [tree.inclusion_path(index, self.size) for index in indexes]
        for span in (span for path in paths for span in path):
            if span not in known:
                known[span] = self._hash(span)
        return [[known[span] for span in path] for path in paths]

    def consistency_proof(self, size1: int) -> list[bytes]:
        """The proof that the tree of `size1` leaves begins this one. ProofError if it is longer."""
        return [self._hash(span) for span in tree.consistency_path(size1, self.size)]

    def root_at(self, size: int) -> bytes:
        """The root that the log had at this size, which is not above its own. LookupError or LogError if it had none."""
        return Frontier(size, [self._full(first, end) for first, end in tree.peak_ranges(size)]).root()

    def _hash(self, span: Range) -> bytes:
        """The hash of the subtree over these leaves: full subtrees from tiles, joined from the right."""
        first, end = span
        peaks = [self._full(first + low, first + high) for low, high in tree.peak_ranges(end - first)]
        return Frontier(end - first, peaks).root()

    def _full(self, first: int, end: int) -> bytes:
        """The hash of a full subtree, which never changes: read once as long as others are wanted less."""
        if (found := self._fulls.get((first, end))) is None:
            if len(self._fulls) >= _FULLS:
                self._fulls.clear()
            found = self._fulls[first, end] = self._read(first, end)
        return found

    def _read(self, first: int, end: int) -> bytes:
        """From the hashes of the tile that holds it, or those below it."""
        height = (end - first).bit_length() - 1
        level = height // HEIGHT
        low, high = first >> HEIGHT * level, end >> HEIGHT * level
        data = self._hashes(level, low // WIDTH, low % WIDTH, high - low)
        if len(data) != (high - low) * HASH_BYTES:
            raise damaged(msg("{tile} is missing", tile=f"tile/{level}/{low // WIDTH}"))
        return tree.root_of([data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)])

    def _hashes(self, level: int, number: int, first: int, count: int) -> bytes:
        """So many hashes of a tile from its `first` on, or what there is of them."""
        edge = self._edge  # looked at before the table: meanwhile it may become full, and be stored
        if level == 0 and number == edge.number:
            return edge.hashes[first * HASH_BYTES : (first + count) * HASH_BYTES]
        query = "SELECT substr(data, ?, ?) FROM tile WHERE id = ?"
        row = self._one(query, first * HASH_BYTES + 1, count * HASH_BYTES, tile_id(level, number))
        return bytes(row[0] or b"") if row else b""  # of an empty one substr makes null

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of an answer; None if there is none."""
        rows = self._all(query, *values)
        return rows[0] if rows else None

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            with self._reading:
                return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise damaged(said_by(error)) from error


def tile_id(level: int, number: int) -> int:
    return level << 48 | number
