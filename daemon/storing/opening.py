"""Opens the daemon's database, whatever became of it: a damaged one is set aside and never deleted, and one that cannot be
written is read from a copy in memory. Limits need none of its writes, but most of what it holds.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from daemon.errors import DaemonError
from daemon.storing import salvage, schema
from daemon.storing.salvage import Keep, check, closed_if_not, of_our_shape
from host.files import write_atomic
from i18n.message import Arg, msg, said_by

BROKEN = "broken"  # the name in `meta` under which stands what became of a database
_BESIDE = ("-shm", "-wal", "")  # the file itself comes last: until then it is found by its name
_OF_THE_DISK = frozenset((3, 8, 10, 13, 14))  # sqlite.org/rescode.html: PERM, READONLY, IOERR, FULL, CANTOPEN
_OF_OTHERS = frozenset((5, 6))  # BUSY, LOCKED
_OF_THE_FILE = frozenset((11, 26))  # CORRUPT, NOTADB


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


def open_or_save(path: Path, wall: int, keep: Keep) -> Opened:
    """The database at `path`, made if it is not there. `keep` says of a table's row whether it can be one of ours.
    sqlite3.Error: there is none, and it cannot be made, or somebody has it open. DaemonError: made by a newer version.
    """
    with suppress(OSError):
        _finish(path, wall)
    fresh = not path.exists() or not path.stat().st_size
    try:
        return Opened(connect(path, keep), fresh=fresh)
    except sqlite3.Error as error:
        found = trouble(error)
        if found == "busy" or (found == "unwritable" and fresh):
            raise
        return _frozen(path, wall, keep, error) if found == "unwritable" else _damaged(path, wall, keep)


def connect(path: Path, keep: Keep) -> sqlite3.Connection:
    """Opens or makes it for reading and writing. sqlite3.Error, DaemonError."""
    db = sqlite3.connect(path, isolation_level=None)
    with closed_if_not(db):
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=ON")  # who is erased is to be gone from the disk
        if _version(db, path) < schema.SCHEMA:
            db.execute("BEGIN IMMEDIATE")
            schema.migrate(db)
            db.execute("COMMIT")
        check(db, keep)
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA user_version = {schema.SCHEMA}")  # a disk that only lets us read says so here
        db.execute("ROLLBACK")
    return db


def set_aside(path: Path, whole: sqlite3.Connection, wall: int) -> None:
    """Puts `whole` in the place of the file, which stays beside it under another name. If that is cut off at any moment, the
    next start finishes it. OSError.
    """
    write_atomic(_mended(path), whole.serialize())
    _finish(path, wall)


def _finish(path: Path, wall: int) -> None:
    if not _mended(path).exists():
        return
    kept = _kept(path, wall)
    for suffix in _BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(path.with_name(kept + suffix))
    _mended(path).rename(path)


def _mended(path: Path) -> Path:
    return path.with_name(f"{path.name}.mended")


def _kept(path: Path, wall: int) -> str:
    """A name that nothing has yet."""
    name = f"{path.name}.broken-{datetime.fromtimestamp(wall // 1000, UTC).strftime('%Y-%m-%d')}"
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(one for one in names if not path.with_name(one).exists())


def _damaged(path: Path, wall: int, keep: Keep) -> Opened:
    whole = _saved(path, wall, keep)
    try:
        set_aside(path, whole, wall)
        db = connect(path, keep)
    except (OSError, sqlite3.Error) as error:
        return Opened(whole, said_by(error), replace=True)
    except BaseException:
        whole.close()
        raise
    whole.close()
    return Opened(db)


def _frozen(path: Path, wall: int, keep: Keep, error: sqlite3.Error) -> Opened:
    """What is there, in memory."""
    try:
        return Opened(_copy(path, keep), said_by(error))
    except sqlite3.Error as other:
        return Opened(_saved(path, wall, keep), said_by(error), replace=trouble(other) in {"damaged", "wrong"})


def _copy(path: Path, keep: Keep) -> sqlite3.Connection:
    memory = _in_memory()
    with closed_if_not(memory):
        _read_into(path, memory)
        whole = bytearray(memory.serialize())
        whole[18:20] = b"\1\1"  # not WAL any more, which memory cannot have (sqlite.org/fileformat.html)
        memory.deserialize(bytes(whole))
        _version(memory, path)
        schema.migrate(memory)
        check(memory, keep)
    return memory


def _read_into(path: Path, memory: sqlite3.Connection) -> None:
    """Also from a disk that takes nothing: what is not yet in the file itself needs its -shm, else a folder elsewhere."""
    log = path.with_name(f"{path.name}-wal")
    pending = log.exists() and log.stat().st_size > 0
    ways = ["mode=ro"] if pending else ["mode=ro", "immutable=1"]
    for way in ways:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"{path.as_uri()}?{way}", uri=True)) as file:
            file.backup(memory)
            return
    try:
        with tempfile.TemporaryDirectory() as folder:
            for one in (path, log):
                shutil.copyfile(one, Path(folder, one.name))
            with closing(sqlite3.connect(Path(folder, path.name))) as file:
                file.backup(memory)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def _saved(path: Path, wall: int, keep: Keep) -> sqlite3.Connection:
    memory = _in_memory()
    schema.migrate(memory)
    salvage.save(path, memory, keep)
    memory.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BROKEN, broken(_kept(path, wall), wall)))
    return memory


def _in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def _version(db: sqlite3.Connection, path: Path) -> int:
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    if found > schema.SCHEMA:
        if of_our_shape(db):
            raise sqlite3.DatabaseError("its version is another one than its tables have")
        raise DaemonError(msg("{path}: made by a newer version: update Giờ Chơi", path=str(path)))
    return found
