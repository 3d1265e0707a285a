"""The log, and the only writer of log.db: entries, tiles and the new signed checkpoint in one transaction.

SQLite with synchronous=FULL: what an append returned is on disk, and what a crash interrupted never was. Tiles lie as
tlog-tiles has them, so that an export copies and computes nothing. Besides the tree the database knows each seat's last entry,
so that a batch that arrives twice is logged once, and where each entry of a seat lies. What each append changes, the last tile
of level 0 and the last entries of its seats, is kept in memory until the tile is full, and made from its entries when a log is
opened. The checkpoint lies behind the last entry, and the next entry takes its place: so most appends change one page. Opening
checks the edge of the tree against the signed checkpoint and repairs nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compliance import tree
from compliance.entry import EntryError
from compliance.format import chain
from compliance.format.chain import AGENT, ChainError, Head
from compliance.format.tiles import HEIGHT, WIDTH, Tile, hash_tiles
from compliance.note import NoteError, Signer, UnsignedError, VerifierKey, checkpoint_text, parse_checkpoint
from compliance.tree import HASH_BYTES, Frontier
from compliance.writing.batch import check_batch
from compliance.writing.cosigned import Cosigned
from compliance.writing.logfile import SCHEMA, VERSION, WITH_EDGE, Edge, LogError, LogFile, damaged, tile_id, unwritable
from compliance.writing.places import Place, places_of
from compliance.writing.pruning import begins, prune
from compliance.writing.rows import Rows, Run, store
from i18n.message import msg, said_by

__all__ = ["Appended", "Log", "LogError"]


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a batch's entries lie, in their order, and the checkpoint that covers them. `new`: how many are new."""

    indexes: tuple[int, ...]
    checkpoint: str
    new: int


_TILE = WIDTH * HASH_BYTES


@dataclass
class _Added:
    """What is to be appended behind `size` entries: with the beginnings of runs, and each seat's last entry."""

    size: int
    entries: list[bytes] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    ends: dict[str, Head] = field(default_factory=dict)

    def take(self, seat: str, fresh: Sequence[bytes], head: Head, end: Head, *, continues: bool) -> range:
        """Where they will lie."""
        first = self.size + len(self.entries)
        if fresh:
            if not continues:
                self.runs.append((seat, head.seq + 1, first))
            self.entries += fresh
            self.ends[seat] = end
        return range(first, first + len(fresh))


