"""Copies of what services keep, taken before a newer version opens it, and the way back.

A copy lies where only SYSTEM and administrators write, and each file in it has its owner: put back by renaming, a service finds
files that it believes. Nothing is followed: a folder is held open while it is read, so that whoever may write to it makes no
junction of it meanwhile, and only plain files are copied. Folders in it (`updates`) are made anew by whoever needs them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import win32api
import win32file
import win32security

from host.windows.descriptors import attributes, descriptor_of, make_folder, protect, sddl_for
from host.windows.sids import sddl
from host.windows.tokens import take_up
from host.windows.win32 import READ_CONTROL, WRITE_DAC, AsOSError, Handle, open_itself

KEPT: Final = "before-upgrade"
_PART, _FAILED, _DONE = f"{KEPT}.part", f"{KEPT}.failed", f"{KEPT}.done"
_NOT_KEPT = frozenset({"lock"})
_READ, _WRITE, _WRITE_OWNER = 0x8000_0000, 0x4000_0000, 0x8_0000
_SHARE_READ, _CREATE_NEW = 1, 1
_IS_FOLDER, _IS_REPARSE_POINT = 0x10, 0x400
_TRIES, _PAUSE_MS = 20, 500  # a virus scanner looks at what was just written


def keep(root: Path, names: Iterable[str], note: tuple[str, bytes]) -> None:
    """Copy the files in these folders of `root`, and lay a note to them: its name, its bytes. OSError.

    A copy that was there, and never put back, stays under another name.
    """
    take_up("SeRestorePrivilege")  # which owners other than ourselves need
    part = root / _PART
    remove(part)
    make_folder(part, sddl_for(0o700, folder=True))
    for name in names:
        if os.path.lexists(root / name):
            _copy(root / name, part / name)
    (part / note[0]).write_bytes(note[1])
    if os.path.lexists(root / KEPT):
        rename(root / KEPT, free(root / KEPT))
    rename(part, root / KEPT)


def put_back(root: Path, folders: Mapping[str, str]) -> None:
    """Have these folders, each with its descriptor, as they were; without a whole copy they stay as they are. OSError.

    If it fails, each is still there, as it is or as it was, and the copies of those that are not back.
    """
    kept, failed = root / KEPT, root / _FAILED
    if not os.path.lexists(kept):
        return
    remove(failed)
    make_folder(failed, sddl_for(0o700, folder=True))
    for name, descriptor in folders.items():
        _swap(kept / name, root / name, failed / name, descriptor)
    remove(kept)
    with suppress(OSError):
        remove(failed)


def forget(root: Path) -> None:
    """The copy is needed no more. OSError."""
    if os.path.lexists(root / KEPT):
        remove(root / _DONE)
        rename(root / KEPT, root / _DONE)
    for name in (_DONE, _PART, _FAILED):
        remove(root / name)


def remove(path: Path) -> None:
    """Erase it and what is in it; of a link or junction, only itself. OSError."""
    try:
        found = path.lstat().st_file_attributes
    except FileNotFoundError:
        return
    if not found & _IS_FOLDER:
        path.unlink()
        return
    if not found & _IS_REPARSE_POINT:
        with _held(path):
            for one in [*path.iterdir()]:
                remove(one)
    path.rmdir()


def rename(source: Path, target: Path) -> None:
    """Tried for ten seconds. OSError."""
    for left in range(_TRIES, 0, -1):
        try:
            source.rename(target)
            return
        except PermissionError:
            if left == 1:
                raise
        win32api.Sleep(_PAUSE_MS)


def free(path: Path) -> Path:
    """A name beside it that is not taken."""
    number = 1
    while os.path.lexists(path.with_name(f"{path.name}.{number}")):
        number += 1
    return path.with_name(f"{path.name}.{number}")


def _swap(kept: Path, folder: Path, failed: Path, descriptor: str) -> None:
    if os.path.lexists(kept):
        with open_itself(kept, READ_CONTROL | WRITE_DAC) as handle:
            protect(handle.value, descriptor)
    if os.path.lexists(folder):
        rename(folder, failed)
    if os.path.lexists(kept):
        try:
            rename(kept, folder)
        except OSError:
            if os.path.lexists(failed):
                rename(failed, folder)
            raise


def _held(folder: Path) -> Handle:
    """The folder, a real one, open so that nobody renames it or makes a junction of it. OSError."""
    handle = open_itself(folder, _READ, share=_SHARE_READ)
    if folder.lstat().st_file_attributes & (_IS_FOLDER | _IS_REPARSE_POINT) != _IS_FOLDER:
        handle.close()
        raise NotADirectoryError(f"{folder}: not a real folder")
    return handle


def _copy(folder: Path, into: Path) -> None:
    with _held(folder):
        make_folder(into, sddl_for(0o700, folder=True))
        for path in folder.iterdir():
            if path.name not in _NOT_KEPT and not path.lstat().st_file_attributes & (_IS_FOLDER | _IS_REPARSE_POINT):
                _copy_file(path, into / path.name)


def _copy_file(path: Path, into: Path) -> None:
    with open_itself(path, _READ, share=_SHARE_READ) as source:
        owner, _ = descriptor_of(source.value)
        if win32file.GetFileInformationByHandle(source.value)[0] & (_IS_FOLDER | _IS_REPARSE_POINT):
            return  # it became one just now
        ours, rights = attributes(sddl_for(0o600, folder=False)), _WRITE | READ_CONTROL | WRITE_DAC | _WRITE_OWNER
        with open_itself(into, rights, share=0, how=_CREATE_NEW, attributes=ours) as made:
            give(made.value, owner)
            into_file = made.into_file(os.O_WRONLY)
            with os.fdopen(source.into_file(os.O_RDONLY), "rb") as read, os.fdopen(into_file, "wb") as written:
                shutil.copyfileobj(read, written, 1 << 20)
                written.flush()
                os.fsync(written.fileno())


def give(handle: int, owner: str) -> None:
    """Have the file belong to this account, for SYSTEM, administrators and it alone; by a handle with WRITE_OWNER. OSError."""
    what = win32security.OWNER_SECURITY_INFORMATION | win32security.DACL_SECURITY_INFORMATION
    what |= win32security.PROTECTED_DACL_SECURITY_INFORMATION
    with AsOSError(owner):
        text = sddl(0o600, owner, folder=False)
        made = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(text, win32security.SDDL_REVISION_1)
        sid, dacl = made.GetSecurityDescriptorOwner(), made.GetSecurityDescriptorDacl()
        win32security.SetSecurityInfo(handle, win32security.SE_FILE_OBJECT, what, sid, None, dacl, None)  # type: ignore[arg-type] # None: as it is
