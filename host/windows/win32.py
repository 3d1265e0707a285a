"""Calling Windows: one way to fail, and handles that are closed. Most is called by pywin32, what it lacks by ctypes.

A function's types for ctypes are given where it is used, and belong to that declaration alone: two modules that declare one
function differently do not disturb each other, as they would on the attributes of a shared DLL object.
"""

from __future__ import annotations

import ctypes
import msvcrt
import ntpath
import os
from ctypes import wintypes
from pathlib import Path
from typing import Any, Self

import pywintypes
import win32file

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

READ_CONTROL, WRITE_DAC = 0x0002_0000, 0x0004_0000
SHARE_ALL, OPEN_EXISTING = 7, 3
# SECURITY_SQOS_PRESENT: a pipe that is opened instead of a file learns nothing of us. FILE_FLAG_BACKUP_SEMANTICS: folders can
# be opened, and with the privilege to back up also what its owner took from the system's account.
_ANONYMOUS, _BACKUP_SEMANTICS, _OPEN_REPARSE_POINT = 0x0010_0000, 0x0200_0000, 0x0020_0000
_READ_DATA = 0x1
_SHORT = 240  # characters: from 248 on some calls need another way to write a path

# winerror.h
ACCESS_DENIED, INVALID_PARAMETER = 5, 87
BROKEN_PIPE, PIPE_BUSY, IO_PENDING = 109, 231, 997

_INVALID = ctypes.c_void_p(-1).value


class AsOSError:
    """Within it pywin32 fails as Python's own functions do: with an OSError about `what`, or else about the function called.

    A class, as what a generator raises keeps itself alive, and with it the handles of the function that it came from.
    """

    def __init__(self, what: str = "") -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, failed: BaseException | None, _trace: object) -> None:
        if isinstance(failed, pywintypes.error):
            raise OSError(None, failed.strerror, self._what or failed.funcname, failed.winerror) from None


class Unless:
    """The same, but a failure with one of these codes (winerror.h) is none."""

    def __init__(self, *codes: int) -> None:
        self._codes = codes

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, failed: BaseException | None, trace: object) -> bool:
        if isinstance(failed, pywintypes.error) and failed.winerror in self._codes:
            return True
        AsOSError().__exit__(kind, failed, trace)
        return False


def function(dll: ctypes.WinDLL, name: str, result: Any, *arguments: Any) -> Any:
    """The DLL's function of this name, with these types; it keeps the last error for `error`. AttributeError: it has none."""
    return ctypes.WINFUNCTYPE(result, *arguments, use_last_error=True)((name, dll))


def error(what: str = "", code: int | None = None) -> OSError:
    """What the last call failed with, or `code` (winerror.h), as Python's own functions would raise it."""
    number = ctypes.get_last_error() if code is None else code
    return OSError(None, ctypes.FormatError(number).strip(), what or None, number)


def checked(result: Any, what: str = "") -> Any:
    """`result`, unless it is 0, None or INVALID_HANDLE_VALUE, which is how calls say that they failed. OSError."""
    if not result or result == _INVALID:
        raise error(what)
    return result


_close = function(kernel32, "CloseHandle", wintypes.BOOL, wintypes.HANDLE)


class Handle:
    """A kernel handle of ours, closed once: by `close`, at the end of a with block, or when nobody holds it any more."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value

    def close(self) -> None:
        value, self.value = self.value, 0
        if value:
            _close(value)

    def detach(self) -> int:
        """The bare handle, which somebody else closes from now on."""
        value, self.value = self.value, 0
        return value

    def into_file(self, flags: int) -> int:
        """A file descriptor, which somebody else closes from now on, in its place. OSError: it is ours still."""
        number = msvcrt.open_osfhandle(self.value, flags | os.O_BINARY | os.O_NOINHERIT)
        self.detach()
        return number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def detached(handle: Any) -> int:
    """The bare handle of one of pywin32's, which closes itself no longer."""
    return int(handle.Detach())


def open_file(
    path: str, access: int, flags: int, *, share: int = SHARE_ALL, how: int = OPEN_EXISTING, attributes: Any = None
) -> Handle:
    """CreateFile: `attributes` are security attributes for what it makes. OSError."""
    with AsOSError(path):
        return Handle(detached(win32file.CreateFile(path, access, share, attributes, how, flags, None)))


def open_itself(
    path: Path | str, access: int, *, share: int = SHARE_ALL, how: int = OPEN_EXISTING, attributes: Any = None
) -> Handle:
    """What lies there itself, file or folder, and not what a link leads to. OSError."""
    flags = _ANONYMOUS | _BACKUP_SEMANTICS | _OPEN_REPARSE_POINT
    return open_file(str(path), access, flags, share=share, how=how, attributes=attributes)


def open_shared(path: str) -> Handle:
    """The file at this path, to be read while others write, rename or delete it. An absolute path may be of any length.
    Waits for whoever holds an oplock on it. OSError, also for no name that a file could have.
    """
    if "\0" in path:
        raise OSError(None, "NUL", path)
    return open_file(extended(path), _READ_DATA, _ANONYMOUS | _BACKUP_SEMANTICS)


def extended(path: str) -> str:
    r"""The path as `\\?\…` where it is long: so written it may be, and names nothing but itself."""
    if len(path) < _SHORT or path.startswith(("\\\\?\\", "\\\\.\\")):
        return path
    whole = ntpath.normpath(path)
    return f"\\\\?\\UNC{whole[1:]}" if whole.startswith("\\\\") else f"\\\\?\\{whole}"
