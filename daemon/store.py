"""The daemon's own database: plays, grants, the last roster, and the journal in the same file, so that one transaction
holds both.

HOME/daemon/store.db, SQLite with synchronous=FULL. A 4 MiB file beside it is given up when the disk is full, so that a play can
still be recorded as due. Moments are Unix milliseconds (`wall`) or milliseconds of the play clock (`mono`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import msgspec

from daemon.errors import DaemonError
from daemon.storing import opening
from daemon.storing.opening import BROKEN, Broken
from daemon.storing.rows import COLUMNS, INSERT, UPDATE, ListedRow, PlayRow, play_of, values_of
from daemon.trusted import Anchor, Reading
from i18n.message import msg, said_by
from rules.facts import Played

RESERVE_BYTES = 4 * 1024 * 1024
_TRIED = "tried"
MOST_LISTED = 200  # unknown programs of a player on a day; further ones share the row with the path ""
EventKind: TypeAlias = Literal["grants", "requests"]
T = TypeVar("T")


class Unwritable(Exception):
    """The database cannot be written now (disk full, read-only); nothing of the transaction happened."""


class Store:
    """Opens or makes the database in `folder`. One that is damaged is set aside, and what can be read of it goes on; from one
    that cannot be written a copy in memory is read until it can be (`frozen` says why). `lost`: this is no first start, so a
    database has to be there; `wall`: now. DaemonError: another program has it open, or a newer version made it. Unwritable:
    there is no database, and no room to make one.
    """

    def __init__(self, folder: Path, wall: int = 0, *, lost: bool = False) -> None:
        self._path = folder / "store.db"
        self._reserve = folder / "reserve"
        self._wall = wall
        self.thawed: Callable[[], object] = lambda: None
        self._then: list[Callable[[], object]] = []
        try:
            found = opening.open_or_save(self._path, wall)
        except sqlite3.Error as error:
            if opening.trouble(error) == "unwritable":
                raise Unwritable(str(error)) from error
            raise DaemonError(msg("{path}: cannot be opened: {why}", path=str(self._path), why=said_by(error))) from None
        self.db, self.frozen, self._replace = found.db, found.frozen, found.replace
        if found.fresh and lost:
            self.note_broken()
        self.keep_reserve()

    def close(self) -> None:
        self.db.close()

    def sweep(self) -> None:
        """Brings what was written into the database, so that what was deleted is in the file beside it no more either."""
        with suppress(sqlite3.Error):
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it returns. Unwritable: the disk takes nothing now; the caller may free the reserve."""
        try:
            self._thaw()
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._rollback()
            if opening.trouble(error) == "wrong":  # what was asked for: the next will be taken
                raise
            raise Unwritable(str(error)) from error
        except BaseException:
            self._rollback()
            raise
        done, self._then = self._then, []
        for action in done:
            action()

    def then(self, action: Callable[[], object]) -> None:
        """Runs `action` once the present transaction is durable; not if it fails."""
        self._then.append(action)

    def _rollback(self) -> None:
        self._then.clear()
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def _thaw(self) -> None:
        """If the copy in memory is what is read: back to the disk. `thawed` is called then. Unwritable, sqlite3.Error."""
        if self.frozen is None:
            return
        try:
            if self._replace:
                opening.set_aside(self._path, self.db, self._wall)
                self._replace = False  # also if it cannot be opened yet: once is enough
            found = opening.connect(self._path)
        except OSError as error:
            raise Unwritable(str(error)) from error
        self.db.close()
        self.db, self.frozen = found, None
        self.thawed()

    def keep_reserve(self) -> bool:
        """Makes the reserve if it is not there; False if the disk has no room for it."""
        try:
            if not self._reserve.exists() or self._reserve.stat().st_size < RESERVE_BYTES:
                with self._reserve.open("wb") as file:
                    file.write(bytes(RESERVE_BYTES))  # written, not sparse: only then the room is really held
                    file.flush()
                    os.fsync(file.fileno())
        except OSError:
            self.free_reserve()
            return False
        return True

    def free_reserve(self) -> bool:
        """Gives the reserve up for the database; False if there is none to give, or the disk takes not even that."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        return True

    def has_room(self) -> bool:
        """Whether the disk takes a row now, which is given back at once, and has room for more without the reserve."""
        try:
            with self.transaction():
                self.put(_TRIED, b"")
                self.delete(_TRIED)
            return shutil.disk_usage(self._path.parent).free >= RESERVE_BYTES
        except (OSError, Unwritable):
            return False

    # --- what was lost ----------------------------------------------------------------------------------------------------

    def broken(self) -> Broken | None:
        """What went wrong with the database, until a guardian has seen it."""
        return self.load(BROKEN, Broken)

    def note_broken(self, *names: str) -> None:
        """Something was lost of it, such as these values, as far as the disk takes that; nothing lies beside."""
        with suppress(sqlite3.Error):
            for name in names:
                self.delete(name)
            if self.broken() is None:
                self.put(BROKEN, opening.broken("", self._wall))

    def load(self, name: str, type_: type[T]) -> T | None:
        """What is kept there as JSON. What is damaged is dropped, and a guardian told."""
        value = self.get(name)
        try:
            return None if value is None else msgspec.json.decode(value, type=type_)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.note_broken(name)
            return None

    def change_anyhow(self, action: Callable[[], T]) -> T:
        """Runs `action` in a transaction; where the disk takes none, on the copy in memory, which replaces what is on the disk
        as soon as it can.
        """
        try:
            with self.transaction():
                return action()
        except Unwritable:
            if self.frozen is None:
                raise
            self._replace = True
            return action()

    # --- single values ---------------------------------------------------------------------------------------------------

    def get(self, name: str) -> bytes | None:
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def names(self, beginning: str) -> tuple[str, ...]:
        """Of all values whose names begin so."""
        rows = self.db.execute("SELECT name FROM meta WHERE substr(name, 1, ?) = ?", (len(beginning), beginning))
        return tuple(name for (name,) in rows.fetchall())

    def put(self, name: str, value: bytes) -> None:
        self.db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))

    def delete(self, name: str) -> None:
        self.db.execute("DELETE FROM meta WHERE name = ?", (name,))

    def last_seen(self) -> Anchor | None:
        """The last moment written down, by the trusted wall clock."""
        return self.load("seen", Anchor)

    def see(self, now: Reading) -> None:
        self.put("seen", msgspec.json.encode(Anchor(now.boot, now.elapsed, now.wall, now.doubt)))

    # --- plays ------------------------------------------------------------------------------------------------------------

    def add_play(self, row: PlayRow) -> None:
        self.db.execute(INSERT, values_of(row))
        self._put_pieces(row)

    def update_play(self, row: PlayRow) -> None:
        """Writes what may change of a play: its row, with its programs, and its pieces."""
        self.db.execute(UPDATE, values_of(row))
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
        query = f"SELECT {COLUMNS} FROM plays WHERE {chosen} ORDER BY seq"  # noqa: S608 - our own column names
        return tuple(play_of(row, tuple(pieces[row[0]])) for row in self.db.execute(query, (since,)))

    # --- refusals ---------------------------------------------------------------------------------------------------------

    def count_refusals(self, day: str, player: str, game: str, count: int) -> None:
        self.db.execute(
            "INSERT INTO refusals VALUES (?, ?, ?, ?) "
            "ON CONFLICT (day, player, game) DO UPDATE SET count = count + excluded.count",
            (day, player, game, count),
        )

    def prune(self, before: int, day: str) -> None:
        """Forgets plays that began before `before`, and refusals before `day`."""
        self.db.execute("DELETE FROM pieces WHERE play IN (SELECT seq FROM plays WHERE started_wall < ? AND ended)", (before,))
        self.db.execute("DELETE FROM plays WHERE started_wall < ? AND ended", (before,))
        self.db.execute("DELETE FROM refusals WHERE day < ?", (day,))

    def refusals(self, day: str) -> dict[tuple[str, str], int]:
        rows = self.db.execute("SELECT player, game, count FROM refusals WHERE day = ?", (day,))
        return {(player, game): count for player, game, count in rows}

    def players(self) -> tuple[str, ...]:
        """Of whom play, a refusal or an unknown program is kept."""
        kept = "SELECT player FROM plays UNION SELECT player FROM refusals UNION SELECT player FROM listed"
        return tuple(id_ for (id_,) in self.db.execute(kept))

    def forget_player(self, player: str) -> None:
        """All that is over of the player's."""
        self.db.execute("DELETE FROM pieces WHERE play IN (SELECT seq FROM plays WHERE player = ? AND ended)", (player,))
        self.db.execute("DELETE FROM plays WHERE player = ? AND ended", (player,))
        self.db.execute("DELETE FROM refusals WHERE player = ?", (player,))
        self.db.execute("DELETE FROM listed WHERE player = ?", (player,))

    # --- unknown programs -------------------------------------------------------------------------------------------------

    def add_listed(self, rows: Iterable[ListedRow]) -> None:
        """Adds the time of each to that of the same program on the same day."""
        for row in rows:
            kept = self.db.execute("SELECT path FROM listed WHERE day = ? AND player = ?", (row.day, row.player)).fetchall()
            full = len(kept) >= MOST_LISTED and (row.path,) not in kept
            self.db.execute(
                "INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, player, path) DO UPDATE SET "
                "size = excluded.size, sha256 = excluded.sha256, build_id = excluded.build_id, ms = ms + excluded.ms",
                (row.day, row.player, "", 0, None, None, row.ms) if full else astuple(row),
            )

    def listed(self, day: str) -> tuple[ListedRow, ...]:
        """Those of one day, longest first."""
        rows = self.db.execute("SELECT * FROM listed WHERE day = ? ORDER BY player, ms DESC, path", (day,))
        return tuple(ListedRow(*row) for row in rows)

    def prune_listed(self, day: str) -> None:
        """Forgets those before `day`."""
        self.db.execute("DELETE FROM listed WHERE day < ?", (day,))

    # --- grants and requests ----------------------------------------------------------------------------------------------

    def events(self, kind: EventKind) -> tuple[tuple[str, bool], ...]:
        """(event as JSON, whether the agent has it) of every grant or request that is kept."""
        rows = self.db.execute(f"SELECT event, sent FROM {kind} ORDER BY id")  # noqa: S608 - our own table names
        return tuple((event, bool(sent)) for event, sent in rows)

    def grant_event(self, id_: str) -> tuple[str, bool] | None:
        """One of the grants."""
        row = self.db.execute("SELECT event, sent FROM grants WHERE id = ?", (id_,)).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def put_events(self, kind: EventKind, rows: Iterable[tuple[str, str, bool]]) -> None:
        """(id, event, sent) of each; one that is stored so costs no write."""
        self.db.executemany(
            f"INSERT INTO {kind} VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "  # noqa: S608 - as above
            "event = excluded.event, sent = excluded.sent WHERE event != excluded.event OR sent != excluded.sent",
            rows,
        )

    def drop_grants(self, ids: Iterable[str]) -> None:
        self.db.executemany("DELETE FROM grants WHERE id = ?", ((id_,) for id_ in ids))

    def keep_requests(self, ids: Collection[str]) -> None:
        """Forgets all but these."""
        for (id_,) in self.db.execute("SELECT id FROM requests").fetchall():
            if id_ not in ids:
                self.db.execute("DELETE FROM requests WHERE id = ?", (id_,))
