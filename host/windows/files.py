"""Folders, files and locks on Windows (api.Files). Modes are access lists: see host.windows.sids.sddl.

Nothing is followed at a path's end: a link, junction or other reparse point is opened itself, seen and refused.
"""

from __future__ import annotations

import ctypes
import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import wintypes
from pathlib import Path
from typing import BinaryIO

import win32api
import win32file

from host.api import Kind, TakenError, UntrustedError, UserId
from host.windows import users
from host.windows.descriptors import attributes, descriptor_of, make_folder, owner_and_writers, protect, sddl_for
from host.windows.sids import ADMINS, SYSTEM, readers, sddl, service_sid, writers
from host.windows.tokens import elevated, own_sid, take_up
from host.windows.vault import is_sealed, seal, unseal
from host.windows.win32 import (
    ACCESS_DENIED,
    READ_CONTROL,
    WRITE_DAC,
    AsOSError,
    Handle,
    checked,
    function,
    kernel32,
    open_itself,
)
from i18n.message import msg

__all__ = [
    "acting_for", "is_sealed", "lock", "open_owned", "owner", "prepare", "private_root", "privileged", "publishers",
    "read_owned", "seal", "sealed_by", "serves_system", "system_root", "unseal", "vet", "write_atomic",
]  # fmt: skip

_P = ctypes.c_void_p
_READ, _WRITE, _LOOK = 0x8000_0000, 0x4000_0000, READ_CONTROL | 0x0080  # FILE_READ_ATTRIBUTES
_SHARE_READ_WRITE = 3
_CREATE_NEW, _OPEN_ALWAYS = 1, 4
_IS_FOLDER, _IS_REPARSE_POINT = 0x10, 0x400
_REPLACE_THROUGH = win32file.MOVEFILE_REPLACE_EXISTING | win32file.MOVEFILE_WRITE_THROUGH
_SHARING_VIOLATION, _LOCK_VIOLATION = 32, 33
_LOCKED_BYTE = 1 << 30  # far behind the pid, which anybody may read
_WAITS = (5, 10, 20, 40, 80, 160, 320)  # milliseconds: a reader or a virus scanner has it open for a moment
_SERVICES = (service_sid("giochoi-agent"), service_sid("giochoi-uplink"))  # those with accounts of their own
_acting: list[str] = []  # whose files we make
_PROGRAM_DATA = uuid.UUID("62AB5D82-FDC1-4DC3-A9DD-070D1D495D97")
_LOCAL_APP_DATA = uuid.UUID("F1B32785-6FBA-4FCF-9D55-7B8E7F157091")


class _Information(ctypes.Structure):  # BY_HANDLE_FILE_INFORMATION
    _fields_ = (
        ("attributes", wintypes.DWORD), ("times", wintypes.FILETIME * 3), ("volume", wintypes.DWORD),
        ("size_high", wintypes.DWORD), ("size_low", wintypes.DWORD), ("links", wintypes.DWORD), ("id", wintypes.DWORD * 2),
    )  # fmt: skip


_information = function(
    kernel32, "GetFileInformationByHandle", wintypes.BOOL, wintypes.HANDLE, ctypes.POINTER(_Information)
)
_known_folder = function(
    ctypes.WinDLL("shell32"), "SHGetKnownFolderPath", ctypes.HRESULT,
    ctypes.c_char_p, wintypes.DWORD, wintypes.HANDLE, ctypes.POINTER(_P),
)  # fmt: skip
_free = function(ctypes.WinDLL("ole32"), "CoTaskMemFree", None, _P)


def privileged() -> bool:
    return elevated()


def serves_system() -> bool:
    """The agent's own account is told its home by its service's command line."""
    return elevated()


def owner() -> UserId:
    return own_sid()


def publishers(_kind: Kind) -> frozenset[UserId]:
    """In every home: a service may be installed on any."""
    return frozenset({SYSTEM, ADMINS, own_sid(), *_SERVICES})


def system_root() -> Path:
    return known_folder(_PROGRAM_DATA) / "GioChoi"


def private_root() -> Path:
    return known_folder(_LOCAL_APP_DATA) / "giochoi"


def known_folder(folder: uuid.UUID) -> Path:
    """A known folder as the system has it, not as the environment says. OSError."""
    found = _P()
    try:
        _known_folder(folder.bytes_le, 0, None, ctypes.byref(found))
        return Path(ctypes.wstring_at(found.value or 0))
    finally:
        _free(found)


def prepare(folder: Path, mode: int) -> None:
    try:
        handle = open_itself(folder, _LOOK)
    except FileNotFoundError:
        folder.parent.mkdir(parents=True, exist_ok=True)
        make_folder(folder, sddl_for(mode, folder=True))
        handle = open_itself(folder, _LOOK)
    with handle:
        _check(handle, folder, mode)


