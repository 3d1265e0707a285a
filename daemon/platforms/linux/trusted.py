"""Whether only an administrator can have put a file where it lies: its owner and mode, those of every folder above it, and the
file system. Decides for accounts that run only what is installed.

A file that is root's and that nobody else may write to has the content that root gave it, unless a file system says so that
somebody else made: one that is answered elsewhere, a user's own mount (always nosuid), or one that nobody mounted here.
"""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from daemon.platforms.hashing import Key, key
from daemon.platforms.linux import procfs
from daemon.platforms.linux.mounts import HOSTS, OURS, mount_of, parsed
from daemon.platforms.linux.places import only_roots

_ANYBODY_RUNS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_MOST = 8192
_MANY_DEVICES = ("btrfs", "bcachefs")  # each subvolume has a device of its own, which no table names
_WRITTEN_FOR_OTHERS = "/var/"  # services of root keep there what users hand them: pictures, letters, jobs
_LOOK = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


class Mounts:
    """Which file systems an administrator mounted, read anew only when their table changed.

    A service sees all mounts as nosuid once it gave up new privileges (systemd.exec(5)). So it is asked of the host's table,
    and of ours for what is not there: where that is hidden, or we see more.
    """

    def __init__(self, ours: str = OURS, hosts: str = HOSTS) -> None:
        """The files of both tables."""
        self._ours, self._hosts = ours, hosts
        self._texts = (b"", b"")
        self._devices: dict[int, int] = {}  # by the number of a mount that we see
        self._fine: set[int] = set()

    def look(self) -> None:
        """OSError."""
        texts = (_read(self._ours), _read(self._hosts, hidden=True))
        if texts == self._texts:
            return
        ours, hosts = tuple(parsed(texts[0])), tuple(parsed(texts[1]))
        self._devices = {one.number: one.device for one in ours}
        told = {one.device for one in hosts}
        fine = [one for one in (*hosts, *(mount for mount in ours if mount.device not in told)) if one.administrators]
        self._fine = {one.device for one in fine}
        for one in fine:
            if one.kind in _MANY_DEVICES:
                with suppress(OSError):
                    self._fine.add(os.stat(one.path).st_dev)  # noqa: PTH116 - a path of any bytes
        root = os.open("/", _LOOK)  # an administrator's, of whatever kind, and in no table where we are in a chroot
        try:
            self._fine.add(self._devices.setdefault(mount_of(root) or 0, os.fstat(root).st_dev))
            self._fine.add(os.fstat(root).st_dev)
        finally:
            os.close(root)
        self._texts = texts

    def here(self, handle: int) -> bool:
        """Whether the file was opened through a mount that we see, of a file system that an administrator mounted."""
        return self._devices.get(mount_of(handle) or 0) in self._fine

    def anywhere(self, handle: int, device: int) -> bool:
        """The same, also through a mount of another namespace, which anybody may have made."""
        return self._devices.get(mount_of(handle) or 0, device) in self._fine


def opened(path: str) -> int | None:
    """For nothing. None: it cannot be. BlindError."""
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (OSError, ValueError) as error:  # ValueError: no name that a file could have
        if isinstance(error, OSError):
            procfs.check(error)
        return None


class Trusted:
    """All on one thread. It touches nothing below a folder that is not root's alone, so nobody can hold it up."""

    def __init__(self, mounts: Mounts | None = None) -> None:
        self._mounts = mounts or Mounts()
        self._known: OrderedDict[tuple[str, Key], None] = OrderedDict()

    def at(self, path: str, opened: Callable[[str], int | None] = opened) -> bool:
        """Of the file to which the path leads. False where it cannot be seen. BlindError. `opened`: for nothing; None: it
        cannot be, or lies where somebody else than root answers for it.
        """
        handle = opened(path)
        if handle is None:
            return False
        try:
            return self.file(handle, os.fstat(handle), procfs.link(f"/proc/self/fd/{handle}") or "")
        except OSError as error:
            procfs.check(error)
            return False
        finally:
            os.close(handle)

    def file(self, handle: int, found: os.stat_result, path: str) -> bool:
        """Of an open file and where the kernel says that it lies. What was trusted stays so until it changes. OSError."""
        this = (path, key(found))
        if this in self._known:
            self._known.move_to_end(this)
            return True
        if not only_roots(found) or not path.startswith("/"):
            return False
        if path.startswith(_WRITTEN_FOR_OTHERS) and not found.st_mode & _ANYBODY_RUNS:
            return False
        self._mounts.look()
        if not self._mounts.anywhere(handle, found.st_dev):
            return False
        # What was replaced by an update lies nowhere any more, and runs on.
        if found.st_nlink and not self._lies_at(path, found):
            return False
        self._known[this] = None
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return True

    def _lies_at(self, path: str, found: os.stat_result) -> bool:
        """Whether this path leads to it, here, and every folder on the way is root's alone and on an administrator's mount."""
        folder = os.open("/", _LOOK)
        try:
            for name in path.split("/")[1:]:
                known = os.fstat(folder)
                if not only_roots(known):
                    return False
                below = os.open(name, _LOOK, dir_fd=folder)
                os.close(folder)
                folder = below
                if not self._mounts.here(folder):  # before anything is asked of it
                    return False
            known = os.fstat(folder)
            return (known.st_dev, known.st_ino) == (found.st_dev, found.st_ino)
        except (FileNotFoundError, NotADirectoryError):
            return False
        finally:
            os.close(folder)


def _read(table: str, *, hidden: bool = False) -> bytes:
    """OSError: that we cannot see says nothing about a file. `hidden`: nothing where it may not be seen."""
    try:
        with open(table, "rb") as file:  # noqa: PTH123 - run for many a program's start
            return file.read()
    except (FileNotFoundError, PermissionError):
        if hidden:
            return b""
        raise
