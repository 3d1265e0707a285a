"""What SystemProcessInformation says: which processes there are, and which boot this is. Nothing here calls Windows.

There is no boot id to ask for, and the "boot time" that Windows reports moves when the clock is set. What stays is the creation
time of the process System (pid 4), noted once when the kernel starts and kept over sleep, hibernation and fast startup, over
which the clocks that count from boot go on as well. A PC whose clock battery is dead may start at the same time again and
again: so the loader's count of boots goes with it (KUSER_SHARED_DATA.BootId, ntddk.h), which on its own would not do for a
diskless PC, whose disk forgets the count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_SYSTEM = 4
# Of SYSTEM_PROCESS_INFORMATION (winternl.h, every 64-bit Windows since 7): NextEntryOffset, CreateTime, ImageName (length,
# buffer), UniqueProcessId, that of its parent, SessionId.
_ENTRY = struct.Struct("<I28xq16xH6xQ8xQQ4xI")
_FIRST_SERVICE = "services.exe"


class Listed(NamedTuple):
    """`created`: a FILETIME, 100 ns since 1601. `name`: the executable's file name."""

    pid: int
    parent: int
    created: int
    session: int
    name: str


def listed(data: memoryview, base: int) -> Iterator[Listed]:
    """The entries of an answer that was written to address `base`: each leads to the next one."""
    at, following = 0, 1
    while following:
        following, created, length, name, pid, parent, session = _ENTRY.unpack_from(data, at)
        begin = name - base
        text = bytes(data[begin : begin + length]) if 0 <= begin <= len(data) - length else b""
        yield Listed(pid, parent, created, session, text.decode("utf-16-le", "replace"))
        at += following


def boot_id(count: int, processes: Iterable[Listed]) -> str:
    """Of the loader's count and all processes. OSError: no System.

    Wine has no process System; its services.exe starts first there and lives until all is shut down.
    """
    first: dict[int, int] = {}
    for one in processes:
        if one.pid == _SYSTEM:
            return f"{count:x}-{one.created:x}"
        if one.name.lower() == _FIRST_SERVICE:
            first[one.pid] = one.created
    if not first:
        raise OSError("neither System nor services.exe runs")
    return f"{count:x}-{first[min(first)]:x}"
