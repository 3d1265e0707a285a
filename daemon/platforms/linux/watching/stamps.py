"""Whether a file's size and stamps tell that its content is what it was."""

from __future__ import annotations

import os
import stat

from daemon.platforms.linux import calls
from daemon.platforms.linux.reading.lines import Found

# ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, tmpfs, ramfs, overlay, SquashFS, EROFS, ISO 9660: the stamp of the last change
# is the kernel's. Where there is none (FAT), or a server says what it likes (FUSE), who changed the content puts stamps back.
_HONEST = frozenset((
    0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x2FC12FC1, 0xCA451A4E, 0x01021994, 0x858458F6, 0x794C7630, 0x73717368,
    0xE0F5E1E2, 0x9660,
))  # fmt: skip
_NS = 1_000_000
_COARSE_MS = 2_000  # up to Linux 6.12 two changes within a tick of the clock may have one stamp


def tell(handle: int, found: os.stat_result | Found, wall: int) -> bool:
    """`found` is the open file's; `wall` in Unix milliseconds. OSError."""
    if found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return True
    return wall - found.st_ctime_ns // _NS > _COARSE_MS and calls.kind_of_filesystem(handle) in _HONEST
