"""The daemon's own database: plays, grants, the last roster, and the journal in the same file, so that one transaction
holds both.

HOME/daemon/store.db, SQLite with synchronous=FULL. A 4 MiB file beside it is given up when the disk is full, so that a play can
still be recorded as due. Moments are Unix milliseconds (`wall`) or milliseconds of the play clock (`mono`).
"""

from __future__ import annotations

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from compliance import journal
from daemon.ending import Stored
from daemon.errors import DaemonError
from daemon.trusted import Anchor, Reading
from i18n.message import msg, said_by
from rules.facts import Played

RESERVE_BYTES = 4 * 1024 * 1024
SCHEMA = 4

# How the database comes to have its shape: one step a version, in order. Steps are added, not edited.
_STEPS = ("""
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE plays (
    seq INTEGER PRIMARY KEY,    -- of its play.started in the journal
    player TEXT NOT NULL, who TEXT NOT NULL, account TEXT NOT NULL, game TEXT NOT NULL, publisher TEXT,
    boot TEXT NOT NULL, started_wall INTEGER NOT NULL, since_wall INTEGER NOT NULL, since_mono INTEGER NOT NULL,
    programs TEXT NOT NULL,     -- JSON [[pid, started], …]
    row_wall INTEGER NOT NULL, row_mono INTEGER NOT NULL, row_elapsed INTEGER NOT NULL,
    ms INTEGER NOT NULL,        -- counted up to the row, or in all once ended
    warned INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX plays_by_time ON plays (started_wall);
CREATE TABLE pieces (play INTEGER NOT NULL, start INTEGER NOT NULL, ms INTEGER NOT NULL);
CREATE TABLE grants (id TEXT PRIMARY KEY, event TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refusals (day TEXT NOT NULL, player TEXT NOT NULL, game TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, player, game)) WITHOUT ROWID
""", """
ALTER TABLE plays ADD COLUMN label INTEGER;
ALTER TABLE plays ADD COLUMN sure INTEGER NOT NULL DEFAULT 1;
ALTER TABLE plays ADD COLUMN end_at INTEGER;
ALTER TABLE pieces ADD COLUMN sure INTEGER NOT NULL DEFAULT 1
""", """
ALTER TABLE plays DROP COLUMN row_wall;
ALTER TABLE plays DROP COLUMN row_mono;
ALTER TABLE plays DROP COLUMN row_elapsed
""", """
ALTER TABLE plays ADD COLUMN ending TEXT NOT NULL DEFAULT 'free';
ALTER TABLE plays RENAME COLUMN end_at TO until;
UPDATE plays SET ending = 'saving' WHERE due AND until IS NOT NULL;
ALTER TABLE plays DROP COLUMN warned;
ALTER TABLE plays DROP COLUMN due
""")


class Unwritable(Exception):
    """The database cannot be written now (disk full, read-only); nothing of the transaction happened."""


@dataclass(frozen=True, slots=True)
class PlayRow:
    """A play as stored. `who` is its pseudonym in the log, `started_wall` its beginning, `programs` are identities.

    `since_*` begin its current piece, of which `ms` counts up to the row and which `sure` is about; `pieces` are those before.
    `ending` is how far its ending was and `until` (mono) until when, as daemon.ending keeps them.
    """

    seq: int
    player: str
    who: str
    account: str
    game: str
    publisher: str | None
    boot: str
    started_wall: int
    since_wall: int
    since_mono: int
    programs: tuple[tuple[int, int], ...]
    ms: int
    ending: Stored
    until: int | None
    ended: bool
    label: int | None
    sure: bool
    pieces: tuple[Played, ...] = ()

    @property
    def total(self) -> int:
        """All of it, in milliseconds."""
        return self.ms + sum(piece.ms for piece in self.pieces)


_FIXED = ("seq", "player", "who", "account", "game", "publisher", "boot", "started_wall")
_CHANGING = ("since_wall", "since_mono", "programs", "ms", "ending", "until", "ended", "label", "sure")
_COLUMNS = ", ".join((*_FIXED, *_CHANGING))
_INSERT = f"INSERT INTO plays ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in (*_FIXED, *_CHANGING))})"  # noqa: S608 - ours
_UPDATE = f"UPDATE plays SET {', '.join(f'{name} = :{name}' for name in _CHANGING)} WHERE seq = :seq"  # noqa: S608 - ours too


