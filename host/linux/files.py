"""Folders, files and locks on Linux (api.Files)."""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from host.api import Kind, TakenError, UntrustedError, UserId
from host.linux import agent_account, users
from i18n.message import msg

_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def privileged() -> bool:
    return os.geteuid() == 0


def serves_system() -> bool:
    return os.geteuid() in {0, agent_account.uid()}


def owner() -> UserId:
    return os.geteuid()


def publishers(kind: Kind) -> frozenset[UserId]:
    agent = agent_account.uid() if kind == "system" else None
    return frozenset({0, os.geteuid()} if agent is None else {0, os.geteuid(), agent})


def system_root() -> Path:
    return Path("/var/lib/giochoi")


def system_run() -> Path:
    return Path("/run/giochoi")


def private_root() -> Path:
    # XDG Base Directory Specification: a relative value is to be ignored.
    data = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path("~/.local/share").expanduser()
    return base / "giochoi"


def prepare(folder: Path, mode: int) -> None:
    try:
        handle = os.open(folder, _FOLDER)
    except FileNotFoundError:
        _make(folder, mode)
        handle = os.open(folder, _FOLDER)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise UntrustedError(msg("not a real folder")) from error
        raise
    try:
        _check(handle, mode)
    finally:
        os.close(handle)


def _make(folder: Path, mode: int) -> None:
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=mode)


def _check(handle: int, mode: int) -> None:
    found = os.fstat(handle)
    if found.st_uid not in {os.geteuid(), 0}:
        raise _of_another(found)
    if found.st_mode & _OTHERS:
        raise UntrustedError(msg("others may write to it: take that right away (chmod go-w)"))
    looser = stat.S_IMODE(found.st_mode) & ~mode
    if looser and found.st_uid == os.geteuid():
        os.fchmod(handle, stat.S_IMODE(found.st_mode) & mode)


def vet(folder: Path) -> None:
    with os.scandir(folder) as found:
        for entry in found:
            with suppress(FileNotFoundError):  # the last act of a server that ends
                whose = entry.stat(follow_symlinks=False).st_uid
                if whose not in {os.geteuid(), 0}:
                    raise UntrustedError(msg("{file} is owned by {who}", file=entry.name, who=users.account(whose)))


def lock(file: Path) -> int:
    handle = _lockable(file)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):  # a full or read-only disk: nobody reads then who has it, but it is had
            os.ftruncate(handle, 0)
            os.pwrite(handle, b"%d\n" % os.getpid(), 0)
    except OSError as error:
        holder = _written(handle)
        os.close(handle)
        if isinstance(error, BlockingIOError):
            raise TakenError(int(holder) if holder.isdigit() else 0) from error
        raise
    return handle


def _written(handle: int) -> bytes:
    with suppress(OSError):  # where the disk took no file it is the folder, in which nothing is written
        return os.pread(handle, 20, 0).strip()
    return b""


def _lockable(file: Path) -> int:
    """The file, open. On a disk that takes nothing: to be read only or, as it is not there, the folder in its place."""
    always = os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | always, 0o600)
    except OSError as error:
        if error.errno not in {errno.EROFS, errno.ENOSPC, errno.EDQUOT}:
            raise
    with suppress(FileNotFoundError):
        return os.open(file, os.O_RDONLY | always)
    return os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | always)


def read_owned(path: Path, owners: frozenset[UserId], limit: int) -> bytes:
    handle = _open_owned(path, owners)
    try:
        if os.fstat(handle).st_size > limit:
            raise UntrustedError(msg("larger than {limit} bytes", limit=limit))
        return _read(handle, limit)
    finally:
        os.close(handle)


def open_owned(path: Path, owners: frozenset[UserId]) -> BinaryIO:
    return os.fdopen(_open_owned(path, owners), "rb")


def _open_owned(path: Path, owners: frozenset[UserId]) -> int:
    # O_NONBLOCK: a FIFO in the place of the file must not stop us.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise UntrustedError(msg("not a plain file"))
        if found.st_uid not in owners:
            raise _of_another(found)
        if found.st_mode & _OTHERS:
            raise UntrustedError(msg("others may write to it"))
    except OSError:
        os.close(handle)
        raise
    return handle


def _read(handle: int, limit: int) -> bytes:
    data = bytearray()
    while len(data) <= limit:
        piece = os.read(handle, 1 << 16)
        if not piece:
            return bytes(data)
        data += piece
    raise UntrustedError(msg("larger than {limit} bytes", limit=limit))


def write_atomic(path: Path, data: bytes, mode: int) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    name = f".{path.name}.{os.urandom(8).hex()}"
    try:
        try:
            _write(folder, name, data, mode)
            os.rename(name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            raise
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(folder: int, name: str, data: bytes, mode: int) -> None:
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, mode)
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def acting_for(folder: Path) -> Iterator[None]:
    found = folder.stat() if os.geteuid() == 0 and folder.is_dir() else None
    if found is None or found.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(found.st_gid)
    os.seteuid(found.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)


def sealed_by() -> str:
    return "file"


def seal(secret: bytes, *, machine: bool) -> bytes:
    """Encoded only: what binds it to an account is the file's mode."""
    return base64.b64encode(secret) + b"\n"


def is_sealed(_kept: bytes, *, machine: bool) -> bool:
    return True


def unseal(kept: bytes) -> bytes:
    return base64.b64decode(kept.strip(), validate=True)


def _of_another(found: os.stat_result) -> UntrustedError:
    return UntrustedError(msg("owned by {who}, not by us", who=users.account(found.st_uid)))
