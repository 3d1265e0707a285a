"""Which boot of the machine this is, from what Windows tells of its first process. Nothing here calls Windows.

There is no boot id to ask for, and the "boot time" that Windows reports moves when the clock is set. What stays is the creation
time of the process System (pid 4), noted once when the kernel starts and kept over sleep, hibernation and fast startup, over
which the clocks that count from boot go on as well. A PC whose clock battery is dead may start at the same time again and
again: so the loader's count of boots goes with it (KUSER_SHARED_DATA.BootId, ntddk.h), which on its own would not do for a
diskless PC, whose disk forgets the count.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SYSTEM = 4
# Of SYSTEM_PROCESS_INFORMATION (winternl.h, 64 bit): NextEntryOffset, CreateTime, ImageName (length, buffer), UniqueProcessId.
_ENTRY = struct.Struct("<I28xq16xH6xQ8xQ")
_FIRST_SERVICE = "services.exe"


def boot_id(count: int, processes: bytes, base: int) -> str:
    """Of the loader's count and the answer SystemProcessInformation, which was written to address `base`. OSError: no System.

    Wine has no process System; its services.exe starts first there and lives until all is shut down.
    """
    first: dict[int, int] = {}
    for created, name, pid in _entries(processes, base):
        if pid == _SYSTEM:
            return f"{count:x}-{created:x}"
        if name.lower() == _FIRST_SERVICE:
            first[pid] = created
    if not first:
        raise OSError("neither System nor services.exe runs")
    return f"{count:x}-{first[min(first)]:x}"


def _entries(data: bytes, base: int) -> Iterator[tuple[int, str, int]]:
    at, following = 0, 1
    while following:
        following, created, length, name, pid = _ENTRY.unpack_from(data, at)
        text = data[name - base : name - base + length] if name >= base else b""
        yield created, text.decode("utf-16-le", "replace"), pid
        at += following
