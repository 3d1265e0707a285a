"""Whose a process is, as long as it is known: what was asked once holds to its end, and beyond it for what it has started."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from daemon.platforms.processes import Identity
from daemon.platforms.windows.ending.family import OVER, Whose
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Process
from host.windows import tokens
from host.windows.win32 import Handle, function

_ntdll = ctypes.WinDLL("ntdll")
_NUMBER = 92  # ProcessSequenceNumber: Windows 10; Wine 10 has none
_REMEMBERED = 4_096

_information = function(
    _ntdll, "NtQueryInformationProcess", ctypes.c_uint32,
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.POINTER(wintypes.ULONG),
)  # fmt: skip


class Owners:
    def __init__(self) -> None:
        self._known: dict[Identity, Whose] = {}

    def of(self, process: Process) -> Whose | None:
        """None: that is not for us to know."""
        known = self._known.get(process.identity)
        if known is not None:
            return known
        try:
            handle = processes.opened_as(*process.identity)
        except OSError:
            return None
        if handle is None:
            return OVER
        with handle:
            try:
                found = Whose(processes.user(handle), tokens.process_elevated(handle.value), number(handle))
            except OSError:
                return None if processes.running(handle) else OVER
        self._known[process.identity] = found
        while len(self._known) > _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        return found


def number(handle: Handle) -> int:
    """Which one it was of all that were made since boot, by no clock; 0: this Windows does not say."""
    found = ctypes.c_uint64()
    status = _information(handle.value, _NUMBER, ctypes.byref(found), ctypes.sizeof(found), None)
    return 0 if status else found.value
