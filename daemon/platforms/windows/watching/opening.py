"""A file that is read without being in anybody's way, and what tells that it is still the same."""

from __future__ import annotations

import ctypes
import io
import msvcrt
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from typing import BinaryIO

from daemon.platforms.hashing import Key
from host.windows.win32 import Handle, checked, function, kernel32, open_shared

_BASIC_INFO = 0
_LONGEST = 32_768  # characters of a path

_kind = function(kernel32, "GetFileType", wintypes.DWORD, wintypes.HANDLE)
_final_path = function(
    kernel32, "GetFinalPathNameByHandleW", wintypes.DWORD, wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD
)
_information = function(
    kernel32, "GetFileInformationByHandleEx", wintypes.BOOL, wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD
)


class _Basic(ctypes.Structure):  # FILE_BASIC_INFO
    _fields_ = (
        ("created", ctypes.c_int64), ("read", ctypes.c_int64), ("written", ctypes.c_int64), ("changed", ctypes.c_int64),
        ("attributes", wintypes.DWORD),
    )  # fmt: skip


def final_path(handle: Handle) -> str:
    r"""Where this lies, as `\\?\…`. OSError."""
    buffer = ctypes.create_unicode_buffer(_LONGEST)
    checked(0 < _final_path(handle.value, buffer, _LONGEST, 0) < _LONGEST)
    return buffer.value


@contextmanager
def opened(path: str) -> Iterator[tuple[BinaryIO, Key]]:
    """A plain file, and its key as of now. OSError, also for what is no plain file."""
    with open_shared(path) as handle:
        _kind(handle.value)  # asked here first, as the next call asks it, too, and keeps hold of the interpreter meanwhile
        number = msvcrt.open_osfhandle(handle.value, os.O_RDONLY)
        handle.detach()
    try:
        file = io.FileIO(number, "rb")
    except OSError:  # a folder: of what it was given it closes nothing then
        os.close(number)
        raise
    with file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(None, "no plain file", path)
        yield file, key_of(file)


def key_of(file: BinaryIO) -> Key:
    """Changes when the file or its content does: few know how to set back the time of the last change."""
    found = os.fstat(file.fileno())
    basic = _Basic()  # stays 0 where it cannot be had
    _information(msvcrt.get_osfhandle(file.fileno()), _BASIC_INFO, ctypes.byref(basic), ctypes.sizeof(basic))
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, basic.changed)
