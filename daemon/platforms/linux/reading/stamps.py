"""Whether a file's size and stamps tell that its content is what it was."""

from __future__ import annotations

import fcntl
import os
import signal

from daemon.platforms.linux import calls
from daemon.platforms.linux.reading.lines import Found
from daemon.platforms.linux.reading.places import only_roots

# ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, SquashFS, EROFS, ISO 9660: the stamp of the last change is the kernel's. Where
# there is none (FAT), or a server says what it likes (FUSE), who changed the content puts stamps back. In memory (tmpfs, ramfs)
# none tells of what is written by way of a map that was read first; nor does an overlay of who has the file below it open.
_HONEST = frozenset((
    0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x2FC12FC1, 0xCA451A4E, 0x73717368, 0xE0F5E1E2, 0x9660,
))  # fmt: skip
_NS = 1_000_000
_COARSE_MS = 2_000  # up to Linux 6.12 two changes within a tick of the clock may have one stamp


def tell(handle: int, found: os.stat_result | Found, wall: int) -> bool:
    """`found` is the open file's; `wall` in Unix milliseconds. OSError."""
    if only_roots(found):
        return True
    return wall - found.st_ctime_ns // _NS > _COARSE_MS and calls.kind_of_filesystem(handle) in _HONEST


def settled(handle: int, found: os.stat_result | Found, wall: int) -> bool:
    """Whether they will tell of any change to come, of a file that is open for reading. OSError."""
    return tell(handle, found, wall) and (only_roots(found) or alone(handle))


def alone(handle: int) -> bool:
    """Whether nobody has it open for writing: a page that he has mapped, and written to once, he changes without another stamp.

    The kernel gives no lease then (fcntl(2), F_SETLEASE). Whoever opens it in the moment of ours waits for that moment.
    """
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)  # tells us of him; by default that is SIGIO, which ends a process
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return False
    return True
