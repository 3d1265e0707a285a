"""What /proc says about one process (proc_pid_stat(5) and its neighbours).

Whatever has vanished, or is not ours to read, is None. That we cannot look at all, as for want of descriptors, says nothing
about the process: BlindError. No OSError leaves.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from daemon.platforms.processes import BlindError, Process

TICK_MS = 1000 // os.sysconf("SC_CLK_TCK")
_PIECE = 1 << 16
_ONE_PIECE = 1  # what is short is there with the first
ARGS = 1 << 17  # bytes: what is read of anybody's command line and environment
WANT = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS))


def check(error: OSError) -> None:
    """BlindError where we lack something, such as descriptors. Others are the caller's: they may be due to the path."""
    if error.errno in WANT:
        raise BlindError(error.strerror) from error


@dataclass(frozen=True, slots=True)
class Stat(Process):
    """`started` is in clock ticks since boot, sleep included. `group`: its process group, which outlives whoever started it.
    `state` and `started` are its leader's. `stack`: where its stack begins, which each exec changes (0: not ours to see).
    """

    state: str
    threads: int
    group: int
    stack: int

    @property
    def alive(self) -> bool:
        """Not over: a leader that ended while other threads of it run on is a zombie with threads."""
        return self.state not in "ZX" or self.threads > 1


def stat(pid: int) -> Stat | None:
    fields = _stat(pid)
    if len(fields) < 26:
        return None
    state = fields[0].decode("ascii", "replace")
    return Stat(pid, int(fields[1]), int(fields[19]), state, int(fields[17]), int(fields[2]), int(fields[25]))


def _stat(pid: int) -> list[bytes]:
    """From the third on. The second, a name in parentheses, may hold anything: they are counted from the last parenthesis."""
    data = _read(f"/proc/{pid}/stat", _ONE_PIECE)
    return data[data.rfind(b")") + 2 :].split()


def uids(pid: int) -> tuple[int, int] | None:
    """(real, effective). From `status`: the owner of /proc/PID is root's where a process is not dumpable."""
    return _ids(_read(f"/proc/{pid}/status", _ONE_PIECE), b"\nUid:")


def ids(pid: int) -> tuple[int, int, int] | None:
    """(real uid, effective uid, real gid)."""
    data = _read(f"/proc/{pid}/status", _ONE_PIECE)
    user, group = _ids(data, b"\nUid:"), _ids(data, b"\nGid:")
    return (*user, group[0]) if user and group else None


def acting_uid(ids: tuple[int, ...]) -> int:
    """Of (real, effective, …) who acts: whoever started it, also when the program is setuid; root only where nobody else is."""
    return ids[0] or ids[1]


def owner(pid: int) -> tuple[int, int] | None:
    """The real (uid, gid)."""
    found = ids(pid)
    return (found[0], found[2]) if found else None


def _ids(status: bytes, name: bytes) -> tuple[int, int] | None:
    at = status.find(name)
    fields = status[at + 5 : at + 100].split(None, 2) if at >= 0 else []
    return (int(fields[0]), int(fields[1])) if len(fields) > 2 else None


def environment(pid: int, limit: int = ARGS) -> bytes:
    """The environment that it was started with, as a block of NAME=VALUE; of a longer one its beginning."""
    return _read(f"/proc/{pid}/environ", limit)


def cmdline(pid: int, limit: int = ARGS) -> bytes:
    """The command line, which the process may have rewritten; only its beginning if that is as long as the limit or longer."""
    return _read(f"/proc/{pid}/cmdline", limit)


def words(line: bytes) -> tuple[str, ...]:
    """Those of a command line."""
    return tuple(line.rstrip(b"\0").decode("utf-8", "surrogateescape").split("\0")) if line else ()


def args(pid: int) -> tuple[str, ...]:
    return words(cmdline(pid))


def name(pid: int) -> str:
    """What the process calls itself: at first the 15 bytes with which the name of its file begins."""
    return _read(f"/proc/{pid}/comm").removesuffix(b"\n").decode("utf-8", "surrogateescape")


def called(pid: int) -> str:
    """The process, for people: they look for it by either."""
    return f"{name(pid).encode(errors='replace').decode()}, pid {pid}"


def link(path: str) -> str | None:
    """Where a link of /proc leads, without the mark of a deleted file. Empty where that is too long to be said."""
    try:
        return os.readlink(path).removesuffix(" (deleted)")  # noqa: PTH115 - bytes of any kind, run often
    except OSError as error:
        check(error)
        return "" if error.errno == errno.ENAMETOOLONG else None


def pids() -> list[int]:
    return _numbers("/proc")


def running_thread(status: Stat) -> int:
    """A thread that can be asked for the process's memory and files: the leader, or where that has ended another one."""
    if status.state not in "ZX":
        return status.pid
    threads = _numbers(f"/proc/{status.pid}/task")
    return next((thread for thread in threads if link(f"/proc/{thread}/exe") is not None), status.pid)


def processes() -> dict[int, Stat]:
    """Every process that is here."""
    return {pid: found for pid in pids() if (found := stat(pid)) is not None}


def newest() -> bytes:
    """Changes whenever a pid was handed out (the last field of /proc/loadavg): as long as it does not, nothing was
    forked. Empty where /proc shows processes alone.
    """
    return _read("/proc/loadavg").rpartition(b" ")[2]


def _numbers(folder: str) -> list[int]:
    try:
        return [int(name) for name in os.listdir(folder) if name.isdigit()]  # noqa: PTH208 - twice as fast, run often
    except OSError as error:
        check(error)
        return []


def _read(path: str, limit: int = _PIECE) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return _vanished(error)
    try:
        data = os.read(handle, _PIECE)
        pieces, size = [data], len(data)
        while size < limit and (more := os.read(handle, _PIECE)):
            pieces.append(more)
            size += len(more)
        return b"".join(pieces)
    except OSError as error:  # the process ended between open and read
        return _vanished(error)
    finally:
        os.close(handle)


def _vanished(error: OSError) -> bytes:
    """Nothing, if the process is gone or not ours to read. These files are the kernel's own: else it is we who cannot see."""
    if error.errno not in {errno.ENOENT, errno.ESRCH, errno.EACCES, errno.EPERM}:
        raise BlindError(error.strerror) from error
    return b""


def text(path: str) -> str:
    """A small system file, empty where there is none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
