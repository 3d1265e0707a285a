"""A home in one file: its databases, each as it was at one moment, and its keys and settings as they lie there. And back.

Needs no server: it is made while they run, and put back while they do not. Keys are in it as they open everywhere, whoever
keeps or seals them here, so that a home outlives its PC. What does not open is of use on the same PC only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from host import choose, files, restored, room, secrets
from host.backed_up import AGENTS_KEYS, CONTENTS, DAMAGE, KEYS, PARTS, Backup, BackupError, BadBackupError, Contents
from host.homes import Home, HomeError, lock
from host.restored import Restored
from i18n.message import msg, said_by

_BUSY_S: Final = 30
_PIECE: Final = 1 << 20


def nothing(home: Home) -> BackupError:
    """The error that says that nobody ever ran there."""
    return BackupError(msg("{folder}: nothing of Giờ Chơi is there", folder=str(home.root)))


def make(home: Home, folder: Path, made: int, zone: str = "") -> Path:
    """The backup, as a file in `folder`, which is ours and empty; `zone` is the place's. BackupError."""
    try:
        found = [*_databases(home, folder), *_small(home, folder)]
        if not found:
            raise nothing(home)
        sums = {name: _sum(folder / name) for name in found}
        contents = Contents(made, sums, sealed=_without_keys(folder), zone=zone)
        backup = folder / "backup.zip"
        with _private(backup) as whole, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            file.writestr(CONTENTS, msgspec.json.format(msgspec.json.encode(contents, order="sorted"), indent=2))
            for name in found:
                file.write(folder / name, name)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(msg("{folder}: cannot be saved: {why}", folder=str(home.root), why=said_by(error))) from error
    return backup


def _databases(home: Home, to: Path) -> Iterator[str]:
    """Copies them. The seat's is no newer than the agent's; the agent's three are of one moment."""
    for part, folder in (("daemon", home.daemon), ("agent", home.agent)):
        names = [name for name in PARTS[part] if name.endswith(".db") and _there(folder / name)]
        if not names:
            continue
        (to / part).mkdir()
        with ExitStack() as stack:
            for name, one in zip(names, _at_one_moment(stack, [folder / name for name in names]), strict=True):
                _fill(to / part / name, one)
        yield from (f"{part}/{name}" for name in names)


def _at_one_moment(stack: ExitStack, paths: list[Path]) -> list[sqlite3.Connection]:
    """Connections that go on reading what there is now, for as long as `stack` keeps them; nobody who writes waits for that.

    The last is the first to be fixed: personal data is written after its entry, and is none without it.
    """
    with _opened(paths[0]) as gate:
        # As long as nobody writes to the first, nothing of what the others have to agree with it on changes.
        gate.execute("BEGIN IMMEDIATE")
        found = [stack.enter_context(_opened(path)) for path in paths]
        for one in reversed(found):
            one.execute("BEGIN")
            one.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # what it reads is fixed from here on
        gate.execute("ROLLBACK")
    return found


def _fill(copy: Path, source: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(copy)) as to:
        source.backup(to)


def _small(home: Home, to: Path) -> Iterator[str]:
    """Copies keys and settings."""
    for name in (*(f"{part}/{name}" for part, names in PARTS.items() for name in names if not name.endswith(".db")), KEYS):
        path = home.root / name
        content = secrets.opened(home, path.parent, path.name) if path.suffix == ".key" else _read(path)
        if content is not None:
            (to / name).parent.mkdir(exist_ok=True)
            files.write_atomic(to / name, content)
            yield name


def _private(path: Path) -> BinaryIO:
    """A new file that nobody else reads or writes, whatever the umask."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _there(path: Path) -> bool:
    """OSError if it cannot be told."""
    try:
        with choose.files().acting_for(path.parent), path.open("rb"):
            return True
    except FileNotFoundError:
        return False


def _read(path: Path) -> bytes | None:
    """A small file; None if it is not there. OSError."""
    try:
        with choose.files().acting_for(path.parent), path.open("rb") as file:
            return file.read(files.LIMIT)
    except FileNotFoundError:
        return None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Opened as whoever owns the folder, with what SQLite has beside it, so that no link there leads to what is not theirs."""
    with ExitStack() as stack:
        with choose.files().acting_for(path.parent):
            connection = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S)))
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        yield connection


def _copy(path: Path, to: Path) -> None:
    with _opened(path) as source, choose.files().acting_for(to.parent):
        _fill(to, source)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- back -----------------------------------------------------------------------------------------------------------------


