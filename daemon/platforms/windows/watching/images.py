"""Fingerprints on Windows: no handle stays open, and none keeps a file from being changed, renamed or deleted."""

from __future__ import annotations

import msvcrt
import re
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO

import win32api
import win32process

from daemon.platforms import images
from daemon.platforms.hashing import Key, Stop, never, sha256
from daemon.platforms.images import Known, Looked, Wanted
from daemon.platforms.windows.watching.opening import opened
from host.images import build_id
from host.pe import version
from host.windows.signer import signer_of
from host.windows.win32 import AsOSError
from rules.games import Catalogue, Fingerprint
from rules.programs import is_engine

# A file of this machine. Others can keep us waiting, and could ask who we are.
_LOCAL = re.compile(r"(?:\\\\\?\\)?[A-Za-z]:[\\/].*", re.DOTALL)
# No lower: whoever is put aside while it holds the interpreter's lock puts the loop aside.
_BELOW_NORMAL = win32process.THREAD_PRIORITY_BELOW_NORMAL
_MOST_WAITING = 64  # files of one account


class Images(images.Images):
    """`start` and `stop` on the loop's thread. Before `start` all is read at once."""

    def __init__(self, largest: int | None = None, pressed: Callable[[], Stop] = lambda: never) -> None:
        """`pressed` says for one file when its code was compared long enough while somebody waits."""
        super().__init__(largest)
        self._pressed = pressed
        self._tell: Callable[[int], None] | None = None
        self._slow: dict[str, ThreadPoolExecutor] = {}
        self._late: set[tuple[str, Key]] = set()

    def start(self, tell: Callable[[int], None]) -> None:
        """From now on what takes long is read on a thread of its own for each account. `tell` gets the size of a file of which
        more is known then, on that thread.
        """
        self._tell = tell

    def stop(self) -> None:
        """Nothing is told any more."""
        self._tell = None
        with self._lock:
            slow, self._slow, self._late = self._slow, {}, set()
        for thread in slow.values():
            thread.shutdown(wait=False, cancel_futures=True)

    def open(self, path: str, catalogue: Catalogue) -> Fingerprint | None:
        """The fingerprint of the plain file at this absolute path. None: no drive of this PC has it, or we may not read it."""
        if not _LOCAL.fullmatch(path):
            return None
        tell = self._tell
        try:
            with opened(path) as (file, this):
                found = self._read(file, this, path, catalogue, self._pressed() if tell else never, soon=tell is not None)
        except (OSError, ValueError):  # ValueError: no name that a file could have
            return None
        if tell and self.recall(this, path, catalogue) is None:
            self._later(threading.current_thread().name, this, path, catalogue, tell)
        return found

    def _later(self, account: str, this: Key, path: str, catalogue: Catalogue, tell: Callable[[int], None]) -> None:
        """The thread that asks is its account's."""
        with self._lock:
            if (account, this) in self._late or Counter(one for one, _ in self._late)[account] >= _MOST_WAITING:
                return
            self._late.add((account, this))
            if account not in self._slow:
                self._slow[account] = ThreadPoolExecutor(1, "slow-looks", _calm)
            self._slow[account].submit(self._whole, account, this, path, catalogue, tell)

    def _whole(self, account: str, this: Key, path: str, catalogue: Catalogue, tell: Callable[[int], None]) -> None:
        """What is another file by now, or cannot be read, tells nothing, and can be asked for again."""
        read = False
        with suppress(OSError), opened(path) as (file, here):
            if here == this:
                self._read(file, this, path, catalogue, self._stop)
                read = True
        with self._lock:
            self._late.discard((account, this))
        if read and not self._stop():
            tell(this[2])

    def _stop(self) -> bool:
        return self._tell is None

    def _first(self, file: BinaryIO) -> Known:
        said = version(file)
        return Known(build_id(file, is_engine), said.original_name, said.product_name)

    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        digest = sha256(file.fileno(), stop) if wanted.digest else None
        signer = signer_of(msvcrt.get_osfhandle(file.fileno()), path) if wanted.signer else None
        return Looked(digest, signer, wanted.signer)


def _calm() -> None:
    with suppress(OSError), AsOSError():
        win32process.SetThreadPriority(win32api.GetCurrentThread(), _BELOW_NORMAL)
