"""Deletes the first entries of log.db: in one transaction, and overwritten on the disk. Tiles stay, as heads of every size that
somebody holds have to be shown to be the beginning of this log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from compliance.format.keeping import Keeping
from compliance.format.tiles import WIDTH
from compliance.writing.logfile import LogFile, Transaction

_BEGINS = "CREATE TABLE IF NOT EXISTS pruned (one INTEGER PRIMARY KEY CHECK (one = 1), begins INTEGER NOT NULL) STRICT"
_RUNS = """DELETE FROM run WHERE idx < ? AND EXISTS (
    SELECT 1 FROM run AS later WHERE later.seat = run.seat AND later.first > run.first AND later.idx < ?)"""


def begins(run: sqlite3.Connection) -> int:
    """The number of the first entry that is left. The first deletion makes the table."""
    there = run.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pruned'").fetchone()[0]
    return int(run.execute("SELECT begins FROM pruned").fetchone()[0]) if there else 0


def keeping(log: LogFile, end: int) -> list[tuple[int, bytes]]:
    """What is kept of the entries before `end`, by their numbers, once they are deleted."""
    found = Keeping()
    for index, data in log.kept():
        found.take(index, data)
    for index, data in enumerate(log.entries(log.begins, end), log.begins):
        found.take(index, data)
    return [(index, log.entry(index)) for index in found.kept()]


def prune(run: sqlite3.Connection, end: int, kept: Sequence[int]) -> None:
    """All entries before `end` but those of these numbers. Of where seats' entries lie it forgets what lies before the last run
    of each. sqlite3.Error: nothing was deleted.
    """
    if end % WIDTH:
        raise ValueError(end)
    between = pairwise((-1, *kept, end))
    (before,) = run.execute("PRAGMA secure_delete").fetchone()
    run.execute("PRAGMA secure_delete = ON")
    try:
        with Transaction(run):
            run.execute(_BEGINS)
            run.executemany("DELETE FROM entry WHERE idx > ? AND idx < ?", between)
            run.execute(_RUNS, (end, end))
            run.execute("INSERT OR REPLACE INTO pruned (one, begins) VALUES (1, ?)", (end,))
        with suppress(sqlite3.Error):  # it is done; what the write-ahead log holds still is overwritten later
            run.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        with suppress(sqlite3.Error):
            run.execute(f"PRAGMA secure_delete = {before}")
