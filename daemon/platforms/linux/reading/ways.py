"""Where a path of another process's leads, as that process itself would be led: an absolute link begins at its root and not at
ours, and /proc/self is it and not who looks.
"""

from __future__ import annotations

import errno
import os
import re
from collections import deque

from daemon.platforms.linux import calls
from daemon.platforms.processes import BlindError

_BEGINNING = re.compile(r"(/proc/\d+)/(?:root|cwd)(?=/|$)")
_SELF = frozenset(("self", "thread-self"))
_JUMP = re.compile(r".*/\d+/(?:task/\d+/)?(?:cwd|root|exe|fd/\d+)", re.DOTALL)  # the kernel's links: their text is for people
_MOST = 4_096  # names that are looked at: a maze of links has more


def way(path: str, *, last: bool = True) -> str:
    """The same file by a path without links, but for the kernel's own; not `last`: what is there may be one. A path that is no
    process's is as it was. OSError; BlindError where that takes too long.
    """
    begins = _BEGINNING.match(path)
    return _Way(begins[1], begins[0]).led(path[begins.end() :], last=last) if begins else path


class _Way:
    """`_here` is where the path has come from `_at` on; `_above`: that there, where `_at` is the process's own in its /proc."""

    def __init__(self, process: str, at: str) -> None:
        self._process, self._root, self._at = process, f"{process}/root", at
        self._here, self._above = list[str](), list[str]()

    def led(self, path: str, *, last: bool) -> str:
        left, looked = deque(_names(path)), 0
        while left:
            name = left.popleft()
            if name == "..":
                self._up()
            elif self._at == self._process:
                self._inside(name)
            elif last or left:
                looked += 1
                if looked > _MOST:
                    raise BlindError(os.strerror(errno.ELOOP))
                left.extendleft(reversed(self._past(name)))
            else:
                self._here.append(name)
        return "/".join((self._at, *self._here))

    def _up(self) -> None:
        if self._here and self._here[-1] != "..":
            self._here.pop()
        elif self._at == self._process:
            self._at, self._here = self._root, self._above
        elif self._at != self._root:
            self._here.append("..")

    def _inside(self, name: str) -> None:
        """Of its own folder in /proc."""
        self._here.append(name)
        if _JUMP.fullmatch(path := "/".join((self._at, *self._here))):
            self._at, self._here = path, []

    def _past(self, name: str) -> list[str]:
        """The names to which it leads, if it is a link."""
        folder = "/".join((self._at, *self._here))
        try:
            target = os.readlink(f"{folder}/{name}")  # noqa: PTH115 - bytes of any kind, run often
        except OSError as error:
            if error.errno == errno.ENOENT and name in _SELF and _is_kernels(folder):  # that of another world, where we are not
                target = str(os.getpid())
            elif error.errno == errno.EINVAL:  # no link
                self._here.append(name)
                return []
            else:
                raise
        if name in _SELF and target.partition("/")[0] == str(os.getpid()):
            self._at, self._here, self._above = self._process, [], self._here
        elif _JUMP.fullmatch(f"{folder}/{name}") and _is_kernels(folder):
            self._at, self._here = f"{folder}/{name}", []
        else:
            if target.startswith("/"):
                self._at, self._here = self._root, []
            return _names(target)
        return []


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in {"", "."}]


def _is_kernels(folder: str) -> bool:
    node = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        return calls.is_kernels(node)
    finally:
        os.close(node)