class Log(LogFile):
    """The log in the database at `path`, made if it is not there; `signer` is its key, whose name is its origin.

    Reading, but of `heads`, is safe from any thread, writing from one at a time (writers wait for each other). LogError
    if what is there is damaged or has another key.
    """

    def __init__(self, path: Path | str, signer: Signer) -> None:
        self._signer = signer
        self._lock = threading.RLock()
        self._edges: list[bytes] = []  # of each level above 0 the rightmost tile, as long as it is partial
        self._version = VERSION
        self._last: Place | None = None  # of the last entry
        self.checkpoint = ""  # the latest, signed
        super().__init__(path)
        try:
            self._open()
            self.cosigned = Cosigned(self._connection, self._lock)
        except (sqlite3.Error, LookupError) as error:
            self._connection.close()
            raise damaged(said_by(error)) from error
        except LogError:
            self._connection.close()
            raise

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def key(self) -> VerifierKey:
        return self._signer.key

    @property
    def root(self) -> bytes:
        """The tree hash over all of them."""
        return self._frontier.root()

    def heads(self, end: int) -> list[str]:
        """The heads of at most this size that witnesses cosigned, as notes, the smallest first."""
        return self.cosigned.heads(end)

    # --- writing ------------------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[bytes]) -> str:
        """Appends canonical entries, durably, and returns the new checkpoint. The caller has checked their chains.

        EntryError or ChainError if an entry names no seat and seq, or not the seat's next; LogError if it cannot be written.
        Then nothing was.
        """
        places = places_of(entries)
        with self._lock:
            return self._append(entries, *self._chains(entries, places), places[-1]) if entries else self.checkpoint

    def _append(self, entries: Sequence[bytes], runs: list[Run], heads: dict[str, Head], last: Place) -> str:
        """As `append`, where the lock is held, of one entry or more whose place in their chains is known."""
        before = self.size
        frontier = Frontier(before, self._frontier.peaks)
        leaves = tree.leaf_hashes(entries)
        completed = frontier.extend(leaves, HEIGHT)
        tiles, edge, edges = self._grown(before, leaves, completed)
        note = self._signer.sign(checkpoint_text(self._signer.name, frontier.size, frontier.root()))
        ends = self._heads | heads
        kept, stored = ({}, ends) if edge.number > self._edge.number else (ends, {})
        try:
            rows = Rows(before, self.checkpoint.encode(), (*entries, note.encode()), tiles, runs, stored)
            store(self._connection, rows, older=self._version != VERSION)
        except (sqlite3.Error, OverflowError) as error:
            raise unwritable(said_by(error)) from error
        self._version = VERSION
        self._edge = edge  # before the size, by which others read
        self._frontier, self._heads, self._edges, self._last, self.checkpoint = frontier, kept, edges, last, note
        return note

    def append_batch(self, seat: str, key: VerifierKey, entries: Sequence[bytes]) -> Appended:
        """Takes in a batch of a seat's chain, ending in a seal by `key`. What the log holds already is not logged again.

        The agent's own chain (seat `agent`) is sealed by the log's key and no other. ChainError if the batch does not continue
        the chain or contradicts it; LogError if it cannot be written.
        """
        (found,) = self.append_batches([(seat, key, entries)])
        if not isinstance(found, Appended):
            raise found
        return found

    def append_batches(self, batches: Sequence[tuple[str, VerifierKey, Sequence[bytes]]]) -> list[Appended | Exception]:
        """The same of several seats' batches, one of each at most, in one transaction; instead of what does not hold, its
        ChainError or EntryError. LogError.
        """
        with self._lock:
            added, last = _Added(self.size), self._last
            found: list[tuple[list[int], range] | Exception] = []
            for seat, key, entries in batches:
                try:
                    head = self.head(seat)
                    known = self._known(seat, head.seq, entries)
                    fresh = entries[len(known) :]
                    end = check_batch(fresh, seat, self.key if seat == AGENT else key, head) if fresh else head
                except (ChainError, EntryError) as error:
                    found.append(error)
                    continue
                found.append((known, added.take(seat, fresh, head, end, continues=last == Place(seat, head.seq))))
                last = Place(seat, end.seq) if fresh else last
            if added.entries and last is not None:
                self._append(added.entries, added.runs, added.ends, last)
            return [
                one if isinstance(one, Exception) else Appended((*one[0], *one[1]), self.checkpoint, len(one[1]))
                for one in found
            ]

    def _where(self, seat: str, seq: int, data: bytes) -> int:
        """Where it has exactly this. ChainError if it has another, or has it no more."""
        try:
            if seq >= 1 and self.entry(index := self.index(seat, seq)) == data:
                return index
        except LookupError:
            raise ChainError(seq, msg("it was deleted from the log, as it was older than thirteen months")) from None
        raise ChainError(seq, msg("the log holds another entry of this seat under this number"))

    def prune(self, end: int, kept: Sequence[int]) -> None:
        """Deletes the entries before `end`, a multiple of a tile's width, but these; their hashes stay. All of it, durably, or
        nothing. LogError if it cannot be written.
        """
        with self._lock:
            try:
                prune(self._connection, end, kept)
            except sqlite3.Error as error:
                raise unwritable(said_by(error)) from error
            self.begins = max(self.begins, end)

    def _known(self, seat: str, last: int, entries: Sequence[bytes]) -> list[int]:
        """Where those at the beginning lie that the log holds already. ChainError if it holds others."""
        indexes: list[int] = []
        for data in entries:
            (place,) = places_of([data])
            if place.seq > last:
                break
            indexes.append(self._where(seat, place.seq, data))
        return indexes

    def _chains(self, entries: Sequence[bytes], places: Sequence[Place]) -> tuple[list[Run], dict[str, Head]]:
        """Where unbroken runs of a seat's entries begin, and each seat's last entry. ChainError."""
        runs: list[Run] = []
        ends: dict[str, int] = {}
        previous = self._last
        for at, place in enumerate(places):
            if previous is None or place.seq != previous.seq + 1 or place.seat != previous.seat:
                if at:
                    ends[places[at - 1].seat] = at - 1
                before = places[ends[place.seat]].seq if place.seat in ends else self.head(place.seat).seq
                if place.seq != before + 1:
                    raise ChainError(place.seq, msg("it comes after seq {seq}", seq=str(before)))
                runs.append((place.seat, place.seq, self.size + at))
            previous = place
        ends[places[-1].seat] = len(places) - 1
        return runs, {seat: Head(places[at].seq, chain.digest(entries[at])) for seat, at in ends.items()}

    def _grown(
        self, before: int, leaves: list[bytes], completed: list[tuple[int, bytes]]
    ) -> tuple[list[tuple[int, bytes]], Edge, list[bytes]]:
        """The rows of the tiles that change, and the new edges. Of level 0, which always changes, those that became full."""
        levels = [leaves]
        for height, hashed in completed:
            while len(levels) <= height // HEIGHT:
                levels.append([])
            levels[height // HEIGHT].append(hashed)
        rows, edges = [], [self._edge.hashes, *self._edges]
        for level, hashes in enumerate(levels):
            if level == len(edges):
                edges.append(b"")
            data = edges[level] + b"".join(hashes)
            number = (before >> HEIGHT * level) // WIDTH
            full = len(data) - len(data) % _TILE
            for start in range(0, len(data) if level else full, _TILE):
                rows.append((tile_id(level, number), data[start : start + _TILE]))
                number += 1
            edges[level] = data[full:]
        return rows, Edge((before + len(leaves)) // WIDTH, edges[0]), edges[1:]

    # --- opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        run = self._connection
        run.execute("PRAGMA journal_mode = WAL")
        run.execute("PRAGMA synchronous = FULL")
        (version,) = run.execute("PRAGMA user_version").fetchone()
        if version == 0 and not run.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            self._create()
        elif version > VERSION:
            raise LogError(msg("made by a newer version: update Giờ Chơi"))
        elif version < WITH_EDGE:
            raise LogError(msg("not a log of version {version}", version=str(VERSION)))
        else:
            self._version = version
        self.begins = begins(run)
        stored = "SELECT idx, data FROM entry ORDER BY idx DESC" if self._version == VERSION else "SELECT size, note FROM head"
        row = run.execute(f"{stored} LIMIT 1").fetchone()
        if row is None:
            raise damaged(msg("its checkpoint is missing"))
        self._load(*row)

    def _create(self) -> None:
        note = self._signer.sign(checkpoint_text(self._signer.name, 0, tree.EMPTY_ROOT))
        self._connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION};")
        self._connection.execute("INSERT INTO entry (idx, data) VALUES (0, ?)", (note.encode(),))
        self._connection.execute("COMMIT")

    def _load(self, size: int, stored: str | bytes) -> None:
        """Takes what is stored for true only if entries, tiles and signed checkpoint agree at the tree's edge."""
        note = stored if isinstance(stored, str) else stored.decode(errors="replace")
        try:
            checkpoint = parse_checkpoint(note, [self._signer.key])
        except UnsignedError as error:
            raise LogError(msg("its checkpoint is not of this key: {why}", why=said_by(error))) from None
        except NoteError as error:
            raise damaged(msg("its checkpoint cannot be read: {why}", why=said_by(error))) from None
        number, width = divmod(size, WIDTH)
        lines = list(self.entries(size - width, size))
        self._edge = Edge(number, b"".join(tree.leaf_hashes(lines)))
        peaks = [self._full(first, end) for first, end in tree.peak_ranges(size)]
        self._frontier = Frontier(size, peaks)
        self._edges = [self._upper(level, size) for level in range(1, -(-size.bit_length() // HEIGHT))]
        self.checkpoint = note
        ends = self._one("SELECT max(idx), min(idx) FROM entry WHERE idx >= ?", self.begins)
        last = size if self._version == VERSION else size - 1
        whole = (last, self.begins) if last >= 0 else (None, None)
        checks = (
            (checkpoint.size == size, msg("its checkpoint has another size")),
            (checkpoint.root == self.root, msg("its checkpoint has another root")),
            (self._tiles_whole(size), msg("some of its tiles are missing or short")),
            (ends == whole, msg("it has more or fewer entries than its checkpoint says")),
            (self._stored_edge_agrees(), msg("its last entries are not those of its tile")),
            (self._heads_agree(lines), msg("the last entry of a seat is missing")),
        )
        for holds, otherwise in checks:
            if not holds:
                raise damaged(otherwise)

    def _upper(self, level: int, size: int) -> bytes:
        number, width = divmod(size >> HEIGHT * level, WIDTH)
        return self.tile(Tile(level, number, width)) if width else b""

    def _tiles_whole(self, size: int) -> bool:
        stored = self._one("SELECT coalesce(sum(length(data)), 0) FROM tile WHERE id != ?", self._edge.number)
        widths = sum(tile.width for tile in hash_tiles(size) if tile.level or tile.width == WIDTH)
        return stored == (widths * HASH_BYTES,)

    def _stored_edge_agrees(self) -> bool:
        """What an older version stored of the last tile may stay, until the whole tile takes its place."""
        row = self._one("SELECT data FROM tile WHERE id = ?", self._edge.number)
        stored = row[0] if row else b""
        return stored == self._edge.hashes if self._version == WITH_EDGE else self._edge.hashes.startswith(stored)

    def _heads_agree(self, lines: Sequence[bytes]) -> bool:
        """Of all seats; `lines`, those of the last tile, say what came since it was begun."""
        try:
            places = places_of(lines)
        except EntryError:
            return False
        self._heads = {place.seat: Head(place.seq, chain.digest(data)) for place, data in zip(places, lines, strict=True)}
        stored = {seat: Head(seq, hashed) for seat, seq, hashed in self._all("SELECT seat, seq, hash FROM seat")}
        for seat, head in (*stored.items(), *self._heads.items()):
            index = self.index(seat, head.seq)
            if chain.digest(self.entry(index)) != head.hash:
                return False
            if index == self.size - 1:
                self._last = Place(seat, head.seq)
        return True
