"""Who keeps a file from being read: any account that may read it can open it for itself alone."""

from __future__ import annotations

import ctypes
import os
import struct
from contextlib import suppress
from ctypes import wintypes

from daemon.platforms.windows.reading.readers import step
from daemon.platforms.windows.watching import processes
from host.windows.sharing import open_shared, open_to_use
from host.windows.win32 import Handle, function

_ntdll = ctypes.WinDLL("ntdll")
_USING = 47  # FileProcessIdsUsingFileInformation: since Windows Vista; Wine 10 has none
_COUNT, _FIRST = struct.Struct("<I"), 8
_BYTES = 1 << 16
# winerror.h: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_OPLOCK_NOT_GRANTED, ERROR_CANNOT_BREAK_OPLOCK
_KEPT = frozenset((32, 33, 300, 802))
_NOBODYS = frozenset((0, 4))  # Idle; System, which has files open for other PCs, and for whoever comes by the network from here

_information = function(
    _ntdll, "NtQueryInformationFile", ctypes.c_uint32,
    wintypes.HANDLE, ctypes.c_void_p, ctypes.c_void_p, wintypes.ULONG, ctypes.c_int,
)  # fmt: skip


def another(path: str, sid: str, program: int) -> str | None:
    """The SID of another account than this one, where processes of others alone keep the file of its program (a pid) from being
    read. None: it is its own doing, or nobody can tell. Where one of its own has the file, too, either may be at it.
    """
    if not _kept(path):
        return None
    step()
    with suppress(OSError), open_to_use(path) as handle:
        sids = {_whose(pid) for pid in using(handle) if pid not in {program, os.getpid(), *_NOBODYS}} - {None}
        return None if sid in sids else min(filter(None, sids), default=None)
    return None


def _kept(path: str) -> bool:
    """Not where it is closed to us: that is nobody's who merely has it open."""
    step()
    try:
        open_shared(path).close()
    except OSError as error:
        return error.winerror in _KEPT
    return True


def using(handle: Handle) -> tuple[int, ...]:
    """The pids of those that have this file open; none where the system does not say."""
    buffer, status = ctypes.create_string_buffer(_BYTES), (ctypes.c_uint64 * 2)()
    if _information(handle.value, status, buffer, _BYTES, _USING):
        return ()
    (count,) = _COUNT.unpack_from(buffer)
    return struct.unpack_from(f"<{min(count, (_BYTES - _FIRST) // 8)}Q", buffer, _FIRST)


def _whose(pid: int) -> str | None:
    with suppress(OSError):
        handle = processes.opened(pid)
        if handle is not None:
            with handle:
                return processes.user(handle)
    return None
