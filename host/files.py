"""Files that somebody could have planted, and files that must never be half written."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from host import choose
from host.api import UserId

LIMIT = 1 << 20
# winerror.h
_SHARING_VIOLATION, _LOCK_VIOLATION = 32, 33


def held_open(error: OSError) -> bool:
    """Whether a file could not be used because somebody has it open: on Windows whoever may read one can do that to it."""
    return getattr(error, "winerror", None) in {_SHARING_VIOLATION, _LOCK_VIOLATION}


def read_owned(path: Path, owners: frozenset[UserId], limit: int = LIMIT) -> bytes:
    """The content of a plain file of at most `limit` bytes that belongs to one of `owners` and that nobody else may write.

    No link is followed at its end. What is no plain file is refused unread. OSError says why.
    """
    return choose.files().read_owned(path, owners, limit)


def open_owned(path: Path, owners: frozenset[UserId]) -> BinaryIO:
    """As `read_owned`, of any size: open, to be read. Who puts another file in its place later changes nothing."""
    return choose.files().open_owned(path, owners)


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` in one durable step: readers see the old content or the new, also after a power cut. OSError."""
    choose.files().write_atomic(path, data, mode)
