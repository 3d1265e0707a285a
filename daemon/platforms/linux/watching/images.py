"""Fingerprints of the files that programs run from, remembered by what the file is and not by what it is called."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable

from daemon.platforms.hashing import Key, key, sha256
from daemon.platforms.linux import calls, procfs
from host.images import build_id
from rules.games import Catalogue, Fingerprint
from rules.programs import is_engine

INLINE = 1 << 20
_MOST = 4096
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class Images:
    """`open` may follow links of /proc into other mount namespaces and to files that are deleted by now."""

    def __init__(self, largest: int | None = None) -> None:
        """No file larger than `largest` is hashed."""
        self._largest = largest
        self._known: OrderedDict[Key, tuple[str | None, str | None]] = OrderedDict()
        self._late: set[Key] = set()
        self.later: Callable[[int, Key], bool] | None = None
        """Takes over the hash of a large file: an open descriptor, which it has to copy, and its key. False: not now."""

    def open(self, path: str, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        """The fingerprint of the plain file at `path`, called `shown`. None: there is none, or we may not read it. BlindError.

        Anybody may choose the path: nothing is opened for reading, and by that perhaps consumed, before it is known to be a
        file with content of its own.
        """
        try:
            node = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (OSError, ValueError) as error:  # ValueError: no name that a file could have
            if isinstance(error, OSError):
                procfs.check(error)
            return None
        try:
            return self._at(node, shown, catalogue)
        except OSError as error:
            procfs.check(error)
            return None
        finally:
            os.close(node)

    def _at(self, node: int, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        found = os.fstat(node)
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size == 0 or calls.is_kernels(node):
            return Fingerprint(shown, found.st_size)
        if (known := self._recall(found, shown, catalogue)) is not None:
            return known
        handle = os.open(f"/proc/self/fd/{node}", _READ)  # the same file, whatever lies at the path by now
        try:
            return self.read(handle, os.fstat(handle), shown, catalogue)
        finally:
            os.close(handle)

    def read(self, handle: int, found: os.stat_result, shown: str, catalogue: Catalogue) -> Fingerprint:
        """The fingerprint of an open plain file. OSError."""
        known = self._recall(found, shown, catalogue)
        if known is not None:
            return known
        this = key(found)
        with open(handle, "rb", buffering=0, closefd=False) as file:
            build = build_id(file, is_engine)
        digest = None
        if self._hashes(found.st_size, catalogue):
            if found.st_size <= INLINE or self.later is None:
                digest = sha256(handle)
            elif this not in self._late and self.later(handle, this):
                self._late.add(this)
        self._known[this] = (build, digest)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return Fingerprint(shown, found.st_size, digest, build)

    def hashed(self, this: Key, digest: str | None) -> bool:
        """What `later` came to; None: it could not be read. Whether anything is known that was not before."""
        self._late.discard(this)
        if digest is None or this not in self._known:
            return False
        self._known[this] = (self._known[this][0], digest)
        return True

    def forget_late(self) -> None:
        """Nobody takes hashes over any more."""
        self.later = None
        self._late.clear()

    def _recall(self, found: os.stat_result, shown: str, catalogue: Catalogue) -> Fingerprint | None:
        this = key(found)
        known = self._known.get(this)
        if known is None:
            return None
        build, digest = known
        if digest is None and this not in self._late and self._hashes(found.st_size, catalogue):
            return None  # a catalogue that came later wants it, or there was no time for it
        self._known.move_to_end(this)
        return Fingerprint(shown, found.st_size, digest, build)

    def _hashes(self, size: int, catalogue: Catalogue) -> bool:
        return (self._largest is None or size <= self._largest) and catalogue.wants_sha256(size)