def _check(handle: Handle, folder: Path, mode: int) -> None:
    if _look(handle).attributes & (_IS_FOLDER | _IS_REPARSE_POINT) != _IS_FOLDER:
        raise UntrustedError(msg("not a real folder"))
    ours = _ours()
    whose, entries = descriptor_of(handle.value)
    if whose not in ours:
        raise _of_another(whose)
    if others := writers(entries, whose) - ours:
        raise UntrustedError(msg("{who} may write to it: take that right away", who=users.named(others)))
    if not mode & 0o77 and readers(entries, whose) - ours and whose in _mine():
        with open_itself(folder, _LOOK | WRITE_DAC) as opened:
            protect(opened.value, sddl_for(mode, folder=True))


@contextmanager
def acting_for(folder: Path) -> Iterator[None]:
    """What an administrator makes in a folder that is lent to a service is the service's, which takes no keys but its own."""
    whose = _lent_to(folder) if elevated() else None
    if whose is None:
        yield
        return
    take_up("SeRestorePrivilege")  # which owners other than ourselves need
    _acting.append(whose)
    try:
        yield
    finally:
        _acting.pop()


def _lent_to(folder: Path) -> str | None:
    try:
        with open_itself(folder, _LOOK) as handle:
            writers = owner_and_writers(handle.value)[1]
    except FileNotFoundError:
        return None
    return next((sid for sid in _SERVICES if sid in writers and sid != own_sid()), None)


def sealed_by() -> str:
    return "dpapi"


def vet(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError), open_itself(path, _LOOK) as handle:
            if (whose := owner_and_writers(handle.value)[0]) not in _ours():
                raise UntrustedError(msg("{file} is owned by {who}", file=path.name, who=users.account(whose)))


def lock(file: Path) -> int:
    with _open_own(file, _OPEN_ALWAYS, _SHARE_READ_WRITE) as opened:
        try:
            with AsOSError(str(file)):
                win32file.LockFile(opened.value, _LOCKED_BYTE, 0, 1, 0)
        except OSError as failed:
            if failed.winerror != _LOCK_VIOLATION:
                raise
            raise TakenError(_holder(opened)) from failed
        handle = opened.into_file(os.O_RDWR)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, b"%d\n" % os.getpid())
    except OSError:
        os.close(handle)
        raise
    return handle


def _holder(handle: Handle) -> int:
    descriptor = handle.into_file(os.O_RDONLY)
    try:
        text = os.read(descriptor, 20).strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)


def read_owned(path: Path, owners: frozenset[UserId], limit: int) -> bytes:
    with open_owned(path, owners) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UntrustedError(msg("larger than {limit} bytes", limit=limit))
    return data


def open_owned(path: Path, owners: frozenset[UserId]) -> BinaryIO:
    with open_itself(path, _READ) as handle:
        found = _look(handle)
        on_disk = win32file.GetFileType(handle.value) == win32file.FILE_TYPE_DISK
        if not on_disk or found.attributes & (_IS_FOLDER | _IS_REPARSE_POINT):
            raise UntrustedError(msg("not a plain file"))
        whose, others = owner_and_writers(handle.value)
        if whose not in owners and not (whose in _mine() and own_sid() in owners):
            raise _of_another(whose)
        others -= {whose, *owners, *_ours()}
        if others:
            raise UntrustedError(msg("{who} may write to it", who=users.named(others)))
        return os.fdopen(handle.into_file(os.O_RDONLY), "rb")


def write_atomic(path: Path, data: bytes, mode: int) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    beside = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        _write(beside, data, mode)
        _replace(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor = _open_own(path, _CREATE_NEW, 0, mode).into_file(os.O_WRONLY)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(source: Path, target: Path) -> None:
    """Returns when the folder on the disk says so."""
    for wait in (*_WAITS, None):
        try:
            with AsOSError(str(target)):
                win32file.MoveFileExW(str(source), str(target), _REPLACE_THROUGH)
            return
        except OSError as failed:
            if wait is None or failed.winerror not in {ACCESS_DENIED, _SHARING_VIOLATION}:
                raise
        win32api.Sleep(wait)


def _open_own(path: Path, how: int, share: int, mode: int = 0o600) -> Handle:
    """A file to write, made with this mode if it is not there. OSError."""
    text = sddl(mode, _acting[-1], folder=False) if _acting else sddl_for(mode, folder=False)
    handle = open_itself(path, _READ | _WRITE, share=share, how=how, attributes=attributes(text))
    if _look(handle).attributes & (_IS_FOLDER | _IS_REPARSE_POINT):
        raise UntrustedError(msg("not a plain file"))
    return handle


def _look(handle: Handle) -> _Information:
    found = _Information()
    checked(_information(handle.value, ctypes.byref(found)), "GetFileInformationByHandle")
    return found


def _ours() -> set[str]:
    """Who may have and change what we use."""
    return {own_sid(), SYSTEM, ADMINS}


def _mine() -> set[str]:
    """Whose the files that we make are; those of all administrators are ours while we have their rights."""
    return {own_sid(), ADMINS} if elevated() else {own_sid()}


def _of_another(owner: str) -> UntrustedError:
    return UntrustedError(msg("owned by {who}, not by us", who=users.account(owner)))
