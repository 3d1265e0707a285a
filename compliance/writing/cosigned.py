"""The log's witnesses and what they cosigned: two tables of log.db.

Every head of the last two days is kept, of older ones the last of each hour, and of those of more than a month the last of each
day: the closest that anybody will ask when an entry came, and little enough for a bundle. An older version of the program
leaves these tables alone.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from compliance.note import Signature, read_checkpoint
from compliance.writing.logfile import LogError, Transaction, damaged, unwritable
from i18n.message import Arg, said_by

KEEP_ALL_S = 2 * 86_400
KEEP_HOURS_S = 31 * 86_400

SCHEMA = """
CREATE TABLE IF NOT EXISTS witness (
    name TEXT PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS cosigned (size INTEGER PRIMARY KEY, at INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """`key` is a C2SP verifier key of type 0x04; `size` is that of the head it cosigned last, `at` (Unix s) when that came."""

    name: str
    key: str
    url: str
    size: int = 0
    at: int | None = None


@contextmanager
def _or(error: Callable[[Arg], LogError]) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as found:
        raise error(said_by(found)) from found


class Cosigned:
    """Of one log, whose `connection` and `lock` it shares. LogError if it cannot be read or written."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection, self._lock = connection, lock
        self._there = False

    @_or(damaged)
    def _made(self) -> bool:
        """Whether there are tables. The first witness makes them: a full disk does not keep a log from being opened."""
        if not self._there:
            asked = "SELECT count(*) FROM sqlite_schema WHERE name IN ('witness', 'cosigned')"
            self._there = self._connection.execute(asked).fetchone()[0] == 2
        return self._there

    @_or(damaged)
    def witnesses(self) -> tuple[Witness, ...]:
        if not self._made():
            return ()
        rows = self._connection.execute("SELECT name, key, url, size, at FROM witness ORDER BY name").fetchall()
        return tuple(Witness(*row) for row in rows)

    @_or(unwritable)
    def add(self, witness: Witness) -> None:
        """Also in place of one of the same name."""
        values = (witness.name, witness.key, witness.url, witness.size, witness.at)
        with self._lock:
            self._connection.executescript(SCHEMA)
            self._connection.execute("INSERT OR REPLACE INTO witness (name, key, url, size, at) VALUES (?, ?, ?, ?, ?)", values)

    @_or(unwritable)
    def remove(self, name: str) -> bool:
        """Whether there was one. What it cosigned stays."""
        if not self._made():
            return False
        with self._lock:
            return self._connection.execute("DELETE FROM witness WHERE name = ?", (name,)).rowcount > 0

    @_or(damaged)
    def heads(self, end: int) -> list[str]:
        """The cosigned heads of at most this size, as notes, the smallest first."""
        if not self._made():
            return []
        rows = self._connection.execute("SELECT note FROM cosigned WHERE size <= ? ORDER BY size", (end,)).fetchall()
        return [note for (note,) in rows]

    @_or(unwritable)
    def put(self, note: str, line: str, signature: Signature, at: int) -> None:
        """Keep a verified cosignature of the head in `note`, a line under it, which came `at` (Unix s). A witness's own clock
        says nothing of what may be deleted.
        """
        size = read_checkpoint(note).size
        run = self._connection
        with self._lock:
            run.executescript(SCHEMA)
            with Transaction(run):
                known = run.execute("SELECT note FROM cosigned WHERE size = ?", (size,)).fetchone()
                if known is None:
                    run.execute("INSERT INTO cosigned (size, at, note) VALUES (?, ?, ?)", (size, at, note + line))
                elif line.rpartition(" ")[0] not in {one.rpartition(" ")[0] for one in known[0].splitlines()}:
                    run.execute("UPDATE cosigned SET note = note || ? WHERE size = ?", (line, size))
                run.execute("UPDATE witness SET size = ?, at = ? WHERE name = ?", (size, at, signature.key.name))
                run.execute(
                    "DELETE FROM cosigned WHERE at < ? AND size NOT IN (SELECT max(size) FROM cosigned "
                    "GROUP BY CASE WHEN at < ? THEN -(at / 86400) ELSE at / 3600 END)",
                    (at - KEEP_ALL_S, at - KEEP_HOURS_S),
                )
