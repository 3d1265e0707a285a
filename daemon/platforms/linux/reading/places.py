"""Where a file lies, told without asking whoever answers for its file system (statx(2) with AT_STATX_DONT_SYNC).

Anybody may have a file system of their own (FUSE, also below an overlay), which answers when it likes: whoever asks it for a
file's size, or its kind, may wait for ever. So may who reads a disk that is somebody's file, which may lie on one.
"""

from __future__ import annotations

import ctypes
import os
import re
import select
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.lines import Found

_libc = ctypes.CDLL(None, use_errno=True)
_libc.statx.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_char_p)
_AT_FDCWD, _EMPTY_PATH, _NO_AUTOMOUNT, _DONT_SYNC = -100, 0x1000, 0x800, 0x4000
_INO = 0x100
_Buffer = ctypes.c_char * 256
_FIELDS = struct.Struct("=32xQ96xIIQ")  # stx_ino, stx_dev_major, stx_dev_minor, stx_mnt_id
_TABLE = "/proc/self/mountinfo"
_HOSTS = "/proc/1/mountinfo"
_NOSUID = re.compile(r"^\d+ \d+ (\d+:\d+) \S+ (\S+) (?:\S+,)?nosuid[, ]", re.MULTILINE)
_LOOPS = "7:"  # devices that are files
_HANDED = ("/media/", "/run/media/")  # where udisks(8) mounts what a user asks for
_LOCAL = frozenset(
    """bcachefs btrfs erofs exfat ext2 ext3 ext4 f2fs hfsplus iso9660 jfs nilfs2 ntfs3 overlay ramfs squashfs tmpfs udf vfat
    xfs zfs""".split()  # noqa: SIM905 - a table
)

Whose = Literal["local", "roots", "own"]


class Place(NamedTuple):
    """The mount's number and the file system's device, as /proc/self/mountinfo has them; `inode` if it was asked for."""

    mount: int
    device: int
    inode: int


def place(handle: int) -> Place:
    """OSError."""
    return _statx(handle, b"", _EMPTY_PATH, 0)  # asked for nothing, also a FUSE that refuses root says where it is


def place_at(path: str) -> Place:
    """Of what a link of /proc leads to; inode 0 on a FUSE that says to root no more than where it is. OSError."""
    try:
        return _statx(_AT_FDCWD, os.fsencode(path), _NO_AUTOMOUNT, _INO)
    except PermissionError:
        return _statx(_AT_FDCWD, os.fsencode(path), _NO_AUTOMOUNT, 0)._replace(inode=0)


def image_at(path: str) -> tuple[int, int]:
    """Device and inode of that. OSError."""
    found = place_at(path)
    return (found.device, found.inode)


def whose(places: Iterable[tuple[int, int]]) -> list[Whose]:
    """Of mounts and devices, as Place has them: as Mounts.whose, now."""
    by_number, by_device = tables(procfs.text(_TABLE), procfs.text(_HOSTS))
    return [by_number.get(mount) or by_device.get(device, "own") for mount, device in places]


def only_roots(found: os.stat_result | Found) -> bool:
    """Whether only root can change the file, or have others wait for it."""
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _statx(handle: int, path: bytes, flags: int, mask: int) -> Place:
    buffer = _Buffer()
    if _libc.statx(handle, path, flags | _DONT_SYNC, mask, buffer):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    inode, major, minor, mount = _FIELDS.unpack_from(buffer)
    return Place(mount, os.makedev(major, minor), inode)


@dataclass
class Mounts:
    """Those of our own namespace and of the host's, as they are now. One thread each."""

    _by_number: dict[int, Whose] = field(default_factory=dict)
    _by_device: dict[int, Whose] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """OSError."""
        self._changed, self._tables = select.epoll(), list[int]()
        try:
            self._follow(_TABLE)
            with suppress(OSError):  # of a host that nothing is seen of
                self._follow(_HOSTS)
            self._read()
        except OSError:
            self.close()
            raise

    def _follow(self, path: str) -> None:
        self._tables.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        self._changed.register(self._tables[-1], select.EPOLLPRI | select.EPOLLERR)

    def whose(self, handle: int) -> Whose:
        """`local`: nobody answers for the file system; `roots`: somebody does, whom root chose; `own`: anybody, or it is a disk
        of theirs. OSError.

        Numbers are given out again, but only after a change of ours or the host's that is seen here. Another namespace's mount
        is known by its device, which is one file system's as long as that is mounted.
        """
        where = place(handle)
        if self._changed.poll(0):
            self._read()
        return self._by_number.get(where.mount) or self._by_device.get(where.device, "own")

    def _read(self) -> None:
        self._by_number, self._by_device = tables(procfs.text(_TABLE), procfs.text(_HOSTS))

    def close(self) -> None:
        self._changed.close()
        for table in self._tables:
            os.close(table)


def tables(ours: str, hosts: str = "") -> tuple[dict[int, Whose], dict[int, Whose]]:
    """By mount and by device, of proc_pid_mountinfo(5). `hosts`: the same of the host, which says what is nosuid of all that is
    mounted there: in a service's own namespace all may be; and there programs are.
    """
    handed = _handed(hosts) | {one for one in _handed(ours) if f" {one} " not in hosts}
    by_number: dict[int, Whose] = {}
    by_device: dict[int, Whose] = {}
    for line in (*hosts.splitlines(), *ours.splitlines()):
        before, _, after = line.partition(" - ")
        fields, rest = before.split(" "), after.split(" ")
        if len(fields) < 6 or len(rest) < 3:
            continue
        whose = "own" if fields[2] in handed else _whose(rest[0], rest[-1].split(","))
        major, _, minor = fields[2].partition(":")
        by_number[int(fields[0])] = by_device[os.makedev(int(major), int(minor))] = whose
    return by_number, by_device


def _handed(table: str) -> set[str]:
    """Sticks and images that a user has in hand, by device: changed elsewhere, or as the file that it is, such a one is read as
    that user likes, whatever stamps and owners say; and that may take as long.
    """
    return {device for device, path in _NOSUID.findall(table) if device.startswith(_LOOPS) or path.startswith(_HANDED)}


def _whose(kind: str, options: list[str]) -> Whose:
    if kind in _LOCAL:
        return "local"
    given = [option.removeprefix("user_id=") for option in options if option.startswith("user_id=")]
    return "own" if kind.startswith("fuse") and given != ["0"] else "roots"
