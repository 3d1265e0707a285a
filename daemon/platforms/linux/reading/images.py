"""Fingerprints of files on Linux: also of those that are deleted by now or lie in another mount namespace."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import BinaryIO

from daemon.platforms import images
from daemon.platforms.hashing import Key, Stop, key, never, sha256
from daemon.platforms.images import Asks, Known, Looked, Wanted
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.places import only_roots
from host.images import build_id
from rules.games import Fingerprint
from rules.programs import is_engine

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
# ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, SquashFS, EROFS, ISO 9660: the stamp of the last change is the kernel's.
_HONEST = frozenset((
    0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x2FC12FC1, 0xCA451A4E, 0x73717368, 0xE0F5E1E2, 0x9660,
))  # fmt: skip
_NS = 1_000_000
_COARSE_MS = 2_000  # up to Linux 6.12 two changes within a tick of the clock may have one stamp


class Images(images.Images):
    """`open` may follow links of /proc. Nobody signs programs here."""

    def __init__(
        self, largest: int | None = None, wall: Callable[[], int] = lambda: 0, pressed: Callable[[], Stop] = lambda: never
    ) -> None:
        """`wall`: Unix milliseconds now; without it whatever a user may write to is read anew. `pressed` says for one
        file when its code was compared long enough.
        """
        super().__init__(largest)
        self._wall, self._pressed = wall, pressed
        self.unread = False
        """Whether a file that is there could not be read, since somebody set it to False."""

    def open(self, path: str, shown: str, catalogue: Asks) -> Fingerprint | None:
        """The fingerprint of the plain file at `path`, called `shown`. None: there is none. BlindError.

        Anybody may choose the path: nothing is opened for reading before it is known to be a file with content of its own.
        """
        try:
            node = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (OSError, ValueError) as error:  # ValueError: no name that a file could have
            if isinstance(error, OSError):
                procfs.check(error)
                self.unread = self.unread or isinstance(error, PermissionError)
            return None
        try:
            return self._at(node, shown, catalogue)
        except OSError as error:  # no rights, as on a FUSE of somebody's own, or somebody holds a lease of it
            procfs.check(error)
            self.unread = True
            return Fingerprint(shown, 0)
        finally:
            os.close(node)

    def _at(self, node: int, shown: str, catalogue: Asks) -> Fingerprint | None:
        found = os.fstat(node)
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size == 0 or calls.is_kernels(node):
            return Fingerprint(shown, found.st_size)
        this = key(found)
        if self.holds(this, node, found) and (known := self.recall(this, shown, catalogue)) is not None:
            return known
        handle = os.open(f"/proc/self/fd/{node}", _READ)  # the same file, whatever lies at the path by now
        try:
            return self.read(handle, os.fstat(handle), shown, catalogue)
        finally:
            os.close(handle)

    def read(self, handle: int, found: os.stat_result, shown: str, catalogue: Asks) -> Fingerprint:
        """The fingerprint of an open plain file. OSError."""
        this = key(found)
        if not self.holds(this, handle, found):
            self._known.pop(this, None)
        with open(handle, "rb", buffering=0, closefd=False) as file:
            return self._read(file, this, shown, catalogue, self._pressed())

    def holds(self, this: Key, handle: int, found: os.stat_result) -> bool:
        """Whether what is known of the file with this key, if anything is, is true of it still. OSError."""
        if this not in self._known:
            return False
        old = self._wall() - found.st_ctime_ns // _NS > _COARSE_MS
        return only_roots(found) or (old and calls.kind_of_filesystem(handle) in _HONEST)

    def _first(self, file: BinaryIO) -> Known:
        return Known(build_id(file, is_engine), found=Looked(looked=True))

    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        return Looked(sha256(file.fileno()) if wanted.digest else None)
