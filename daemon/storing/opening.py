"""Opens the daemon's database, whatever became of it: a damaged one is set aside and never deleted, and one that cannot be
written is read from a copy in memory. Limits need none of its writes, but most of what it holds.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from compliance import journal
from daemon.errors import DaemonError
from daemon.storing.rows import TABLES
from host.files import write_atomic
from i18n.message import Arg, msg, said_by

BROKEN = "broken"  # the name in `meta` under which stands what became of a database
_VERSION = 7  # of the tables; a database of an older version is set aside like a damaged one
_OF_THE_DISK = frozenset((3, 8, 10, 13, 14))  # sqlite.org/rescode.html: PERM, READONLY, IOERR, FULL, CANTOPEN
_OF_OTHERS = frozenset((5, 6))  # BUSY, LOCKED
_OF_THE_FILE = frozenset((11, 26))  # CORRUPT, NOTADB
# The tables that are copied, and the order of their rows. Chains that were ended (journal_1 …) stay in the damaged file alone.
_COPIED = {
    "meta": "name", "plays": "seq", "pieces": "rowid", "grants": "id", "requests": "id", "refusals": "day", "listed": "day",
    "journal": "seq", "journal_head": "one",
}  # fmt: skip


class Broken(msgspec.Struct, frozen=True):
    """`kept` is the file's name by now, empty if there was none any more; `wall` when that was found."""

    kept: str
    wall: int


@dataclass(frozen=True, slots=True)
class Opened:
    """`frozen`: why it is only a copy in memory, which is to `replace` the file once that can be. `fresh`: none was there."""

    db: sqlite3.Connection
    frozen: Arg | None = None
    replace: bool = False
    fresh: bool = False


def broken(kept: str, wall: int) -> bytes:
    return msgspec.json.encode(Broken(kept, wall))


def trouble(error: sqlite3.Error) -> Literal["unwritable", "damaged", "busy", "wrong"]:
    """Whose fault it is: the disk's, the file's, that of another program that has it open, or of what was asked for."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # ours
        return "unwritable" if isinstance(error, sqlite3.OperationalError) else "damaged"
    code &= 0xFF
    if code in _OF_OTHERS:
        return "busy"
    if code in _OF_THE_DISK:
        return "unwritable"
    return "damaged" if code in _OF_THE_FILE else "wrong"


def open_or_save(path: Path, wall: int) -> Opened:
    """The database at `path`, made if it is not there. sqlite3.Error: there is none, and it cannot be made, or another program
    has it open. DaemonError: made by a newer version.
    """
    fresh = not path.exists() or not path.stat().st_size
    try:
        return Opened(connect(path), fresh=fresh)
    except sqlite3.Error as error:
        found, why = trouble(error), said_by(error)
        if found == "busy" or (found == "unwritable" and fresh):
            raise
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with _closed_on_error(memory):
        _make_tables(memory)
        whole = _read_into(memory, path)
        if found != "unwritable" or not whole:
            memory.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BROKEN, broken(_kept(path, wall), wall)))
        if found == "unwritable":
            return Opened(memory, why, replace=not whole)
        try:
            set_aside(path, memory, wall)
            db = connect(path)
        except (OSError, sqlite3.Error) as error:
            return Opened(memory, said_by(error), replace=True)
    memory.close()
    return Opened(db)


def connect(path: Path) -> sqlite3.Connection:
    """Opens or makes it for reading and writing. sqlite3.Error, DaemonError."""
    db = sqlite3.connect(path, isolation_level=None)
    with _closed_on_error(db):
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=ON")  # who is erased is to be gone from the disk
        version = _version(db, path)
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            _make_tables(db)
            db.execute("COMMIT")
        elif version < _VERSION:
            raise sqlite3.DatabaseError("made by an older version")
        if not _undamaged(db):
            raise sqlite3.DatabaseError("damaged")
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA user_version = {_VERSION}")  # a disk that only lets us read says so here
        db.execute("ROLLBACK")
    return db


def _make_tables(db: sqlite3.Connection) -> None:
    """In an empty database. The transaction is the caller's."""
    for statement in TABLES.split(";\n"):
        db.execute(statement)
    journal.create_tables(db)
    db.execute(f"PRAGMA user_version = {_VERSION}")


