"""All processes in one call: NtQuerySystemInformation(SystemProcessInformation), as Task Manager asks it.

It opens no process, needs no rights, and tells of each its parent, its session and when it was created.
"""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from host.windows.processlist import Listed, listed
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


class Snapshots:
    """Takes them, into one buffer that grows as it has to. Not for several threads."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(1 << 18)

    def take(self) -> list[Listed]:
        """Every process. OSError: we cannot see at all."""
        needed = wintypes.ULONG()
        while (status := _query(_PROCESSES, self._buffer, len(self._buffer), ctypes.byref(needed))) == _LENGTH_MISMATCH:
            self._buffer = ctypes.create_string_buffer(max(needed.value, len(self._buffer)) + _SPARE)
        if status:
            raise error("NtQuerySystemInformation", _status_error(status))
        return list(listed(memoryview(self._buffer), ctypes.addressof(self._buffer)))
