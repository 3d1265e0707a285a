"""Files and command lines: read here where nobody can hold that up, else by the readers, for the account that runs them."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from typing import Any, NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading import at_once
from daemon.platforms.linux.reading.desk import Desk, Told
from daemon.platforms.linux.reading.lines import Found, Message, found
from daemon.platforms.linux.reading.places import Mounts, only_roots
from daemon.platforms.processes import BlindError

_ROOT = 0
_LONGEST = 4096  # bytes of a path with its end (PATH_MAX): a command line's words may be longer
_SLOW_MS = 20  # more than a file takes that is in memory
_PARTS_OF_ROOT = 3  # of /proc/PID/root
_CWD = re.compile(r"/proc/(\d+)/cwd/")
_KERNELS = re.compile(r"/proc/\d+/(?:cwd|exe|root|fd/\d+)")


class Runner(NamedTuple):
    """Who runs what is read: the account, and its process's numbers."""

    account: str
    uid: int
    gid: int


class Files:
    """All calls on one thread. HeldError, OSError and BlindError leave."""

    def __init__(self, desk: Desk) -> None:
        """OSError."""
        self._desk = desk
        self._mounts = Mounts()
        self.runner = Runner("root", _ROOT, _ROOT)
        self._user: list[int] | None = None
        self.waited = 0
        """Milliseconds for file systems of the account's own, since somebody set it to 0."""

    @property
    def served(self) -> bool:
        """Whether there are readers: else it is nobody's fault that nothing is read."""
        return self._desk.served

    def args(self, pid: int, limit: int) -> bytes:
        """Whose memory is kept busy keeps whoever reads its command line waiting (mmap_lock)."""
        if self.runner.uid == _ROOT:
            return procfs.cmdline(pid, limit)
        return self._desk.ask(self.runner.account, "args", pid=pid, limit=limit).body

    def environment(self, pid: int, limit: int) -> bytes:
        """As `args`."""
        if self.runner.uid == _ROOT:
            return procfs.environment(pid, limit)
        return self._desk.ask(self.runner.account, "environment", pid=pid, limit=limit).body

    def beginning(self, path: str, limit: int) -> bytes:
        """Of the plain file there."""
        return self._ask("beginning", path=path, limit=limit).body

    def manifest(self, path: str, limit: int) -> bytes:
        """Of the jar there."""
        return self._ask("manifest", path=path, limit=limit).body

    def names(self, path: str, limit: int) -> tuple[str, ...]:
        """Of what lies in the folder there."""
        said = self._ask("names", path=path, limit=limit).body
        return tuple(os.fsdecode(said).split("\0")) if said else ()

    def link(self, path: str) -> str | None:
        """Where it leads. The kernel's own links ask nobody."""
        if _KERNELS.fullmatch(path):
            return procfs.link(path)
        if (known := at_once.node(path, os.O_NOFOLLOW)) is not None:
            try:
                if not stat.S_ISLNK(self.stat(known).st_mode):
                    return None
            finally:
                os.close(known)
        link: str | None = self._ask("link", path=path).head["link"]
        return link

    def node(self, path: str) -> int:
        """The file at the path, opened for nothing. The kernel's own link to an executable leads through nobody's folders."""
        if path.startswith("/proc/") and path.endswith("/exe") and path.count("/") == 3:
            return os.open(path, os.O_PATH | os.O_CLOEXEC)
        known = at_once.node(path)
        return self._ask("find", path=path).handle if known is None else known

    def stat(self, node: int) -> Found:
        if not self.local(node):
            return Found(*self._ask("stat", node).head["found"])
        return found(node)

    def free(self, node: int) -> bool:
        """Whether nobody can hold up the reading of its content."""
        return self.local(node) and only_roots(os.fstat(node))

    def own(self, node: int) -> bool:
        """Whether it lies where somebody else than root answers for it."""
        return self._mounts.whose(node) == "own"

    def content(self, node: int, question: dict[str, Any]) -> Message:
        return self._ask("content", node, **question)

    def later(self, node: int, question: dict[str, Any], told: Told) -> None:
        """As the one whom its content was read as."""
        self._desk.later(told, self.runner.account, "content", node, **{**question, "slow": True, "as": self._user})

    def local(self, node: int) -> bool:
        """Whether nobody can hold up what is asked of the file itself, opened for nothing."""
        return self._mounts.whose(node) == "local"

    def _ask(self, do: str, handle: int = -1, **more: Any) -> Message:
        """As root; what a FUSE refuses even to root, as the one who runs it."""
        account, uid, gid = self.runner
        self._user = None
        if len(os.fsencode(more.get("path", ""))) >= _LONGEST:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        began, answer = self._desk.mono(), None
        try:
            answer = self._desk.ask(account, do, handle, **more)
        except OSError as error:
            if error.errno != errno.EACCES or uid == _ROOT:
                raise
            self._user = [uid, gid]
            answer = self._desk.ask(account, do, handle, **{**more, "as": self._user})
        finally:
            if (took := self._desk.mono() - began) >= _SLOW_MS:
                self._waits(took, handle if answer is None or answer.handle < 0 else answer.handle, more.get("path", ""))
        return answer

    def _waits(self, took: int, handle: int, path: str) -> None:
        """For a file, or where there is none for what should lie at the path."""
        with suppress(OSError, BlindError):
            if self.own(handle) if handle >= 0 else self._is_owns(path):
                self.waited += took

    def _is_owns(self, path: str) -> bool:
        """By the nearest folder above it that is known without asking. OSError."""
        if cwd := _CWD.match(path):
            path = f"/proc/{cwd[1]}/root{procfs.link(cwd[0].rstrip('/'))}/{path[cwd.end() :]}"
        while (path := path.rpartition("/")[0]).count("/") > _PARTS_OF_ROOT:
            with suppress(OSError):
                above = at_once.known(path, over=at_once.ANY_BUT_MAGIC)
                if above is None:
                    return False
                try:
                    return self.own(above)
                finally:
                    os.close(above)
        return False

    def close(self) -> None:
        self._mounts.close()
