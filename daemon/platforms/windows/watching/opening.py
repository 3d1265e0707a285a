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
from daemon.platforms.windows.reading.readers import step
from host.windows import mapped
from host.windows.sharing import open_shared
from host.windows.win32 import Handle, checked, function, kernel32

_BASIC_INFO = 0
_READ_FILE_USN_DATA = 0x9_00EB
_USN_AT = {2: 24, 3: 40}  # in USN_RECORD_V2 and V3 (winioctl.h)
_RECORD = 1024
_OVERLAPPED_BYTES, _AT_ONCE = 32, 1  # a shared lock, or none
_ALL = (0xFFFF_FFFF, 0x7FFF_FFFF)
_LOCK_VIOLATION = 33
_LONGEST = 32_768  # characters of a path

_kind = function(kernel32, "GetFileType", wintypes.DWORD, wintypes.HANDLE)
_control = function(
    kernel32, "DeviceIoControl", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD,
    ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD), ctypes.c_void_p,
)  # fmt: skip
_final_path = function(
    kernel32, "GetFinalPathNameByHandleW", wintypes.DWORD, wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD
)
_information = function(
    kernel32, "GetFileInformationByHandleEx", wintypes.BOOL, wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD
)

_lock = function(
    kernel32, "LockFileEx", wintypes.BOOL,
    wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p,
)  # fmt: skip
_unlock = function(
    kernel32, "UnlockFileEx", wintypes.BOOL, wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p
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


class Plain(io.FileIO):
    """Is read also where bytes of it are locked, as anybody can do who may read it."""

    def read(self, size: int | None = -1, /) -> bytes:
        at = self.tell()
        try:
            return self._plainly(size)
        except PermissionError:
            left = max(0, os.fstat(self.fileno()).st_size - at)
            wanted = left if size is None or size < 0 else min(size, left)
            found = mapped.read(msvcrt.get_osfhandle(self.fileno()), at, wanted) if wanted else b""
        self.seek(at + len(found))
        return found

    def _plainly(self, size: int | None) -> bytes:
        return super().read(size) or b""


def locked(file: BinaryIO) -> bool:
    """Whether somebody has locked bytes of it, so that those who read in Windows' own way do not get far."""
    handle, where = msvcrt.get_osfhandle(file.fileno()), ctypes.create_string_buffer(_OVERLAPPED_BYTES)
    if not _lock(handle, _AT_ONCE, 0, *_ALL, where):
        return ctypes.get_last_error() == _LOCK_VIOLATION
    _unlock(handle, 0, *_ALL, where)
    return False


@contextmanager
def opened(path: str) -> Iterator[tuple[Plain, Key]]:
    """A plain file, and its key as of now. OSError, also for what is no plain file; HeldError."""
    step()
    with open_shared(path) as handle:
        _kind(handle.value)  # asked here first, as the next call asks it, too, and keeps hold of the interpreter meanwhile
        number = msvcrt.open_osfhandle(handle.value, os.O_RDONLY)
        handle.detach()
    try:
        file = Plain(number, "rb")
    except OSError:  # a folder: of what it was given it closes nothing then
        os.close(number)
        raise
    with file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(None, "no plain file", path)
        yield file, key_of(file, path)


def key_of(file: BinaryIO, path: str) -> Key:
    """Changes when the file or its content does. Anybody can set back the time of the last write. Few know how to set back the
    time of the last change. Nobody can set back the number of its last entry in the volume's journal, where there is one. The
    streams of one file (`name.txt:game.exe`), which can be programs, have all that in common; so their name is in the key.
    """
    found = os.fstat(file.fileno())
    handle = msvcrt.get_osfhandle(file.fileno())
    basic = _Basic()  # stays 0 where it cannot be had
    _information(handle, _BASIC_INFO, ctypes.byref(basic), ctypes.sizeof(basic))
    number = hash((found.st_ino, stream)) if (stream := _stream(path)) else found.st_ino
    return (found.st_dev, number, found.st_size, found.st_mtime_ns, _journalled(handle) << 64 | basic.changed)


def _stream(path: str) -> str:
    """The name of the file's stream that a path leads to, in lower case; nothing for the file itself."""
    return path.partition(":")[2].partition(":")[2].casefold()


def _journalled(handle: int) -> int:
    buffer, length = ctypes.create_string_buffer(_RECORD), wintypes.DWORD()
    if not _control(handle, _READ_FILE_USN_DATA, None, 0, buffer, _RECORD, ctypes.byref(length), None):
        return 0
    record = buffer.raw[: length.value]
    at = _USN_AT.get(int.from_bytes(record[4:6], "little"))
    return 0 if at is None else int.from_bytes(record[at : at + 8], "little")
