"""One value of the registry, if it is a short text or a number (winreg.h): what else somebody wrote there is not fetched."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

from host.windows.win32 import advapi32, function

_SZ, _EXPAND_SZ, _DWORD = 1, 2, 4
_LONGEST = 4_096  # characters: longer than any path that a shop writes

_query = function(
    advapi32, "RegQueryValueExW", wintypes.LONG,
    wintypes.HKEY, wintypes.LPCWSTR, ctypes.c_void_p, ctypes.POINTER(wintypes.DWORD), ctypes.c_void_p,
    ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip


def short_value(key: int, name: str) -> str | None:
    """The value of this name, "" for the default one, by a handle of its key. None: there is none, or none of that kind."""
    buffer = ctypes.create_string_buffer(2 * _LONGEST)
    size, kind = wintypes.DWORD(len(buffer)), wintypes.DWORD()
    if _query(key, name, None, ctypes.byref(kind), buffer, ctypes.byref(size)):
        return None  # also where it is longer than the buffer
    data = buffer.raw[: size.value]
    if kind.value == _DWORD and len(data) == 4:
        return str(int.from_bytes(data, "little"))
    if kind.value in {_SZ, _EXPAND_SZ}:
        return data[: len(data) & ~1].decode("utf-16-le", "replace").partition("\0")[0]
    return None
