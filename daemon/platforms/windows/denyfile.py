"""One denial on one file: looked at, set, taken back, never on another file than was meant. What touches the disk is a Disk.

A file is itself by volume and id, not by its path: a launcher may have put another one there, a player may have moved it.
"""

from __future__ import annotations

import ntpath
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from daemon.platforms.windows.aces import DescriptorError, denied, with_denial, without_denial
from daemon.platforms.windows.denial import Denial

Undone = Literal["lifted", "not there", "gone"]


class RefusedError(Exception):
    """Why a file is not denied to anybody: one clear line, in Vietnamese and English."""


class Opened(Protocol):
    """A file held open, the file itself if it is a link. Failures are OSError."""

    path: str
    """Where it really is, with no link on the way."""
    volume: int
    file: str
    links: int
    plain: bool
    """Neither a folder nor a link."""
    guarded: bool
    """Whether its volume keeps access lists: NTFS does, FAT and exFAT do not."""

    def descriptor(self) -> bytes:
        """Its security descriptor, self-relative, with no more than the DACL in it."""

    def set_descriptor(self, descriptor: bytes) -> None:
        """Makes the descriptor's DACL the file's, with nothing computed anew from the folder above."""


class Disk(Protocol):
    """Failures are OSError."""

    def open(self, path: str) -> AbstractContextManager[Opened]:
        """The file at this path, so that its access list can be read and set. FileNotFoundError: nothing is there."""

    def find(self, near: str, volume: int, file: str) -> AbstractContextManager[Opened]:
        """The same by its id, wherever it is now. FileNotFoundError: the volume, on which `near` lies, has it no more."""


def inspect(disk: Disk, path: str, sid: str) -> tuple[int, str]:
    """Volume and id of the file, if it may be denied to this SID. RefusedError; FileNotFoundError; OSError."""
    with disk.open(path) as found:
        if not found.plain or ntpath.normcase(found.path) != ntpath.normcase(path):
            raise RefusedError("nằm sau một liên kết / lies behind a link")
        if found.links != 1:
            raise RefusedError("có nhiều tên (liên kết cứng) / has several names (hard links)")
        if not found.guarded:
            raise RefusedError("ổ đĩa không giữ quyền tệp (không phải NTFS) / the volume keeps no access lists (it is no NTFS)")
        try:
            if denied(found.descriptor(), sid):
                raise RefusedError("người khác đã chặn / somebody else denies it already")
        except DescriptorError as error:
            raise RefusedError(f"không dùng được danh sách quyền / its access list is of no use: {error}") from None
        return found.volume, found.file


def put(disk: Disk, denial: Denial) -> None:
    """Sets the ACE, if it is not there, and sees that it stays. RefusedError; FileNotFoundError; OSError.

    After any of them the file is as it was.
    """
    with disk.open(denial.path) as found:
        if not _same(found, denial):
            raise FileNotFoundError(denial.path)
        old = found.descriptor()
        try:
            new = with_denial(old, denial.sid)
            if new == old:
                return
            found.set_descriptor(new)
            if denied(found.descriptor(), denial.sid):
                return
        except DescriptorError as error:
            raise RefusedError(f"không dùng được danh sách quyền / its access list is of no use: {error}") from None
        found.set_descriptor(old)
        raise RefusedError("hệ thống này không giữ quyền đã đặt / this system does not keep what was set")


def take(disk: Disk, denial: Denial) -> Undone:
    """Takes exactly our ACE from exactly that file, wherever on its volume it is by now. OSError: it may still be there."""
    try:
        with disk.open(denial.path) as found:
            if _same(found, denial):
                return _without(found, denial)
    except FileNotFoundError:
        pass
    try:
        with disk.find(denial.path, denial.volume, denial.file) as found:
            return _without(found, denial)
    except FileNotFoundError:
        return "gone"


def _without(found: Opened, denial: Denial) -> Undone:
    old = found.descriptor()
    try:
        new = without_denial(old, denial.sid)
    except DescriptorError:  # it has no list any more, or another than we could have left
        return "not there"
    if new == old:
        return "not there"
    found.set_descriptor(new)
    return "lifted"


def _same(found: Opened, denial: Denial) -> bool:
    return (found.volume, found.file) == (denial.volume, denial.file)
