"""Which files' code a process has loaded, whoever loaded it: the system's loader or another, a library call, a debugger."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.places import Place, place_at

_EXECUTABLE = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ [0-9]+ +(/.*)$", re.MULTILINE)
_PIECE = 1 << 16
_TOGETHER = 64


class Mapped(NamedTuple):
    """`ways` are paths that lead to it, the surest first; `this` its device and number.

    Not those of the map: there Btrfs names the disk, on which each subvolume, and whoever makes one, has any number once more.
    `mount`: its number, 0 where that is not known.
    """

    this: tuple[int, int]
    ways: tuple[str, str]
    shown: str
    mount: int = 0


def mapped(pid: int) -> Iterator[Mapped | None]:
    """Each file once, if its parts lie together; None for as many lines as were searched at once. Waits while the process keeps
    its map busy: not on the loop's thread.
    """
    found: deque[tuple[int, int]] = deque(maxlen=_TOGETHER)
    status = procfs.stat(pid)
    pid = procfs.running_thread(status) if status else pid  # whose leader may be over
    for lines in _maps(pid):
        yield None
        for start, end, name in _EXECUTABLE.findall(lines):
            shown = name.decode("utf-8", "surrogateescape").removesuffix(" (deleted)")
            ways = (f"/proc/{pid}/map_files/{int(start, 16):x}-{int(end, 16):x}", f"/proc/{pid}/root{shown}")
            place = _place(ways)
            # A FUSE does not even say to root which file it is.
            this = (place.device, place.inode) if place and place.inode else (-1, int(start, 16))
            if this not in found:
                found.append(this)
                yield Mapped(this, ways, shown, place.mount if place else 0)


def _place(ways: tuple[str, str]) -> Place | None:
    for way in ways:
        with suppress(OSError):
            return place_at(way)
    return None


def _maps(pid: int) -> Iterator[bytes]:
    """Some lines at a time: while so many are searched at once, no other thread of ours goes on. All of them: a process may
    have 65,530, of which each can be some thousand bytes long, and what it loads last need not come first.
    """
    rest = b""
    with suppress(OSError):  # it has ended
        handle = os.open(f"/proc/{pid}/maps", os.O_RDONLY | os.O_CLOEXEC)
        try:
            while piece := os.read(handle, _PIECE):
                lines, end, rest = (rest + piece).rpartition(b"\n")
                yield lines + end
        finally:
            os.close(handle)


def alive(pid: int, started: int) -> bool:
    found = procfs.stat(pid)
    return found is not None and found.started == started