class Store:
    """Opens or makes the database in `folder`. DaemonError if it is damaged or no database; the file stays as it is.
    Unwritable: there is no room to make it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "store.db"
        self._reserve = folder / "reserve"
        try:
            self.db = sqlite3.connect(self._path, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self.db.close()
                raise
        except sqlite3.Error as error:
            raise DaemonError(
                msg(
                    "{path}: damaged or unreadable ({why}); nothing changed; restore it or move it away",
                    path=str(self._path), why=said_by(error),
                )
            ) from None  # fmt: skip

    def _open(self) -> None:
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise DaemonError(msg("{path}: made by a newer version: update Giờ Chơi", path=str(self._path)))
        if version < SCHEMA:
            with self.transaction():
                self._migrate(version)
        problems = [row[0] for row in self.db.execute("PRAGMA quick_check")]
        if problems != ["ok"]:
            raise sqlite3.DatabaseError(problems[0])
        self.keep_reserve()

    def _migrate(self, version: int) -> None:
        for step in _STEPS[version:]:
            for statement in step.split(";\n"):
                self.db.execute(statement)
        if version == 0:
            journal.create_tables(self.db)
        self.db.execute(f"PRAGMA user_version = {SCHEMA}")

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it returns. Unwritable: the disk takes nothing now; the caller may free the reserve."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._rollback()
            raise Unwritable(str(error)) from error
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def keep_reserve(self) -> bool:
        """Makes the reserve if it is not there; False if the disk has no room for it."""
        try:
            if not self._reserve.exists() or self._reserve.stat().st_size < RESERVE_BYTES:
                with self._reserve.open("wb") as file:
                    file.write(bytes(RESERVE_BYTES))  # written, not sparse: only then the room is really held
                    file.flush()
                    os.fsync(file.fileno())
        except OSError:
            self._reserve.unlink(missing_ok=True)
            return False
        return True

    def free_reserve(self) -> bool:
        """Gives the reserve up for the database; False if that had happened before."""
        existed = self._reserve.exists()
        self._reserve.unlink(missing_ok=True)
        return existed

    # --- single values ---------------------------------------------------------------------------------------------------

    def get(self, name: str) -> bytes | None:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, name: str, value: bytes) -> None:
        self.db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))

    def delete(self, name: str) -> None:
        self.db.execute("DELETE FROM meta WHERE name = ?", (name,))

    def last_seen(self) -> Anchor | None:
        """The last moment written down, by the trusted wall clock."""
        value = self.get("seen")
        return None if value is None else msgspec.json.decode(value, type=Anchor)

    def see(self, now: Reading) -> None:
        self.put("seen", msgspec.json.encode(Anchor(now.boot, now.elapsed, now.wall)))

    # --- plays ------------------------------------------------------------------------------------------------------------

    def add_play(self, row: PlayRow) -> None:
        self.db.execute(_INSERT, _values(row))
        self._put_pieces(row)

    def update_play(self, row: PlayRow) -> None:
        """Writes what may change of a play: its row, with its programs, and its pieces."""
        self.db.execute(_UPDATE, _values(row))
        self.db.execute("DELETE FROM pieces WHERE play = ?", (row.seq,))
        self._put_pieces(row)

    def _put_pieces(self, row: PlayRow) -> None:
        pieces = [(row.seq, piece.start, piece.ms, piece.sure) for piece in row.pieces]
        self.db.executemany("INSERT INTO pieces VALUES (?, ?, ?, ?)", pieces)

    def rename_play(self, old: int, new: int, who: str) -> None:
        """The play has another number in the log now, and perhaps another pseudonym."""
        self.db.execute("UPDATE plays SET seq = ?, who = ? WHERE seq = ?", (new, who, old))
        self.db.execute("UPDATE pieces SET play = ? WHERE play = ?", (new, old))

    def plays(self, since: int) -> tuple[PlayRow, ...]:
        """Plays that began at or after `since` or have not ended, oldest first."""
        chosen = "started_wall >= ? OR NOT ended"
        pieces: dict[int, list[Played]] = defaultdict(list)
        piece = "play, game, publisher, start, pieces.ms, label, pieces.sure"
        joined = f"SELECT {piece} FROM pieces JOIN plays ON seq = play WHERE {chosen}"  # noqa: S608 - ours
        for play, game, publisher, start, ms, label, sure in self.db.execute(joined, (since,)):
            pieces[play].append(Played(game, publisher, start, ms, label, bool(sure)))
        query = f"SELECT {_COLUMNS} FROM plays WHERE {chosen} ORDER BY seq"  # noqa: S608 - our own column names
        return tuple(_play(row, tuple(pieces[row[0]])) for row in self.db.execute(query, (since,)))

    # --- refusals ---------------------------------------------------------------------------------------------------------

    def count_refusals(self, day: str, player: str, game: str, count: int) -> None:
        self.db.execute(
            "INSERT INTO refusals VALUES (?, ?, ?, ?) "
            "ON CONFLICT (day, player, game) DO UPDATE SET count = count + excluded.count",
            (day, player, game, count),
        )

    def prune(self, before: int, day: str) -> None:
        """Forgets plays that began before `before` and refusals before `day`."""
        self.db.execute("DELETE FROM pieces WHERE play IN (SELECT seq FROM plays WHERE started_wall < ? AND ended)", (before,))
        self.db.execute("DELETE FROM plays WHERE started_wall < ? AND ended", (before,))
        self.db.execute("DELETE FROM refusals WHERE day < ?", (day,))

    def refusals(self, day: str) -> dict[tuple[str, str], int]:
        rows = self.db.execute("SELECT player, game, count FROM refusals WHERE day = ?", (day,))
        return {(player, game): count for player, game, count in rows}

    # --- grants -----------------------------------------------------------------------------------------------------------

    def grant_events(self) -> tuple[tuple[str, bool], ...]:
        """(event as JSON, whether the agent has it) of every grant made or heard of."""
        return tuple((event, bool(sent)) for event, sent in self.db.execute("SELECT event, sent FROM grants ORDER BY id"))

    def put_grants(self, rows: Iterable[tuple[str, str, bool]]) -> None:
        """(id, event, sent) of each; one that is stored so costs no write."""
        self.db.executemany(
            "INSERT INTO grants VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET event = excluded.event, sent = excluded.sent "
            "WHERE event != excluded.event OR sent != excluded.sent",
            rows,
        )


def _values(row: PlayRow) -> dict[str, Any]:
    """By column."""
    values = {name: getattr(row, name) for name in (*_FIXED, *_CHANGING)}
    return {**values, "programs": msgspec.json.encode(row.programs).decode()}


def _play(row: tuple[Any, ...], pieces: tuple[Played, ...]) -> PlayRow:
    values = dict(zip((*_FIXED, *_CHANGING), row, strict=True))
    values["programs"] = msgspec.json.decode(values["programs"], type=tuple[tuple[int, int], ...])
    values |= {name: bool(values[name]) for name in ("ended", "sure")}
    return PlayRow(**values, pieces=pieces)
