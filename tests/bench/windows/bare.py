"""The raw limit: ends whatever runs the file in its argument, by looking at all pids ten times a second. None of our code."""

from __future__ import annotations

import ctypes
import sys
import time
from ctypes import wintypes

EVERY_S = 0.1
_RIGHTS = 0x1001  # PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_TERMINATE
_kernel32 = ctypes.WinDLL("kernel32")
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel32.TerminateProcess.argtypes = (wintypes.HANDLE, wintypes.UINT)
_kernel32.QueryFullProcessImageNameW.argtypes = (
    wintypes.HANDLE, wintypes.DWORD, wintypes.LPWSTR, ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip
_pids = (wintypes.DWORD * 4096)()
_name = ctypes.create_unicode_buffer(32_768)


def pids() -> set[int]:
    size = wintypes.DWORD()
    _kernel32.K32EnumProcesses(_pids, ctypes.sizeof(_pids), ctypes.byref(size))
    return set(_pids[: size.value // 4])


def end(pid: int, path: str) -> bool:
    """False: it is so young that it has no name yet, or it may not be looked at."""
    handle = _kernel32.OpenProcess(_RIGHTS, False, pid)
    if not handle:
        return False
    size = wintypes.DWORD(len(_name))
    named = _kernel32.QueryFullProcessImageNameW(handle, 0, _name, ctypes.byref(size))
    if named and _name.value.lower() == path:
        _kernel32.TerminateProcess(handle, 1)
    _kernel32.CloseHandle(handle)
    return bool(named)


def main(path: str) -> None:
    """Until it is killed; a line when it has begun."""
    known = pids()
    print("ready", flush=True)
    while True:
        time.sleep(EVERY_S)
        here = pids()
        known = here - {pid for pid in here - known if not end(pid, path)}


if __name__ == "__main__":
    main(sys.argv[1].lower())
