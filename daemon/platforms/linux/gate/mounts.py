"""Which mounted filesystems can hold programs (proc_pid_mountinfo(5)), and that they changed.

As we see them: where a service manager hides some from us (PrivateTmp=, ProtectHome=), the gate does not cover those.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from contextlib import suppress

from daemon.platforms.linux import procfs
from daemon.platforms.linux.filesystems import is_answered_elsewhere

_NO_PROGRAMS = frozenset(
    """autofs bdev binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts efivarfs fusectl hugetlbfs mqueue nsfs pipefs
    proc pstore resctrl rpc_pipefs securityfs selinuxfs smackfs sockfs sysfs tracefs""".split()  # noqa: SIM905 - a table
)


_TABLE = "/proc/self/mountinfo"


def is_on_top(number: int, path: str) -> bool:
    """Whether the mount with this number is the one that the path leads to: another may be mounted over it.

    Not by st_dev, which is each subvolume's own on Btrfs.
    """
    with suppress(OSError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            return f"\nmnt_id:\t{number}\n" in procfs.text(f"/proc/self/fdinfo/{handle}")
        finally:
            os.close(handle)
    return False


def holding_programs(is_on_top: Callable[[int, str], bool] = is_on_top) -> dict[int, str]:
    """One mount point of each local filesystem from which something can be executed, by the device that the kernel says."""
    found: dict[int, str] = {}
    for number, device, path in _parse(procfs.text(_TABLE)):
        if device not in found and is_on_top(number, path):
            found[device] = path
    return found


def _parse(text: str) -> Iterator[tuple[int, int, str]]:
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.partition(" ")[0]
        if len(fields) < 6 or kind in _NO_PROGRAMS or is_answered_elsewhere(kind) or "noexec" in fields[5].split(","):
            continue
        major, _, minor = fields[2].partition(":")
        yield int(fields[0]), os.makedev(int(major), int(minor)), _unescape(fields[4])


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
