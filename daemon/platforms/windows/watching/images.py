"""Fingerprints on Windows: no handle stays open, and none keeps a file from being changed, renamed or deleted."""

from __future__ import annotations

import msvcrt
import re
import threading
from collections.abc import Hashable
from concurrent.futures import Future
from contextlib import suppress
from typing import BinaryIO

import win32api
import win32process

from daemon.platforms import images
from daemon.platforms.by_turns import Turns
from daemon.platforms.hashing import Key, Stop, sha256
from daemon.platforms.images import Known, Looked, Wanted
from daemon.platforms.windows.watching.opening import key_of, opened
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


class Images(images.Images):
    def open(self, path: str, catalogue: Catalogue) -> Fingerprint | None:
        """The fingerprint of the plain file at this absolute path. None: no drive of this PC has it, or we may not read it."""
        if not _LOCAL.fullmatch(path):
            return None
        try:
            with opened(path) as (file, this):
                return self._read(file, this, path, catalogue)
        except (OSError, ValueError):  # ValueError: no name that a file could have
            return None

    @staticmethod
    def calm() -> None:
        with suppress(OSError), AsOSError():
            win32process.SetThreadPriority(win32api.GetCurrentThread(), _BELOW_NORMAL)

    def _first(self, file: BinaryIO) -> Known:
        said = version(file)
        return Known(build_id(file, is_engine), said.original_name, said.product_name)

    @staticmethod
    def _sha256(file: BinaryIO, stop: Stop) -> str:
        def read(_: int, size: int, at: int) -> bytes:
            file.seek(at)
            return file.read(size) or b""

        return sha256(file.fileno(), stop, read)

    def _look(self, file: BinaryIO, path: str, wanted: Wanted, stop: Stop) -> Looked:
        digest = self._sha256(file, stop) if wanted.digest else None
        signer = signer_of(msvcrt.get_osfhandle(file.fileno()), path) if wanted.signer and not stop() else None
        return Looked(digest, signer, wanted.signer, wanted.within(file, stop))

    @staticmethod
    def owner(file: BinaryIO) -> Hashable:  # noqa: ARG004 - who owns a file there says little of who put it there
        return threading.current_thread().name  # the account, on a reader's thread

    def _aside(
        self, thread: Turns[Looked | None], file: BinaryIO, path: str, this: Key, wanted: Wanted
    ) -> Future[Looked | None]:
        def look() -> Looked | None:
            with opened(path) as (again, here):
                found = self._look(again, path, wanted, self._stop) if here == this else None
                return found if key_of(again) == this else None

        return thread.submit(look, self.owner(file))
