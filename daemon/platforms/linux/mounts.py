"""What is mounted (proc_pid_mountinfo(5)), and which of it can hold programs.

As we see it: where a service manager hides some from us (PrivateTmp=, ProtectHome=), the gate does not cover those.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from daemon.platforms.linux import procfs

_NO_PROGRAMS = frozenset(
    """autofs bdev binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts efivarfs fusectl hugetlbfs mqueue nsfs pipefs
    proc pstore resctrl rpc_pipefs securityfs selinuxfs smackfs sockfs sysfs tracefs""".split()  # noqa: SIM905 - a table
)
# Their server answers when it likes, and may be a child's process: the gate would wait for it, and the machine for the gate.
# ecryptfs hands on to a folder of its owner's, which may be on such a one.
_ANSWERED_ELSEWHERE = (
    "fuse", "nfs", "cifs", "smb", "9p", "afs", "ceph", "coda", "ncpfs", "glusterfs", "lustre", "virtiofs", "ecryptfs",
)  # fmt: skip
OURS, HOSTS = "/proc/self/mountinfo", "/proc/1/mountinfo"
_NODE = os.O_PATH | os.O_CLOEXEC


class Mount(NamedTuple):
    """One that may hold programs. `device` is the kernel's for the filesystem: st_dev is each subvolume's own on Btrfs.
    `parent`: the number of the mount that it lies on.
    """

    number: int
    device: int
    path: str
    kind: str
    options: tuple[str, ...]
    parent: int

    @property
    def answered_elsewhere(self) -> bool:
        return self.kind.startswith(_ANSWERED_ELSEWHERE)

    @property
    def noexec(self) -> bool:
        return "noexec" in self.options

    @property
    def administrators(self) -> bool:
        """Whether what it says of owners is to be believed. Whatever users may mount is nosuid: mount(8), udisks(8)."""
        return not self.answered_elsewhere and "nosuid" not in self.options


def table() -> tuple[Mount, ...]:
    """All that may hold programs, in the order in which they were mounted."""
    try:
        return tuple(parsed(Path(OURS).read_bytes()))
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
        yield Mount(int(fields[0]), device, _unescape(fields[4]), kind, tuple(fields[5].split(",")), int(fields[1]))


def holding_programs(mounts: Iterable[Mount] | None = None) -> dict[int, tuple[Mount, ...]]:
    """The mounts of each local filesystem from which something can be executed, by its device.

    None that lies below one that another process answers for: the way there leads through that process.
    """
    mounts = table() if mounts is None else tuple(mounts)
    slow = tuple(f"{one.path}/" for one in mounts if one.answered_elsewhere and one.path != "/")
    found: dict[int, tuple[Mount, ...]] = {}
    for one in mounts:
        if not one.noexec and not one.answered_elsewhere and not one.path.startswith(slow):
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
