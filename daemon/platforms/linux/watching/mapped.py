"""Which files' code a process has loaded, whoever loaded it: the system's loader or another, a library call, a debugger."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import NamedTuple

from daemon.platforms.linux import procfs

_EXECUTABLE = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) ..x. [0-9a-f]+ ([0-9a-f]+:[0-9a-f]+) ([1-9][0-9]*) *(.*)$", re.MULTILINE)
_MOST = 8 << 20  # bytes: a process may have 65,530 maps, of which each takes some hundred
_PIECE = 1 << 16


class Mapped(NamedTuple):
    """`ways` are paths that lead to it, the surest first; `this` its device and number as text."""

    this: tuple[bytes, bytes]
    ways: tuple[str, str]
    shown: str


def mapped(pid: int) -> list[Mapped]:
    """Each file once. Waits for as long as the process keeps its memory map busy, and so never on the loop's thread."""
    found: dict[tuple[bytes, bytes], Mapped] = {}
    for start, end, device, number, name in _EXECUTABLE.findall(_maps(pid)):
        if (device, number) not in found:
            shown = name.decode("utf-8", "surrogateescape").removesuffix(" (deleted)")
            by_map = f"/proc/{pid}/map_files/{int(start, 16):x}-{int(end, 16):x}"
            found[device, number] = Mapped((device, number), (by_map, f"/proc/{pid}/root{shown}"), shown)
    return list(found.values())


def _maps(pid: int) -> bytes:
    data = bytearray()
    with suppress(OSError):
        handle = os.open(f"/proc/{pid}/maps", os.O_RDONLY | os.O_CLOEXEC)
        try:
            while len(data) < _MOST and (piece := os.read(handle, _PIECE)):
                data += piece
        except OSError:
            return b""  # it has ended
        finally:
            os.close(handle)
    return bytes(data)


def alive(pid: int, started: int) -> bool:
    found = procfs.stat(pid)
    return found is not None and found.started == started
