"""The log, and the only writer of log.db: entries, tiles and the new signed checkpoint in one transaction.

SQLite with synchronous=FULL: what an append returned is on disk, and what a crash interrupted never was. Tiles lie as
tlog-tiles has them, so that an export copies and computes nothing. Besides the tree the database knows each seat's last entry,
so that a batch that arrives twice is logged once, and where each entry of a seat lies. Opening checks the edge of the tree
against the signed checkpoint and repairs nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from compliance import tree
from compliance.entry import MAX_BYTES, not_an_entry, too_long
from compliance.format import chain
from compliance.format.chain import AGENT, ChainError
from compliance.format.tiles import HEIGHT, WIDTH, Tile, hash_tiles
from compliance.note import NoteError, Signer, VerifierKey, checkpoint_text, parse_checkpoint
from compliance.tree import HASH_BYTES, Frontier
from compliance.writing.cosigned import Cosigned
from compliance.writing.logfile import SCHEMA, VERSION, LogError, LogFile, damaged, tile_id, unwritable
from compliance.writing.pruning import begins, prune
from i18n.message import msg, said_by

__all__ = ["Appended", "Log", "LogError"]


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a batch's entries lie, in their order, and the checkpoint that covers them. `new`: how many are new."""

    indexes: tuple[int, ...]
    checkpoint: str
    new: int


class _Position(msgspec.Struct):
    """The little of an entry that appending needs."""

    seat: str
    seq: int


_positions = msgspec.json.Decoder(_Position)


