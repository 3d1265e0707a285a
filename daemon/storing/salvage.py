"""Reads out of a damaged database what can still be read, table by table, from both ends of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from daemon.storing import schema

# Our tables, and what each one is in the order of. Chains that were ended (journal_1 …) stay in the damaged file alone.
TABLES: Mapping[str, str] = MappingProxyType({
    "meta": "name", "plays": "seq", "pieces": "rowid", "grants": "id", "requests": "id", "refusals": "day", "journal": "seq",
    "journal_head": "one",
})  # fmt: skip


def save(path: Path, into: sqlite3.Connection, keep: Callable[[str, dict[str, Any]], bool]) -> None:
    """Copies each row that can be read, that `into` takes, and of which `keep` says that it can be one of ours."""
    for way in ("mode=ro", "immutable=1"):
        with suppress(sqlite3.Error, ValueError), closing(sqlite3.connect(f"{path.as_uri()}?{way}", uri=True)) as file:
            file.text_factory = _text
            file.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            for table, order in TABLES.items():
                for row in _rows(file, table, order):
                    if keep(table, row):
                        _put(into, table, row)
            return


def _rows(file: sqlite3.Connection, table: str, order: str) -> Iterator[dict[str, Any]]:
    seen = set()
    for direction in ("ASC", "DESC"):
        try:
            found = file.execute(f"SELECT * FROM {table} ORDER BY {order} {direction}")  # noqa: S608 - names from above
            names = [column[0] for column in found.description]
            for row in found:
                if row not in seen:
                    seen.add(row)
                    yield dict(zip(names, row, strict=True))
        except (sqlite3.Error, ValueError):  # what SQLite says of garbage may be no text
            continue
        return


def _put(into: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    known = {str(column[1]) for column in into.execute(f"PRAGMA table_info({table})")}
    names = [name for name in row if name in known]
    places = ", ".join(f":{name}" for name in names)
    with suppress(sqlite3.Error):  # of another type than its column, twice, incomplete
        into.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({places})", row)  # noqa: S608 - known columns


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


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
