"""Fingerprints on Linux: also of files in other mount namespaces, and of those that are deleted by now."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from operator import itemgetter
from typing import BinaryIO

from daemon.platforms import images
from daemon.platforms.by_turns import Turns
from daemon.platforms.hashing import Key, Stop, key, never, sha256
from daemon.platforms.images import Known, Looked, Wanted
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.reading import stamps
from daemon.platforms.linux.reading.lines import Found
from host.images import build_id, native
from rules.games import Catalogue, Fingerprint
from rules.programs import is_engine

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_NICENESS = 10


class Images(images.Images):
    """`open` may follow links of /proc. Nobody signs programs here. `held`: sizes and paths of files that could not be read as
    somebody holds a lease of them (fcntl(2), F_SETLEASE), which he is asked to give back, and in the end made to.
    """

    def __init__(
        self, largest: int | None = None, wall: Callable[[], int] = lambda: 0, pressed: Callable[[], Stop] = lambda: never
    ) -> None:
        """`wall`: Unix milliseconds now; without it whatever a user may write to is read anew."""
        super().__init__(largest, pressed)
        self._wall = wall
        self.held: dict[int, str] = {}
        self.seen = (0, 0)
        """Device and number of the file that was opened last."""
        self._fresh: set[Key] = set()  # of which was told just now what had taken long

    def hashed(self, this: Key, found: Looked | None) -> int | None:
        """As ever; and the reading that this brings about believes it, whatever stamps tell: else it would begin anew."""
        if len(self._fresh) >= images.MOST:
            self._fresh.clear()
        self._fresh.add(this)
        return super().hashed(this, found)

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
        self.seen = (found.st_dev, found.st_ino)
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size == 0 or calls.is_kernels(node):
            return Fingerprint(shown, found.st_size)
        this = key(found)
        if self.holds(this, node, found) and (known := self.recall(this, shown, catalogue)) is not None:
            return known
        try:
            handle = os.open(f"/proc/self/fd/{node}", _READ)  # the same file, whatever lies at the path by now
        except BlockingIOError:
            self.held[found.st_size] = shown
            return Fingerprint(shown, found.st_size)
        try:
            return self.read(handle, os.fstat(handle), shown, catalogue)
        finally:
            os.close(handle)

    def read(self, handle: int, found: os.stat_result, shown: str, catalogue: Catalogue) -> Fingerprint:
        """The fingerprint of an open plain file. OSError."""
        this = key(found)
        held = self.holds(this, handle, found)
        settled = held or stamps.settled(handle, found, self._wall())
        with open(handle, "rb", buffering=0, closefd=False) as file:
            if this in self._known and not held and this not in self._fresh:
                self._doubt(file, this)
            self._fresh.discard(this)
            image = self._read(file, this, shown, catalogue)
        if settled != self._known[this].settled:
            self._known[this] = replace(self._known[this], settled=settled)
        return image

    def by_now(
        self, files: tuple[Fingerprint, ...], numbers: Iterable[tuple[int, int]], catalogue: Catalogue
    ) -> tuple[Fingerprint, ...]:  # fmt: skip
        """With all that was found out of these, by device and number: they may have no names any more. As they were first, who
        may write to them since.
        """
        wanted = {(*number, one.size): one for one, number in zip(files, numbers, strict=True) if self.lack((one,), catalogue)}
        first: dict[tuple[int, int, int], tuple[int, Known]] = {}
        with self._lock:
            for this, known in self._known.items() if wanted else ():
                if (one := wanted.get(this[:3])) and known.build == one.build_id:
                    first[this[:3]] = min(first.get(this[:3], (this[4], known)), (this[4], known), key=itemgetter(0))
        now = {id(wanted[which]): known.named(wanted[which].path, which[2]) for which, (_, known) in first.items()}
        return tuple(replace(now.get(id(one), one), at=one.at) for one in files)

    def lack(self, files: tuple[Fingerprint, ...], catalogue: Catalogue) -> bool:
        """Whether something that would tell a game is still to be found out of these."""
        wants, late = catalogue.wants_sha256, self._late_sizes() if self._late else frozenset()
        return any((one.sha256 is None and wants(one.size)) or one.size in late for one in files)

    def _late_sizes(self) -> frozenset[int]:
        with self._lock:
            return frozenset(this[2] for _, this in self._late)

    def holds(self, this: Key, handle: int, found: os.stat_result | Found) -> bool:
        """Whether what is known of the file with this key, if anything is, is true of it still. OSError."""
        known = self._known.get(this)
        return known is not None and known.settled and stamps.tell(handle, found, self._wall())

    def _doubt(self, file: BinaryIO, this: Key) -> None:
        """Forget what may have changed. A large file's hash, which takes long, is believed as long as its build is the same."""
        known = self._known[this]
        if this[2] <= images.INLINE or self._first(file).build != known.build:
            del self._known[this]
        else:
            self._known[this] = replace(known, found=replace(known.found, loaded=("", 0)), asked=frozenset(), parts=frozenset())

    @staticmethod
    def calm() -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)

    def _first(self, file: BinaryIO) -> Known:
        return Known(build_id(file, is_engine), found=Looked(looked=True), native=native(file))

    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        digest = sha256(file.fileno(), stop) if wanted.digest else None
        return Looked(digest, loaded=wanted.within(file, stop))

    @staticmethod
    def owner(file: BinaryIO) -> int:
        return os.fstat(file.fileno()).st_uid

    def _aside(
        self, thread: Turns[Looked | None], file: BinaryIO, path: str, this: Key, wanted: Wanted
    ) -> Future[Looked | None]:
        mine = os.dup(file.fileno())

        def look() -> Looked | None:
            with open(mine, "rb", buffering=0, closefd=False) as again:
                found = self._look(again, path, wanted, self._stop)
            return found if key(os.fstat(mine)) == this else None

        done = thread.submit(look, self.owner(file))
        done.add_done_callback(lambda _: os.close(mine))
        return done
