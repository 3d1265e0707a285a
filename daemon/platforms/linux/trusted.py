"""Whether only an administrator can have put a file where it lies: its owner and mode, those of every folder above it, and the
file system. Decides for accounts that run only what is installed.

A file that is root's and that nobody else may write to has the content that root gave it, unless a file system says so that
somebody else made: one that is answered elsewhere, a user's own mount (always nosuid), or one that nobody mounted here.
"""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from daemon.platforms.hashing import Key, key
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.filesystems import is_answered_elsewhere

_TABLE = "/proc/self/mountinfo"
_HOSTS = "/proc/1/mountinfo"
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_ANYBODY_RUNS = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_MOST = 8192
_MANY_DEVICES = ("btrfs", "bcachefs")  # each subvolume has a device of its own, which no table names
_WRITTEN_FOR_OTHERS = "/var/"  # services of root keep there what users hand them: pictures, letters, jobs
_LOOK = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def administrators(kind: str, options: Iterable[str]) -> bool:
    """Whether what such a mount says of owners is to be believed. Whatever users may mount is nosuid: mount(8), udisks(8)."""
    return not is_answered_elsewhere(kind) and "nosuid" not in options


def only_roots(uid: int, mode: int) -> bool:
    return uid == 0 and not mode & _OTHERS


class _Mount(NamedTuple):
    """A line of proc_pid_mountinfo(5)."""

    number: int
    device: int
    root: str
    point: str
    kind: str
    options: list[str]

    def shows(self, other: _Mount) -> bool:
        """Whether there is the same below both where `other` is mounted."""
        below = _below(other.point, self.point)
        return self.device == other.device and below is not None and below == _below(other.root, self.root)


def _understood(table: str) -> dict[int, _Mount]:
    found = {}
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        fields, more = before.split(" "), after.split(" ")
        if len(fields) >= 6 and len(more) >= 3:
            device = os.makedev(*map(int, fields[2].split(":")))
            one = _Mount(int(fields[0]), device, fields[3], fields[4], more[0], fields[5].split(","))
            found[one.number] = one
    return found


def _hosts() -> str:
    """Empty where they are hidden: then what we see counts. OSError."""
    try:
        return _text(_HOSTS)
    except (FileNotFoundError, PermissionError):
        return ""


class Mounts:
    """The mounts that we see, understood anew only when their table changed.

    A service sees them in a namespace of its own, where all are nosuid once it gave up new privileges (systemd.exec(5)). So
    what is the host's, too, is what the host says of it.
    """

    def __init__(self, read: Callable[[], str] = lambda: _text(_TABLE), hosts: Callable[[], str] = _hosts) -> None:
        self._read, self._read_hosts = read, hosts
        self._texts = ("", "")
        self._numbers: dict[int, bool] = {}
        self._devices: set[int] = set()

    def look(self) -> None:
        texts = (self._read(), self._read_hosts())
        if texts == self._texts:
            return
        ours, hosts = map(_understood, texts)
        self._numbers = {number: administrators(one.kind, one.options) for number, one in hosts.items()}
        self._numbers |= {number: _is_fine(one, hosts) for number, one in ours.items()}
        self._devices = {one.device for one in (hosts | ours).values() if self._numbers[one.number]}
        for one in ours.values():
            if self._numbers[one.number] and one.kind in _MANY_DEVICES:
                with suppress(OSError):
                    self._devices.add(os.stat(one.point).st_dev)  # noqa: PTH116 - a word of the kernel's, not escaped anew
        root = os.open("/", _LOOK)  # an administrator's, of whatever kind, and in no table where we are in a chroot
        try:
            self._numbers[_number(root)] = True
            self._devices.add(os.fstat(root).st_dev)
        finally:
            os.close(root)
        self._texts = texts

    def ours(self, number: int) -> bool | None:
        """Whether an administrator mounted it; None: it is a mount of another namespace, which anybody may have made."""
        return self._numbers.get(number)

    def knows(self, device: int) -> bool:
        """Whether an administrator mounted the file system with this device somewhere here."""
        return device in self._devices


def _is_fine(one: _Mount, hosts: dict[int, _Mount]) -> bool:
    same = [] if one.number in hosts else [host for host in hosts.values() if host.shows(one)]
    return all(administrators(mount.kind, mount.options) for mount in same or [one])


def _below(path: str, folder: str) -> str | None:
    path, folder = path.rstrip("/"), folder.rstrip("/")
    return path[len(folder) :] if f"{path}/".startswith(f"{folder}/") else None


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
        if not only_roots(found.st_uid, found.st_mode) or not path.startswith("/"):
            return False
        if path.startswith(_WRITTEN_FOR_OTHERS) and not found.st_mode & _ANYBODY_RUNS:
            return False
        self._mounts.look()
        ours = self._mounts.ours(_number(handle))
        if not (self._mounts.knows(found.st_dev) if ours is None else ours) or calls.is_kernels(handle):
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
                if not only_roots(known.st_uid, known.st_mode):
                    return False
                below = os.open(name, _LOOK, dir_fd=folder)
                os.close(folder)
                folder = below
                if not self._mounts.ours(_number(folder)):  # before anything is asked of it
                    return False
            known = os.fstat(folder)
            return (known.st_dev, known.st_ino) == (found.st_dev, found.st_ino)
        except (FileNotFoundError, NotADirectoryError):
            return False
        finally:
            os.close(folder)


def _number(handle: int) -> int:
    """Of the mount through which it was opened (proc_pid_fdinfo(5)). OSError."""
    after = _text(f"/proc/self/fdinfo/{handle}").partition("mnt_id:\t")[2]
    return int(after.partition("\n")[0])


def _text(path: str) -> str:
    """OSError: that we cannot see says nothing about a file."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - run for many a program's start
        return file.read()
