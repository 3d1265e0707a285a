"""What a witness knows: its name, whose heads it cosigns, and the largest head of each, on disk before it is cosigned."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.format.cosigning import AddCheckpoint, Cosigner
from compliance.note import VerifierKey, parse_vkey
from i18n.message import MessageError, msg, said_by
from witness.answering import Answer, Cosign, Seen, authentic, consistent, origin_of

VERSION = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE log (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE key (key TEXT PRIMARY KEY, origin TEXT NOT NULL) STRICT;
PRAGMA user_version = {VERSION};
COMMIT;
"""


class StateError(MessageError):
    """A database that cannot be opened, read or written, or is another's."""


class State:
    """The database at `path`, made if it is not there. Safe from any thread: one request after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with self._told():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        try:
            self._open()
        except StateError:
            self._connection.close()
            raise

    def _open(self) -> None:
        with self._told():
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version == 0 and not self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                self._connection.executescript(_SCHEMA)
            elif version != VERSION:
                raise StateError(msg("{path}: not a witness's of this version", path=str(self._path)))

    def close(self) -> None:
        self._connection.close()

    def add(self, key: VerifierKey) -> None:
        """From now on cosign heads of the log that this key signs. One that was removed goes on from where it was."""
        with self._lock, self._told(), self._transaction() as run:
            run.execute("INSERT OR IGNORE INTO key (key, origin) VALUES (?, ?)", (key.text, key.name))
            run.execute("INSERT OR IGNORE INTO log (origin, size, root) VALUES (?, ?, ?)", (key.name, 0, Seen().root))

    def remove(self, origin: str) -> bool:
        """Whether there was one. What was cosigned stays known: its past can never be told anew."""
        with self._lock, self._told():
            return self._connection.execute("DELETE FROM key WHERE origin = ?", (origin,)).rowcount > 0

    def logs(self) -> list[tuple[VerifierKey, int]]:
        """Each key, and the size of the largest head that was cosigned."""
        with self._lock, self._told():
            rows = self._connection.execute("SELECT key, size FROM key JOIN log USING (origin) ORDER BY key").fetchall()
        return [(parse_vkey(key), size) for key, size in rows]

    def add_checkpoint(self, asked: AddCheckpoint, cosigner: Cosigner, now: Callable[[], int]) -> Answer:
        """Cosigns, or says why not. `now` gives Unix seconds. StateError: then nothing was cosigned."""
        with self._lock, self._told():
            found = authentic(asked, self._keys(origin_of(asked)))
            if isinstance(found, Answer):
                return found
            refusal = self._advance(asked, found)
        return refusal or Answer(200, cosigner.cosign(found.text, now()))

    def _keys(self, origin: str) -> list[VerifierKey]:
        rows = self._connection.execute("SELECT key FROM key WHERE origin = ?", (origin,)).fetchall()
        return [parse_vkey(key) for (key,) in rows]

    def _advance(self, asked: AddCheckpoint, found: Cosign) -> Answer | None:
        """In one transaction, which is on disk when this returns: what was seen last, the check, and the new head."""
        with self._transaction() as run:
            seen = Seen(*run.execute("SELECT size, root FROM log WHERE origin = ?", (found.head.origin,)).fetchone())
            refusal = consistent(asked, found.head, seen)
            if refusal is None:
                values = (found.head.size, found.head.root, found.head.origin)
                run.execute("UPDATE log SET size = ?, root = ? WHERE origin = ?", values)
            return refusal

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateError(msg("{path}: {why}", path=str(self._path), why=said_by(error))) from error
