"""What an append writes to log.db. Many rows to a statement: of short ones most of the time goes between two."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from compliance.format.chain import Head
from compliance.writing.logfile import VERSION, Transaction

_MANY = 128
_FIRST = "INSERT INTO entry (idx, data) VALUES (?, ?)"
_INSTEAD = " ON CONFLICT DO UPDATE SET data = iif(entry.data = ?, excluded.data, NULL)"
# In place: the index of the names does not change.
_SEAT = "INSERT INTO seat (seat, seq, hash) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash"

Run = tuple[str, int, int]
"""From which seq on which seat's entries lie one after the other, from which index on: a row of `run`."""


class Rows(NamedTuple):
    """The new entries from index `first` on and the checkpoint behind them, in place of that `before`; tiles by their ids,
    runs, the last entries of seats.
    """

    first: int
    before: bytes
    entries: Sequence[bytes]
    tiles: Sequence[tuple[int, bytes]]
    runs: Sequence[Run]
    seats: Mapping[str, Head]


def store(run: sqlite3.Connection, rows: Rows, *, older: bool) -> None:
    """All of them, durably, or nothing; sqlite3.Error. `older`: an older version made the log, and shall read it no more."""
    first, before, entries, tiles, runs, seats = rows
    if len(entries) <= _MANY and not (tiles or runs or seats or older or run.in_transaction):
        run.execute(_entries(len(entries)), (first, *entries, before))  # a transaction of its own
        return
    with Transaction(run):
        for at in range(0, len(entries), _MANY):
            some = entries[at : at + _MANY]
            run.execute(_entries(len(some)), (first + at, *some, before))
        if tiles:
            run.executemany("INSERT OR REPLACE INTO tile (id, data) VALUES (?, ?)", tiles)
        if runs:
            run.executemany("INSERT INTO run (seat, first, idx) VALUES (?, ?, ?)", runs)
        for seat, last in seats.items():
            run.execute(_SEAT, (seat, *last))
        if older:
            run.execute("DELETE FROM head")  # no table can be dropped while others read
            run.execute(f"PRAGMA user_version = {VERSION}")


@cache
def _entries(count: int) -> str:
    """So many rows: the first in place of the checkpoint before, the others behind it, as SQLite counts on by itself. Where
    something else is in that place, somebody else writes this log: no data is an error.
    """
    return _FIRST + ", (NULL, ?)" * (count - 1) + _INSTEAD
