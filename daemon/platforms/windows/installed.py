"""Whether a program lies where only an administrator can have put it: then its name can be believed."""

from __future__ import annotations

import ctypes
import ntpath
import os
import uuid
from ctypes import wintypes
from functools import cache

from host.windows import security
from host.windows.win32 import Handle, checked, function, kernel32

_shell32 = ctypes.WinDLL("shell32")
_ole32 = ctypes.WinDLL("ole32")
_known = function(
    _shell32, "SHGetKnownFolderPath", ctypes.c_long,
    ctypes.c_char_p, wintypes.DWORD, wintypes.HANDLE, ctypes.POINTER(ctypes.c_void_p),
)  # fmt: skip
_open = function(
    kernel32, "CreateFileW", wintypes.HANDLE,
    wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE,
)  # fmt: skip
_free = function(_ole32, "CoTaskMemFree", None, ctypes.c_void_p)

_READ_CONTROL, _SHARE_ALL, _EXISTING = 0x0002_0000, 7, 3
_ITSELF = 0x0220_0000  # FILE_FLAG_BACKUP_SEMANTICS, for folders too; FILE_FLAG_OPEN_REPARSE_POINT, not what a link leads to
# knownfolders.h: ProgramFiles, ProgramFilesX86, Windows
_FOLDERS = (
    "{905e63b6-c1bf-494e-b29c-65b732d3d21a}",
    "{7c5a40ef-a0fb-4bfc-874a-c0f2e0b9fa8e}",
    "{f38bf404-1d43-42f2-9305-67de0b28fc23}",
)
_INSTALLER = security.service_sid("TrustedInstaller")
_TRUSTED = frozenset({security.SYSTEM, security.ADMINS, _INSTALLER})


@cache
def places() -> tuple[str, ...]:
    """The folders that Windows itself keeps from users, in lower case, each with a backslash at its end."""
    found = []
    for folder in _FOLDERS:
        path = ctypes.c_void_p()
        if _known(uuid.UUID(folder).bytes_le, 0, None, ctypes.byref(path)) == 0 and path.value:
            found.append(ctypes.wstring_at(path.value).casefold().rstrip("\\") + "\\")
        _free(path)
    return tuple(dict.fromkeys(found))


def installed(path: str) -> bool:
    """Of an absolute path: it lies in one of those places, and nobody but administrators may change it or a folder above it."""
    place = next((one for one in places() if path.casefold().startswith(one)), None)
    return place is not None and all(only_administrators(one) for one in _upward(path, len(place) - 1))


def only_administrators(path: str) -> bool:
    """Whether nobody else owns or may change this file or folder. False where that is not seen."""
    try:
        with Handle(checked(_open(path, _READ_CONTROL, _SHARE_ALL, None, _EXISTING, _ITSELF, None))) as handle:
            owner, writers = security.owner_and_writers(handle.value)
    except OSError:
        return False
    return owner in _TRUSTED and writers <= _TRUSTED


def _upward(path: str, shortest: int) -> list[str]:
    found = []
    while len(path) >= shortest and path != ntpath.dirname(path):
        found.append(path)
        path = ntpath.dirname(path)
    return found or [os.fspath(path)]