class Log(LogFile):
    """The log in the database at `path`, made if it is not there; `signer` is its key, whose name is its origin.

    Reading is safe from any thread, writing from one at a time (writers wait for each other). LogError if what is there is
    damaged or has another key.
    """

    def __init__(self, path: Path | str, signer: Signer) -> None:
        self._signer = signer
        self._lock = threading.RLock()
        self._edges: list[bytes] = []  # of each level the rightmost tile, as long as it is partial
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
        with self._lock:
            return self._append(entries, _positions_of(entries))

    def _append(self, entries: Sequence[bytes], positions: Sequence[_Position]) -> str:
        """As `append`, where the lock is held and the positions are known."""
        if entries:
            before = self.size
            frontier = Frontier(before, self._frontier.peaks)
            leaves = [tree.leaf_hash(data) for data in entries]
            completed = frontier.extend(leaves, HEIGHT)
            runs, heads = self._chains(entries, positions)
            tiles, edges = self._grown(before, leaves, completed)
            note = self._signer.sign(checkpoint_text(self._signer.name, frontier.size, frontier.root()))
            try:
                self._store(enumerate(entries, before), tiles, runs, heads, (frontier.size, b"".join(frontier.peaks), note))
            except (sqlite3.Error, OverflowError) as error:
                raise unwritable(said_by(error)) from error
            self._frontier, self._edges, self.checkpoint = frontier, edges, note
        return self.checkpoint

    def append_batch(self, seat: str, key: VerifierKey, entries: Sequence[bytes]) -> Appended:
        """Takes in a batch of a seat's chain, ending in a seal by `key`. What the log holds already is not logged again.

        The agent's own chain (seat `agent`) is sealed by the log's key and no other. ChainError if the batch does not continue
        the chain or contradicts it; LogError if it cannot be written.
        """
        if seat == AGENT:
            key = self.key
        with self._lock:
            head = self.head(seat)
            positions = _positions_of(entries)
            known = 0
            while known < len(entries) and positions[known].seq <= head.seq:
                if not self._holds(seat, positions[known].seq, entries[known]):
                    why = msg("the log holds another entry of this seat under this number")
                    raise ChainError(positions[known].seq, why)
                known += 1
            fresh = entries[known:]
            if fresh:
                chain.check_batch(fresh, seat, key, head)
            first = self.size
            indexes = [self.index(seat, position.seq) for position in positions[:known]]
            note = self._append(fresh, positions[known:])
            return Appended((*indexes, *range(first, self.size)), note, len(fresh))

    def _holds(self, seat: str, seq: int, data: bytes) -> bool:
        """Whether it has exactly this; ChainError if it has it no more."""
        try:
            return seq >= 1 and self.entry(self.index(seat, seq)) == data
        except LookupError:
            raise ChainError(seq, msg("it was deleted from the log, as it was older than thirteen months")) from None

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

    def _chains(
        self, entries: Sequence[bytes], positions: Sequence[_Position]
    ) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, str]]]:
        """Where unbroken runs of a seat's entries begin, and each seat's last entry: rows of `run` and `seat`."""
        runs: list[tuple[str, int, int]] = []
        last: dict[str, tuple[int, bytes]] = {}
        previous = _Position("", 0)
        for index, (data, position) in enumerate(zip(entries, positions, strict=True), self.size):
            if position.seq != previous.seq + 1 or position.seat != previous.seat:
                before = last[position.seat][0] if position.seat in last else self.head(position.seat).seq
                if position.seq != before + 1:
                    raise ChainError(position.seq, msg("it comes after seq {seq}", seq=str(before)))
                runs.append((position.seat, position.seq, index))
            last[position.seat] = (position.seq, data)
            previous = position
        return runs, [(seat, seq, chain.digest(data)) for seat, (seq, data) in last.items()]

    def _grown(
        self, before: int, leaves: list[bytes], completed: list[tuple[int, bytes]]
    ) -> tuple[list[tuple[int, bytes]], list[bytes]]:
        """The rows of the tiles that change, and the new edges."""
        levels = [leaves]
        for height, hashed in completed:
            while len(levels) <= height // HEIGHT:
                levels.append([])
            levels[height // HEIGHT].append(hashed)
        rows, edges = [], list(self._edges)
        for level, hashes in enumerate(levels):
            if level == len(edges):
                edges.append(b"")
            data = edges[level] + b"".join(hashes)
            number = (before >> HEIGHT * level) // WIDTH
            for start in range(0, len(data), WIDTH * HASH_BYTES):
                rows.append((tile_id(level, number), data[start : start + WIDTH * HASH_BYTES]))
                number += 1
            edges[level] = data[len(data) - len(data) % (WIDTH * HASH_BYTES) :]
        return rows, edges

    def _store(
        self,
        entries: enumerate[bytes],
        tiles: list[tuple[int, bytes]],
        runs: list[tuple[str, int, int]],
        heads: list[tuple[str, int, str]],
        head: tuple[int, bytes, str],
    ) -> None:
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        try:
            run.executemany("INSERT INTO entry (idx, data) VALUES (?, ?)", entries)
            run.executemany("INSERT OR REPLACE INTO tile (id, data) VALUES (?, ?)", tiles)
            run.executemany("INSERT INTO run (seat, first, idx) VALUES (?, ?, ?)", runs)
            run.executemany("INSERT OR REPLACE INTO seat (seat, seq, hash) VALUES (?, ?, ?)", heads)
            run.execute("INSERT OR REPLACE INTO head (one, size, frontier, note) VALUES (1, ?, ?, ?)", head)
            run.execute("COMMIT")
        except BaseException:
            if run.in_transaction:
                run.execute("ROLLBACK")
            raise

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
        elif version != VERSION:
            raise LogError(msg("not a log of version {version}", version=str(VERSION)))
        self.begins = begins(run)
        row = run.execute("SELECT size, frontier, note FROM head").fetchone()
        if row is None:
            raise damaged(msg("its checkpoint is missing"))
        self._load(*row)

    def _create(self) -> None:
        note = self._signer.sign(checkpoint_text(self._signer.name, 0, tree.EMPTY_ROOT))
        self._connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION};")
        self._connection.execute("INSERT INTO head (one, size, frontier, note) VALUES (1, 0, x'', ?)", (note,))
        self._connection.execute("COMMIT")

    def _load(self, size: int, frontier: bytes, note: str) -> None:
        """Takes what is stored for true only if entries, tiles, frontier and signed checkpoint agree at the tree's edge."""
        try:
            checkpoint = parse_checkpoint(note, [self._signer.key])
        except NoteError as error:
            raise LogError(msg("its checkpoint is not of this key: {why}", why=said_by(error))) from None
        peaks = [self._full(first, end) for first, end in tree.peak_ranges(size)]
        self._frontier = Frontier(size, peaks)
        self._edges = [self._edge(level, size) for level in range(max(1, -(-size.bit_length() // HEIGHT)))]
        self.checkpoint = note
        ends = self._one("SELECT max(idx), min(idx) FROM entry WHERE idx >= ?", self.begins)
        whole = (size - 1, self.begins) if size else (None, None)
        checks = (
            (checkpoint.size == size, msg("its checkpoint has another size")),
            (checkpoint.root == self.root, msg("its checkpoint has another root")),
            (frontier == b"".join(peaks), msg("its frontier is not that of its tiles")),
            (self._tiles_whole(size), msg("some of its tiles are missing or short")),
            (ends == whole, msg("it has more or fewer entries than its checkpoint says")),
            (self._tail_agrees(size), msg("its last entries are not those of its tile")),
            (self._heads_agree(), msg("the last entry of a seat is missing")),
        )
        for holds, otherwise in checks:
            if not holds:
                raise damaged(otherwise)

    def _edge(self, level: int, size: int) -> bytes:
        number, width = divmod(size >> HEIGHT * level, WIDTH)
        return self.tile(Tile(level, number, width)) if width else b""

    def _tiles_whole(self, size: int) -> bool:
        stored = self._one("SELECT coalesce(sum(length(data)), 0) FROM tile")
        return stored == (sum(tile.width for tile in hash_tiles(size)) * HASH_BYTES,)

    def _tail_agrees(self, size: int) -> bool:
        leaves = [tree.leaf_hash(data) for data in self.entries(size - size % WIDTH, size)]
        return b"".join(leaves) == self._edges[0]

    def _heads_agree(self) -> bool:
        seats = self._all("SELECT seat, seq, hash FROM seat")
        return all(chain.digest(self.entry(self.index(seat, seq))) == hashed for seat, seq, hashed in seats)


def _positions_of(entries: Sequence[bytes]) -> list[_Position]:
    longest = max(map(len, entries), default=0)
    if longest > MAX_BYTES:
        raise too_long(longest)
    try:
        return [_positions.decode(data) for data in entries]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise not_an_entry(error) from None
