"""agent.db: made whole or not at all, checked before it is touched, written by one connection in whole transactions, and read
by another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from agent.store import migrations
from agent.store.tables import Tables
from host import files
from i18n.message import Arg, MessageError, msg, said_by

_MAGIC = b"SQLite format 3\0"
_DAMAGE = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


class StoreError(MessageError):
    """agent.db cannot be used or written."""


class Store:
    """The registry's tables. Each of the two connections is for one thread at a time."""

    def __init__(self, engine: Engine, reader: Engine, path: Path) -> None:
        self._path = path
        self._engines = (engine, reader)
        self._connection = engine.connect()
        self._reader = reader.connect()

    @property
    def raw(self) -> sqlite3.Connection:
        """The same connection for the agent's own journal, which lives in the same transactions."""
        raw = self._connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - tells the type checker what `_connect` made
        return raw

    @contextmanager
    def transaction(self) -> Iterator[Tables]:
        """Everything written inside is durable after it, or nothing happened. StoreError if the disk says no."""
        with _one_line(self._path), self._connection.begin():
            yield Tables(self._connection)

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """As the last transaction left it, also while the next one is under way. StoreError."""
        with _one_line(self._path), self._reader.begin():
            yield Tables(self._reader)

    def compact(self) -> None:
        """Overwrite what was deleted, also in the file beside the database that changes go through. StoreError."""
        with _one_line(self._path):
            self.raw.execute("VACUUM")
            self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        for connection in (self._reader, self._connection):
            connection.close()
        for engine in self._engines:
            engine.dispose()


def create(path: Path, origin: str, guest_key: bytes) -> None:
    """Make an agent.db with nobody in it, in one durable step. StoreError."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrations.migrate(fresh)
        fresh.execute("INSERT INTO state (id, origin, number, note) VALUES (1, ?, 0, '')", (origin,))
        fresh.execute(
            "INSERT INTO place (id, place, zone, hours, name, certificate) VALUES (1, 'home', 'Asia/Ho_Chi_Minh', '', '', '')"
        )
        fresh.execute("INSERT INTO players (id, name, key, removed) VALUES ('guest', 'Khách', ?, 0)", (guest_key,))
        content = fresh.serialize()
    try:
        files.write_atomic(path, content, 0o600)
    except OSError as error:
        raise StoreError(msg("{path}: cannot be written: {why}", path=str(path), why=said_by(error))) from error


def open_store(path: Path) -> Store:
    """Open and migrate. StoreError if it is damaged, foreign or of a newer version: then the file is as it was, but for what a
    crash had left half written.
    """
    _check(path)
    with _one_line(path):
        store = Store(_engine(path, "BEGIN IMMEDIATE"), _engine(path, "BEGIN"), path)
        try:
            migrations.migrate(store.raw)
        except BaseException:
            store.close()
            raise
    return store


def refuse_foreign(path: Path, table: str) -> None:
    """StoreError if the database at `path` holds tables, but not `table`: whoever opened it as its own would write to it.

    Other damage is for its owner to find.
    """
    if not path.exists() or path.with_name(f"{path.name}-journal").exists():
        return  # none yet, or a crash that only a connection that may write can clear up
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as look:
            tables = {str(name) for (name,) in look.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise _unopened(path, error) from error
    if tables and table not in tables:
        raise _foreign(path)


def _check(path: Path) -> None:
    """Look, through a connection that cannot write, before anything new is written."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise StoreError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error))) from error
    if header[:16] != _MAGIC or int.from_bytes(header[68:72]) != migrations.APPLICATION_ID:
        raise _foreign(path)
    try:
        with closing(_look(path)) as look:
            found = migrations.version(look)
            verdict = str(look.execute("PRAGMA quick_check(1)").fetchone()[0])
            broken = look.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise _unopened(path, error) from error
    if found > len(migrations.STEPS):
        raise StoreError(msg("{path}: made by a newer version: update Giờ Chơi", path=str(path)))
    if verdict != "ok" or broken:
        raise _damaged(path, " ".join(verdict.split()) if verdict != "ok" else "foreign keys")


def _look(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. What a crash left half written, as one in the first start may, is undone before: that is
    what any program does that opens it, but only one that may write can.
    """
    try:
        return _opened(path)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
    with closing(sqlite3.connect(path)) as run:
        migrations.version(run)
    return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    look = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        migrations.version(look)
    except BaseException:
        look.close()
        raise
    return look


def _unopened(path: Path, error: sqlite3.Error) -> StoreError:
    """A disk that is full, of bytes or of files, or that only lets us read, damages nothing; nor does who else has it open."""
    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGE:
        return _damaged(path, said_by(error))
    return StoreError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error)))


def _damaged(path: Path, why: Arg) -> StoreError:
    return StoreError(msg("{path}: damaged ({why}); restore a backup", path=str(path), why=why))


def _foreign(path: Path) -> StoreError:
    return StoreError(msg("{path}: not a database of Giờ Chơi; restore a backup", path=str(path)))


def _engine(path: Path, begin: str) -> Engine:
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: transactions begin where the engine is told to, not where sqlite3 guesses.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    return connection


@contextmanager
def _one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        why = said_by(getattr(error, "orig", None) or error)  # of SQLAlchemy's error what SQLite said
        raise StoreError(msg("{path}: cannot be written, nothing changed: {why}", path=str(path), why=why)) from error
