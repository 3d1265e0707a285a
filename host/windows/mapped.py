"""Reading a file by a view of it, which no lock of its bytes keeps from anybody (LockFileEx)."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from host.windows.win32 import Handle, checked, function, kernel32

_READ_ONLY, _TO_READ = 2, 4  # PAGE_READONLY, FILE_MAP_READ
_STEP = 1 << 16  # where a view may begin (dwAllocationGranularity)
_OURSELVES = ctypes.c_void_p(-1)  # GetCurrentProcess

_section = function(
    kernel32, "CreateFileMappingW", wintypes.HANDLE,
    wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, wintypes.LPCWSTR,
)  # fmt: skip
_view = function(
    kernel32, "MapViewOfFile", ctypes.c_void_p, wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_size_t
)
_away = function(kernel32, "UnmapViewOfFile", wintypes.BOOL, ctypes.c_void_p)
_copy = function(
    kernel32, "ReadProcessMemory", wintypes.BOOL,
    ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t),
)  # fmt: skip


def read(handle: int, at: int, size: int) -> bytes:
    """So many bytes of an open file, all of which it has. OSError.

    The view is looked at by ReadProcessMemory alone: where a page of it cannot be had, as of a disk that was pulled out, that
    fails, where looking there by ourselves would end us. Windows lets nobody shorten a file of which there is a view.
    """
    begin = at // _STEP * _STEP
    buffer, count = ctypes.create_string_buffer(size), ctypes.c_size_t()
    with Handle(checked(_section(handle, None, _READ_ONLY, 0, 0, None), "CreateFileMapping")) as section:
        high, low = begin >> 32, begin & 0xFFFF_FFFF
        view = checked(_view(section.value, _TO_READ, high, low, at - begin + size), "MapViewOfFile")
        try:
            checked(_copy(_OURSELVES, view + at - begin, buffer, size, ctypes.byref(count)), "ReadProcessMemory")
        finally:
            _away(view)
    return buffer.raw[: count.value]
