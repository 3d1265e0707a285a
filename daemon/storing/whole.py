"""Whether a database is whole, also where only a byte turned on a whole page: what would meet that later is no parser."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from daemon.storing import schema
from daemon.storing.salvage import TABLES

Keep = Callable[[str, dict[str, Any]], bool]


def check(db: sqlite3.Connection, keep: Keep) -> None:
    """Reads all of it once. ValueError or sqlite3.DatabaseError: a page, a table or, as `keep` says, a row is not ours."""
    db.text_factory = bytes.decode  # sqlite3's own names what is no UTF-8 a trouble of the disk
    problems = [row[0] for row in db.execute("PRAGMA quick_check")]
    if problems != ["ok"]:
        raise sqlite3.DatabaseError(problems[0])
    if not of_our_shape(db):
        raise sqlite3.DatabaseError("a table has another shape")
    for table in TABLES:
        found = db.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own names
        names = [column[0] for column in found.description]
        if not all(keep(table, dict(zip(names, row, strict=True))) for row in found):
            raise sqlite3.DatabaseError(f"{table}: a row that nobody wrote")
    db.text_factory = str


def of_our_shape(db: sqlite3.Connection) -> bool:
    """Whether the tables are those of this version."""
    return _shape(db) == _ours()


@cache
def _ours() -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as empty:
        schema.migrate(empty)
        return _shape(empty)


def _shape(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Of each column: table, name, type, whether it may be empty, place in the key."""
    rows = ((table, *row) for table in TABLES for row in db.execute(f"PRAGMA table_info({table})"))
    return [(table, name, kind, filled, key) for table, _, name, kind, filled, _, key in rows]


@contextmanager
def closed_if_not(db: sqlite3.Connection) -> Iterator[None]:
    """Closes `db` if it cannot be used. What SQLite says of garbage may be garbage itself: then, too, it is a DatabaseError."""
    try:
        yield
    except ValueError as error:
        db.close()
        raise sqlite3.DatabaseError(str(error)) from error
    except BaseException:
        db.close()
        raise
