"""Fingerprints of the files that programs run from, remembered by what the file is and not by what it is called."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections import OrderedDict

from host.elf import build_id
from rules.games import Catalogue, Fingerprint

_MOST = 4096
_BLOCK = 1 << 20

Key = tuple[int, int, int, int, int]


def key(found: os.stat_result) -> Key:
    """Changes when the file or its content does: device, inode, size, and both stamps in nanoseconds."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Images:
    """`open` may follow links of /proc into other mount namespaces and to files that are deleted by now."""

    def __init__(self, largest: int | None = None) -> None:
        """No file larger than `largest` is hashed."""
        self._largest = largest
        self._known: OrderedDict[Key, tuple[str | None, str | None]] = OrderedDict()

    def open(self, path: str, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        """The fingerprint of the plain file at `path`, called `shown`. None: there is none, or we may not read it."""
        try:
            found = os.stat(path)  # noqa: PTH116 - run for every program that starts
            if not stat.S_ISREG(found.st_mode):
                return None
            if (known := self._recall(found, shown, catalogue)) is not None:
                return known
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            return None
        try:
            return self.read(handle, os.fstat(handle), shown, catalogue)
        except OSError:
            return None
        finally:
            os.close(handle)

    def read(self, handle: int, found: os.stat_result, shown: str, catalogue: Catalogue) -> Fingerprint:
        """The fingerprint of an open plain file. OSError."""
        known = self._recall(found, shown, catalogue)
        if known is not None:
            return known
        with io.FileIO(handle, closefd=False) as file:
            build = build_id(file)
            digest = _sha256(file) if self._hashes(found.st_size, catalogue) else None
        self._known[key(found)] = (build, digest)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return Fingerprint(shown, found.st_size, digest, build)

    def _recall(self, found: os.stat_result, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        known = self._known.get(key(found))
        if known is None:
            return None
        build, digest = known
        if digest is None and self._hashes(found.st_size, catalogue):  # a catalogue that came later wants it
            return None
        self._known.move_to_end(key(found))
        return Fingerprint(shown, found.st_size, digest, build)

    def _hashes(self, size: int, catalogue: Catalogue) -> bool:
        return (self._largest is None or size <= self._largest) and catalogue.wants_sha256(size)


def _sha256(file: io.FileIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()
