"""In which folder a process works, told by copies of the handles that Windows keeps of it: nobody's memory is read.

A process opens its working directory for FILE_TRAVERSE and SYNCHRONIZE alone (RtlSetCurrentDirectory_U of ntdll), and hardly
anything else has just these rights.
"""

from __future__ import annotations

import ctypes
import ntpath
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from ctypes import wintypes
from functools import cached_property

from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.opening import final_path
from daemon.platforms.windows.watching.said import ABSOLUTE, PROLONGED
from daemon.platforms.windows.watching.snapshot import Process
from host.windows.win32 import Handle, function, kernel32

_ntdll = ctypes.WinDLL("ntdll")

_DUPLICATE_HANDLE, _QUERY_INFORMATION = 0x0040, 0x0400
_TRAVERSE_ONLY = 0x10_0020  # with SYNCHRONIZE
_SAME_ACCESS = 2
_OF_PROCESS = 51  # ProcessHandleInformation: since Windows 8
_OF_SYSTEM = 64  # SystemExtendedHandleInformation: what Wine 10 has instead
_NO_SUCH_CLASS, _TOO_SHORT = 0xC0000003, 0xC0000004
_COUNT = struct.Struct("<Q8x")
_ONE_OF_PROCESS = struct.Struct("<Q16xI12x")  # value, rights
_ONE_OF_SYSTEM = struct.Struct("<8xQQI12x")  # pid, value, rights
_BYTES = 1 << 16
_MOST_BYTES = 1 << 22  # 100,000 handles
_MOST_FOLDERS = 16  # honest programs have one
_LOOKS, _PAUSE_S = 5, 0.01  # a process is listed before it has opened its folder

_of_process = function(
    _ntdll, "NtQueryInformationProcess", ctypes.c_uint32,
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.POINTER(wintypes.ULONG),
)  # fmt: skip
_of_system = function(
    _ntdll, "NtQuerySystemInformation", ctypes.c_uint32,
    ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.POINTER(wintypes.ULONG),
)  # fmt: skip
_duplicate = function(
    kernel32, "DuplicateHandle", wintypes.BOOL, wintypes.HANDLE, wintypes.HANDLE, wintypes.HANDLE,
    ctypes.POINTER(wintypes.HANDLE), wintypes.DWORD, wintypes.BOOL, wintypes.DWORD,
)  # fmt: skip
_ourselves = function(kernel32, "GetCurrentProcess", wintypes.HANDLE)


class Working:
    """To be asked on a reader's thread. `process`: the interpreter that was told the words."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def paths(self, word: str) -> tuple[str, ...]:
        """Where this word leads, from the root of a drive. Nothing where that cannot be told."""
        if ABSOLUTE.fullmatch(word):
            return (word,)
        found = (ntpath.join(folder, word) for folder in (self._folders if word else ()))
        return tuple(path for path in found if ABSOLUTE.fullmatch(path))

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        for look in range(_LOOKS):
            if look:
                threading.Event().wait(_PAUSE_S)
            if found := processes.asked(self._process.identity, self._traversed, _DUPLICATE_HANDLE | _QUERY_INFORMATION):
                return found
        return ()

    def _traversed(self, handle: Handle) -> tuple[str, ...]:
        values = _only_traversed(handle, self._process.pid) or []
        return tuple(dict.fromkeys(_named(handle, values[:_MOST_FOLDERS])))


def _named(process: Handle, values: list[int]) -> Iterator[str]:
    for value in values:
        copy = wintypes.HANDLE()
        if _duplicate(process.value, value, _ourselves(), ctypes.byref(copy), 0, False, _SAME_ACCESS) and copy.value:
            with Handle(copy.value) as folder, suppress(OSError):
                yield final_path(folder).removeprefix(PROLONGED)


def _only_traversed(process: Handle, pid: int) -> list[int] | None:
    """The values of its handles that have just these rights. None: it has too many to be looked at."""
    size, asked = _BYTES, wintypes.ULONG()
    while size <= _MOST_BYTES:
        buffer = ctypes.create_string_buffer(size)
        status, own = _of_process(process.value, _OF_PROCESS, buffer, size, ctypes.byref(asked)), True
        if status == _NO_SUCH_CLASS:
            status, own = _of_system(_OF_SYSTEM, buffer, size, ctypes.byref(asked)), False
        if status != _TOO_SHORT:
            return [] if status else _values(buffer.raw, None if own else pid)
        size *= 2
    return None


def _values(table: bytes, pid: int | None) -> list[int]:
    """`pid`: of whom, in a table of all."""
    (count,) = _COUNT.unpack_from(table)
    one = _ONE_OF_PROCESS if pid is None else _ONE_OF_SYSTEM
    rows = one.iter_unpack(table[_COUNT.size : _COUNT.size + count * one.size])
    if pid is None:
        return [value for value, rights in rows if rights == _TRAVERSE_ONLY]
    return [value for whose, value, rights in rows if (whose, rights) == (pid, _TRAVERSE_ONLY)]