def _version(db: sqlite3.Connection, path: Path) -> int:
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > _VERSION:
        raise DaemonError(msg("{path}: made by a newer version: update Giờ Chơi", path=str(path)))
    return found


def _undamaged(db: sqlite3.Connection) -> bool:
    return [row[0] for row in db.execute("PRAGMA quick_check")] == ["ok"]


@contextmanager
def _closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    """Closes `db` if it cannot be used. SQLite's message about a damaged page may not be text: also a DatabaseError."""
    try:
        yield
    except ValueError as error:
        db.close()
        raise sqlite3.DatabaseError(str(error)) from error
    except BaseException:
        db.close()
        raise


# --- a damaged file -------------------------------------------------------------------------------------------------------


def set_aside(path: Path, whole: sqlite3.Connection, wall: int) -> None:
    """Puts `whole` in the place of the file, which stays beside it under another name. OSError."""
    kept = _kept(path, wall)
    for suffix in ("-shm", "-wal", ""):  # the file itself comes last: until then it is found by its name
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(kept + suffix))
    write_atomic(path, whole.serialize())


def _kept(path: Path, wall: int) -> str:
    """A name that nothing has yet."""
    name = f"{path.name}.broken-{datetime.fromtimestamp(wall // 1000, UTC).strftime('%Y-%m-%d')}"
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(one for one in names if not path.with_name(one).exists())


def _read_into(memory: sqlite3.Connection, path: Path) -> bool:
    """Copies each row that can be read; whether the file is undamaged. DaemonError."""
    for source in _sources(path):
        with suppress(sqlite3.Error, ValueError), closing(sqlite3.connect(source, uri=True)) as file:
            file.text_factory = _lossy
            version = _version(file, path)
            complete = [_copy(file, memory, table, order) for table, order in _COPIED.items()]
            return version == _VERSION and all(complete) and _undamaged(file)
    return False


def _sources(path: Path) -> Iterator[str]:
    """URIs to try, also on a disk that takes nothing: rows still in the -wal need its -shm, else a folder elsewhere."""
    log = path.with_name(f"{path.name}-wal")
    yield f"{path.as_uri()}?mode=ro"
    if not log.exists() or not log.stat().st_size:
        yield f"{path.as_uri()}?immutable=1"
    with suppress(OSError), tempfile.TemporaryDirectory() as folder:
        for one in (path, log):
            shutil.copyfile(one, Path(folder, one.name))
        yield Path(folder, path.name).as_uri()


def _copy(file: sqlite3.Connection, memory: sqlite3.Connection, table: str, order: str) -> bool:
    """From both ends of the table; whether it could be read at once."""
    known = {str(column[1]) for column in memory.execute(f"PRAGMA table_info({table})")}
    seen = set()
    for direction in ("ASC", "DESC"):
        try:
            found = file.execute(f"SELECT * FROM {table} ORDER BY {order} {direction}")  # noqa: S608 - our own names
            names = [column[0] for column in found.description]
            for row in found:
                if row not in seen:
                    seen.add(row)
                    values = {name: value for name, value in zip(names, row, strict=True) if name in known}
                    _put(memory, table, values)
        except (sqlite3.Error, ValueError):  # SQLite's message about a damaged page may not be text
            continue
        return direction == "ASC"
    return False


def _put(memory: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    places = ", ".join(f":{name}" for name in values)
    with suppress(sqlite3.Error):  # incomplete, or of another type than its column
        memory.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) VALUES ({places})", values)  # noqa: S608 - known names


def _lossy(data: bytes) -> str:
    return data.decode("utf-8", "replace")
