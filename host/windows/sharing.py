"""Reading somebody's file without being in anybody's way: it can be written, renamed and deleted meanwhile."""

from __future__ import annotations

import ntpath
from pathlib import Path

from host.windows.win32 import INVALID_PARAMETER, Handle, open_file, open_itself

_READ_DATA, _READ_ATTRIBUTES = 0x1, 0x80
# SECURITY_SQOS_PRESENT: whatever is opened instead of a file learns nothing of us. FILE_FLAG_OPEN_REQUIRING_OPLOCK: where
# somebody holds an oplock, by which he could let us wait for ever, it fails instead. FILE_FLAG_BACKUP_SEMANTICS: with the
# privilege to back up it opens what its owner took from the system's account.
_UNWAITED = 0x10_0000 | 0x4_0000
_HOW = _UNWAITED | 0x200_0000
_SHORT = 240  # characters: from 248 on some calls need another way to write a path


def open_shared(path: str) -> Handle:
    """The file at this path, which may be of any length if it is absolute. OSError, also for no name that a file could have."""
    if "\0" in path:
        raise OSError(None, "NUL", path)
    return open_file(extended(path), _READ_DATA, _HOW)


def open_to_look(path: Path | str, access: int) -> Handle:
    """As `open_itself` what lies there, file or folder, for which it waits as little. OSError."""
    try:
        return open_itself(path, access, flags=_UNWAITED)
    except OSError as error:
        if error.winerror != INVALID_PARAMETER:
            raise
        return open_itself(path, access)  # a file system that has no oplocks for folders


def extended(path: str) -> str:
    r"""The path as `\\?\…` where it is long: so written it may be, and names nothing but itself."""
    if len(path) < _SHORT or path.startswith(("\\\\?\\", "\\\\.\\")):
        return path
    whole = ntpath.normpath(path)
    return f"\\\\?\\UNC{whole[1:]}" if whole.startswith("\\\\") else f"\\\\?\\{whole}"
