"""Threads of our own process."""

from __future__ import annotations

from ctypes import wintypes

from host.windows.win32 import Handle, function, kernel32

_TERMINATE = 0x0001  # THREAD_TERMINATE, which cancelling asks for

_open = function(kernel32, "OpenThread", wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_cancel = function(kernel32, "CancelSynchronousIo", wintypes.BOOL, wintypes.HANDLE)


def cancel(number: int) -> bool:
    """Has the call that this thread waits in fail, if it waits for a file, pipe or device. False: it does not, or goes on."""
    value = _open(_TERMINATE, False, number)
    if not value:
        return False
    with Handle(value) as handle:
        return bool(_cancel(handle.value))
