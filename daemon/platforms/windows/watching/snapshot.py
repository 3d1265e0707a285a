"""All processes in one call: NtQuerySystemInformation(SystemProcessInformation), as Task Manager asks it.

It opens no process, needs no rights, and tells of each its parent, its session and when it was created. The layout of an entry
is that of winternl.h and of every 64-bit Windows since 7; fields are read by offset and entries followed by their own lengths.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from ctypes import wintypes
from dataclasses import dataclass

from host.windows.win32 import error, function

_ntdll = ctypes.WinDLL("ntdll")
_query = function(
    _ntdll, "NtQuerySystemInformation", ctypes.c_uint32,
    ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.POINTER(wintypes.ULONG),
)  # fmt: skip
_status_error = function(_ntdll, "RtlNtStatusToDosError", wintypes.ULONG, ctypes.c_uint32)

_PROCESSES = 5
_LENGTH_MISMATCH = 0xC0000004
_SPARE = 1 << 16
_EPOCH = 116_444_736_000_000_000  # of FILETIME (1601), in its units of 100 ns, to 1970
# NextEntryOffset, …, CreateTime at 32, ImageName at 56 (length, maximum, buffer), UniqueProcessId at 80, its parent, SessionId
_ENTRY = struct.Struct("<I28xq16xHH4xQ8xQQ4xI")


@dataclass(frozen=True, slots=True)
class Process:
    """`created`: Unix microseconds. The pid and it name one process. `name`: the executable's file name."""

    pid: int
    parent: int
    created: int
    session: int
    name: str

    @property
    def identity(self) -> tuple[int, int]:
        return (self.pid, self.created)


def microseconds(filetime: int) -> int:
    """A FILETIME (100 ns since 1601) as Unix microseconds."""
    return (filetime - _EPOCH) // 10


class Snapshots:
    """Takes them, into one buffer that grows as it has to. Not for several threads."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(1 << 18)

    def take(self) -> dict[int, Process]:
        """Every process by pid, without the idle one. OSError: we cannot see at all."""
        needed = wintypes.ULONG()
        while (status := _query(_PROCESSES, self._buffer, len(self._buffer), ctypes.byref(needed))) == _LENGTH_MISMATCH:
            self._buffer = ctypes.create_string_buffer(max(needed.value, len(self._buffer)) + _SPARE)
        if status:
            raise error("NtQuerySystemInformation", _status_error(status))
        base = ctypes.addressof(self._buffer)
        return {found.pid: found for found in _entries(memoryview(self._buffer), base) if found.pid}


def _entries(data: memoryview, base: int) -> Iterator[Process]:
    at = 0
    while True:
        following, created, length, _, name, pid, parent, session = _ENTRY.unpack_from(data, at)
        begin = name - base
        text = bytes(data[begin : begin + length]).decode("utf-16-le", "replace") if 0 <= begin <= len(data) - length else ""
        yield Process(pid, parent, microseconds(created), session, text)
        if not following:
            return
        at += following


def descendants(of: Process, among: dict[int, Process], but: frozenset[int] = frozenset()) -> list[Process]:
    """All that were started by a process or by what it started, parents before children, without `but` and what is below them.

    Windows keeps a parent's pid when the parent has gone, and may give it away again: whoever is older than the process that
    has the pid is no child of it. `of` may be gone itself: then whoever is younger than its pid's next owner is that one's.
    """
    children: dict[int, list[Process]] = {}
    for one in among.values():
        if one.pid not in but:
            children.setdefault(one.parent, []).append(one)
    found: list[Process] = []
    queue = [of]
    while queue:
        parent = queue.pop(0)
        now = among.get(parent.pid, parent)
        for child in children.pop(parent.pid, ()):
            own = now.created <= parent.created or child.created < now.created
            if own and child.created >= parent.created and child.pid != parent.pid:
                found.append(child)
                queue.append(child)
    return found