def restore(home: Home, backup: Backup, parts: Collection[str], folder: Path) -> None:
    """Puts these `parts` back, while nobody runs in them. `folder` is ours, empty, and has room for them. BackupError: nothing
    was changed; HomeError: somebody runs there, or only some of it could be written.
    """
    if missing := [part for part in parts if part not in backup.contents.parts()]:
        raise BadBackupError(msg("{path}: nothing of {part} is in it", path=str(backup.path), part=missing[0]))
    with ExitStack() as stack:
        for part in PARTS:  # who goes on must not go on meanwhile either: what it knows has to fit
            if (home.root / part).is_dir():
                with choose.files().acting_for(home.root / part):
                    stack.enter_context(lock(home.root / part))
        _unpack(home, backup, parts, folder)
        if "agent" in parts and (backup.contents.bound() or _without_keys(folder)):
            _same_keys(home, backup, folder)
        _mark(home, backup.contents, parts, folder)
        for part in parts:
            try:
                _put_back(home, home.root / part, folder / part, PARTS[part])
            except (OSError, sqlite3.Error) as error:
                text = msg("{folder}: only some of it could be put back, do it again: {why}", folder=part, why=said_by(error))
                raise HomeError(text) from error


def _unpack(home: Home, backup: Backup, parts: Collection[str], folder: Path) -> None:
    """The members that are wanted, checked. BackupError."""
    known, members, path = backup.contents.files, backup.members, str(backup.path)
    wanted = [name for name in known if name.partition("/")[0] in {*parts, "public"}]
    name = CONTENTS
    try:
        sizes = {name: members.getinfo(name).file_size for name in wanted}  # more than that zipfile does not unpack
        size = sum(sizes.values()) + room.taken(home.root, sizes)
        if size > shutil.disk_usage(folder).free:
            raise BackupError(msg("{folder}: no room for the {bytes} bytes of it", folder=str(folder.parent), bytes=size))
        for name in wanted:
            (folder / name).parent.mkdir(exist_ok=True)
            with members.open(name) as source, (folder / name).open("xb") as copy:
                shutil.copyfileobj(source, copy, _PIECE)
            if _sum(folder / name) != known[name]:
                raise _damaged(path, name)
            if name.endswith(".db"):
                _check(folder / name)
            if name == KEYS:
                (folder / name).read_text("utf-8")
    except OSError as error:
        raise BackupError(msg("{path}: cannot be unpacked: {why}", path=path, why=said_by(error))) from error
    except (sqlite3.Error, *DAMAGE) as error:  # what those say is for programmers
        raise _damaged(path, name) from error


def _without_keys(folder: Path) -> bool:
    """Whether those of the agent in it do not open everywhere, or only say, as older versions had it, who keeps them."""
    return not all(secrets.is_plain((folder / name).read_bytes()) for name in AGENTS_KEYS if (folder / name).exists())


def _same_keys(home: Home, backup: Backup, folder: Path) -> None:
    """BackupError: the agent that is here has others, could not go on with that log, and what it has itself would be lost; or
    there are none here either.
    """
    here, path = _read(home.root / KEYS), str(backup.path)
    lacks = (Path(name) for name in AGENTS_KEYS - backup.contents.files.keys())
    if here is None and any(secrets.opened(home, home.agent, name.name) is None for name in lacks):
        text = msg("{path}: the agent's keys are not in it, and there are none here; take another backup", path=path)
        raise BackupError(text)
    if here is not None and KEYS in backup.contents.files and here != (folder / KEYS).read_bytes():
        raise BackupError(msg("{path}: only the PC and system that it was made on can use it: the agent's keys are not in it, "
                              "and the agent here has others", path=path))  # fmt: skip


def _damaged(path: str, member: str) -> BadBackupError:
    return BadBackupError(msg("{path}: damaged: {member}; take another backup", path=path, member=member))


def _check(database: Path) -> None:
    with closing(sqlite3.connect(database)) as look:
        verdict = str(look.execute("PRAGMA quick_check(1)").fetchone()[0])
    if verdict != "ok":
        raise ValueError(verdict)


def _mark(home: Home, contents: Contents, parts: Collection[str], folder: Path) -> None:
    """Before anything else: whoever starts on a half of it has to know. A seat of this home follows an agent that came back."""
    keys = None
    if "agent" in parts and KEYS in contents.files:
        keys = (folder / KEYS).read_text("utf-8")
    for part in PARTS:
        if part in parts or (part == "daemon" and (home.daemon / "store.db").exists()):
            _write(home.root / part / restored.NAME, msgspec.json.encode(Restored(contents.made, keys)))


def _put_back(home: Home, folder: Path, source: Path, names: Collection[str]) -> None:
    for name in names:
        if not (source / name).exists():
            continue
        if name.endswith(".db"):
            _replace(folder / name, source / name)
        elif name.endswith(".key"):
            secrets.put_back(home, folder, name, (source / name).read_bytes())
        elif _read(folder / name) != (content := (source / name).read_bytes()):
            _write(folder / name, content)


def _replace(database: Path, source: Path) -> None:
    """In one transaction, so that the file stays whose it is; if what is there is no database any more, as a new one."""
    try:
        _copy(source, database)
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise  # what is there may be sound: the disk is full, or somebody holds it
        with choose.files().acting_for(database.parent):
            for path in (database, *(database.with_name(database.name + ending) for ending in ("-wal", "-shm", "-journal"))):
                with suppress(FileNotFoundError):
                    path.unlink()
        _copy(source, database)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with choose.files().acting_for(path.parent):
        files.write_atomic(path, content)
