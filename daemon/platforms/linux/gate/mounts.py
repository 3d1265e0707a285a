"""Which mounted filesystems can hold programs (proc_pid_mountinfo(5)), and that they changed.

As we see them: where a service manager hides some from us (PrivateTmp=, ProtectHome=), the gate does not cover those.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.filesystems import is_answered_elsewhere

_NO_PROGRAMS = frozenset(
    """autofs bdev binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts efivarfs fusectl hugetlbfs mqueue nsfs pipefs
    proc pstore resctrl rpc_pipefs securityfs selinuxfs smackfs sockfs sysfs tracefs""".split()  # noqa: SIM905 - a table
)
_TABLE = "/proc/self/mountinfo"
_NODE = os.O_PATH | os.O_CLOEXEC


class Mount(NamedTuple):
    """One that may hold programs. `device` is the kernel's for the filesystem: st_dev is each subvolume's own on Btrfs.
    `parent`: the number of the mount that it lies on.
    """

    number: int
    device: int
    path: str
    kind: str
    noexec: bool
    parent: int

    @property
    def ours_to_ask(self) -> bool:
        """Whether the gate may be asked for what it holds."""
        return not self.noexec and not is_answered_elsewhere(self.kind)


def table() -> tuple[Mount, ...]:
    """All that may hold programs, in the order in which they were mounted."""
    try:
        return tuple(parsed(Path(_TABLE).read_bytes()))
    except OSError as error:
        procfs.check(error)
        return ()


def parsed(text: bytes) -> Iterator[Mount]:
    """Whoever mounts may choose the path: only a newline ends a line, and that is written as an escape in a path."""
    for line in text.decode("utf-8", "surrogateescape").split("\n"):
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.partition(" ")[0]
        if len(fields) < 6 or kind in _NO_PROGRAMS:
            continue
        major, _, minor = fields[2].partition(":")
        device = os.makedev(int(major), int(minor))
        noexec = "noexec" in fields[5].split(",")
        yield Mount(int(fields[0]), device, _unescape(fields[4]), kind, noexec, int(fields[1]))


def reachable(mounts: Iterable[Mount]) -> Iterator[Mount]:
    """Those to which their paths lead: nothing was mounted over them, nor over a folder above them. In which order they were
    mounted tells nothing: a PC's root comes late.
    """
    mounts = tuple(mounts)
    by_number = {one.number: one for one in mounts}
    on = {(one.parent, one.path) for one in mounts}
    for one in mounts:
        below: Mount | None = one
        while below is not None and not any((below.parent, str(path)) in on for path in PurePosixPath(below.path).parents):
            below = by_number.get(below.parent) if below.parent != below.number else None
        if below is None and (one.number, one.path) not in on:
            yield one


def holding_programs(mounts: Iterable[Mount] | None = None) -> dict[int, tuple[Mount, ...]]:
    """The mounts of each local filesystem from which something can be executed, by its device.

    None that lies below one that another process answers for: the way there leads through that process.
    """
    mounts = table() if mounts is None else tuple(mounts)
    slow = tuple(f"{one.path}/" for one in mounts if is_answered_elsewhere(one.kind) and one.path != "/")
    found: dict[int, tuple[Mount, ...]] = {}
    for one in mounts:
        if one.ours_to_ask and not one.path.startswith(slow):
            found[one.device] = (*found.get(one.device, ()), one)
    return found


@contextmanager
def reached(mount: Mount) -> Iterator[str | None]:
    """A path that leads to this mount, whatever is mounted over it meanwhile; None if something is already, or it is gone.

    Who may mount something over it, as anybody may by FUSE over a folder of his own, has the gate asked for that otherwise.
    """
    try:
        handle = os.open(mount.path, _NODE)
    except OSError as error:
        procfs.check(error)
        yield None
        return
    try:
        yield f"/proc/self/fd/{handle}" if mount_of(handle) == mount.number else None
    finally:
        os.close(handle)


def mount_of(handle: int) -> int | None:
    """The number of the mount through which the file was opened."""
    _, _, after = procfs.text(f"/proc/self/fdinfo/{handle}").partition("\nmnt_id:\t")
    number = after.partition("\n")[0]
    return int(number) if number.isdigit() else None


def _unescape(path: str) -> str:
    r"""Space, tab, newline and backslash are written as \040, \011, \012 and \134."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(code, char)
    return path


class Changes:
    """A descriptor that is readable when mounts changed, until `seen`."""

    def __init__(self) -> None:
        """OSError."""
        self._table = os.open(_TABLE, os.O_RDONLY | os.O_CLOEXEC)
        # The table itself is always readable; only EPOLLPRI tells of changes, and only once each.
        self._poll = select.epoll()
        self._poll.register(self._table, select.EPOLLPRI | select.EPOLLERR)

    def fileno(self) -> int:
        return self._poll.fileno()

    def seen(self) -> None:
        self._poll.poll(0)

    def close(self) -> None:
        self._poll.close()
        os.close(self._table)
