"""What an append writes to log.db. Many rows to a statement: of short ones most of the time goes between two."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from compliance.format.chain import Head
from compliance.writing.logfile import VERSION, Transaction

_MORE = {count: "INSERT INTO entry (data) VALUES (?)" + ", (?)" * (count - 1) for count in (100, 10, 1)}
# In place: the index of the names does not change.
_SEAT = "INSERT INTO seat (seat, seq, hash) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash"

Run = tuple[str, int, int]
"""From which seq on which seat's entries lie one after the other, from which index on: a row of `run`."""


class Rows(NamedTuple):
    """The new entries from index `first` on, tiles by their ids, runs, the last entries of seats, and the row of `head`."""

    first: int
    entries: Sequence[bytes]
    tiles: Sequence[tuple[int, bytes]]
    runs: Sequence[Run]
    seats: Mapping[str, Head]
    head: tuple[int, bytes, str]


def store(run: sqlite3.Connection, rows: Rows, *, older: bool) -> None:
    """All of them, durably, or nothing; sqlite3.Error. `older`: an older version made the log, and shall read it no more."""
    with Transaction(run):
        _insert(run, rows.first, rows.entries)
        if rows.tiles:
            run.executemany("INSERT OR REPLACE INTO tile (id, data) VALUES (?, ?)", rows.tiles)
        if rows.runs:
            run.executemany("INSERT INTO run (seat, first, idx) VALUES (?, ?, ?)", rows.runs)
        for seat, last in rows.seats.items():
            run.execute(_SEAT, (seat, *last))
        run.execute("UPDATE head SET size = ?, frontier = ?, note = ?", rows.head)
        if older:
            run.execute(f"PRAGMA user_version = {VERSION}")


def _insert(run: sqlite3.Connection, first: int, entries: Sequence[bytes]) -> None:
    """One entry or more, above all that there are: SQLite itself counts on from the first."""
    run.execute("INSERT INTO entry (idx, data) VALUES (?, ?)", (first, entries[0]))
    if len(entries) == 1:
        return
    at = 1
    for count, statement in _MORE.items():
        end = len(entries) - (len(entries) - at) % count
        if at < end:
            run.executemany(statement, [entries[start : start + count] for start in range(at, end, count)])
        at = end
