"""Where a file lies, asked of the kernel alone (statx(2) with AT_STATX_DONT_SYNC): no file system of anybody's answers."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from contextlib import suppress

_libc = ctypes.CDLL(None, use_errno=True)
_libc.statx.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_char_p)
_AT_FDCWD, _NO_AUTOMOUNT, _DONT_SYNC = -100, 0x800, 0x4000
_INO, _SIZE, _MTIME, _CTIME = 0x100, 0x200, 0x40, 0x80
_FIELDS = struct.Struct("=32xQQ")  # stx_ino, stx_size
_STAMPS = struct.Struct("=96xqI4xqI4x")  # stx_ctime, stx_mtime
_DEVICE = struct.Struct("=136xII")  # stx_dev_major, stx_dev_minor
_Buffer = ctypes.c_char * 256

Image = tuple[int, int]
"""Device and inode of an executable."""


def image_at(path: str) -> Image:
    """Device and inode of what a link of /proc leads to; inode 0 on a FUSE that says no more to root. OSError."""
    try:
        buffer = _statx(path, _INO)
    except PermissionError:
        buffer = _statx(path, 0)
        return os.makedev(*_DEVICE.unpack_from(buffer)), 0
    return os.makedev(*_DEVICE.unpack_from(buffer)), _FIELDS.unpack_from(buffer)[0]


def image_of(pid: int) -> Image | None:
    """Of a process's executable. None: it is over, or the kernel's own thread."""
    with suppress(OSError):
        return image_at(f"/proc/{pid}/exe")
    return None


def stamped_at(path: str) -> tuple[int, ...] | None:
    """Device, inode, size and both stamps: what changes when the file does."""
    with suppress(OSError):
        buffer = _statx(path, _INO | _SIZE | _MTIME | _CTIME)
        return *_DEVICE.unpack_from(buffer), *_FIELDS.unpack_from(buffer), *_STAMPS.unpack_from(buffer)
    return None


def only_roots(found: os.stat_result) -> bool:
    """Whether only root can change the file."""
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _statx(path: str, mask: int) -> ctypes.Array[ctypes.c_char]:
    buffer = _Buffer()
    if _libc.statx(_AT_FDCWD, os.fsencode(path), _NO_AUTOMOUNT | _DONT_SYNC, mask, buffer):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return buffer
