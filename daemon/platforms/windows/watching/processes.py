"""One process by a handle that can do nothing to it: whose it is, what it runs, what it was told, when it began and ended.

Handles have PROCESS_QUERY_LIMITED_INFORMATION and SYNCHRONIZE only, unless somebody asks for more. Nobody's memory is read and
nobody is stopped: a game's own protection watches for handles that could. Where an interpreter works says working.py.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from ctypes import wintypes
from dataclasses import dataclass
from typing import TypeVar

from daemon.platforms.processes import Identity
from daemon.platforms.windows.watching.snapshot import microseconds
from host.windows import tokens
from host.windows.pipes_client import owner
from host.windows.win32 import INVALID_PARAMETER, Handle, checked, error, function, kernel32

R = TypeVar("R")

_shell32 = ctypes.WinDLL("shell32", use_last_error=True)
_ntdll = ctypes.WinDLL("ntdll")

TERMINATE, _READ_CONTROL = 0x0001, 0x2_0000
_SYNCHRONIZE, _QUERY_LIMITED = 0x100000, 0x1000
_WAIT_TIMEOUT = 258
_COMMAND_LINE = 60  # ProcessCommandLineInformation: since Windows 8.1
_NO_SUCH_CLASS = 0xC0000003
_LONGEST = 32_768  # characters of a path; bytes of a command line are bounded by 64 KiB in the kernel
_COMMAND_BYTES = (1 << 16) + 64

_open = function(kernel32, "OpenProcess", wintypes.HANDLE, wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_image = function(
    kernel32, "QueryFullProcessImageNameW", wintypes.BOOL,
    wintypes.HANDLE, wintypes.DWORD, wintypes.LPWSTR, ctypes.POINTER(wintypes.DWORD),
)  # fmt: skip
_times = function(kernel32, "GetProcessTimes", wintypes.BOOL, wintypes.HANDLE, *[ctypes.POINTER(ctypes.c_uint64)] * 4)
_wait = function(kernel32, "WaitForSingleObject", wintypes.DWORD, wintypes.HANDLE, wintypes.DWORD)
_pid = function(kernel32, "GetProcessId", wintypes.DWORD, wintypes.HANDLE)
_terminate = function(kernel32, "TerminateProcess", wintypes.BOOL, wintypes.HANDLE, wintypes.UINT)
_information = function(
    _ntdll, "NtQueryInformationProcess", ctypes.c_uint32,
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.POINTER(wintypes.ULONG),
)  # fmt: skip
_split = function(
    _shell32, "CommandLineToArgvW", ctypes.POINTER(wintypes.LPWSTR), wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_int)
)
_free = function(kernel32, "LocalFree", wintypes.HLOCAL, wintypes.HLOCAL)


@dataclass(frozen=True, slots=True)
class Times:
    """Unix microseconds; `ended` None: it still runs."""

    created: int
    ended: int | None


def opened(pid: int, rights: int = 0) -> Handle | None:
    """A handle of the process, with these rights beside the harmless ones. None: there is none. OSError: not for us."""
    value = _open(_QUERY_LIMITED | _SYNCHRONIZE | rights, False, pid)
    if not value:
        failure = error(f"pid {pid}")
        if getattr(failure, "winerror", 0) == INVALID_PARAMETER:
            return None
        raise failure
    return Handle(value)


def opened_as(pid: int, created: int, rights: int = 0) -> Handle | None:
    """The same, if it is the process that was created then: by now another one may have its pid."""
    handle = opened(pid, rights)
    if handle is not None and times(handle).created == created:
        return handle
    return None


def asked(identity: Identity, what: Callable[[Handle], R], rights: int = 0) -> R | None:
    """What is to be known by a handle of this process. None: it is over, or not for us."""
    with suppress(OSError):
        handle = opened_as(*identity, rights)
        if handle is not None:
            with handle:
                return what(handle)
    return None


def times(handle: Handle) -> Times:
    created, ended, kernel, user = (ctypes.c_uint64() for _ in range(4))
    checked(_times(handle.value, *map(ctypes.byref, (created, ended, kernel, user))), "GetProcessTimes")
    over = running(handle) is False
    return Times(microseconds(created.value), microseconds(ended.value) if over and ended.value else None)


def running(handle: Handle) -> bool:
    return bool(_wait(handle.value, 0) == _WAIT_TIMEOUT)


def image(handle: Handle) -> str:
    """The absolute path of its executable. OSError."""
    size = wintypes.DWORD(_LONGEST)
    buffer = ctypes.create_unicode_buffer(_LONGEST)
    checked(_image(handle.value, 0, buffer, ctypes.byref(size)), "QueryFullProcessImageNameW")
    return buffer.value


def user(handle: Handle) -> str:
    """The SID of the account that it runs as; where its token is closed to us, of the owner of the process. OSError."""
    try:
        return tokens.process_user(handle.value)
    except OSError:
        with Handle(checked(_open(_READ_CONTROL, False, _pid(handle.value)), "OpenProcess")) as readable:
            return owner(readable.value)


def command(handle: Handle) -> tuple[tuple[str, ...], str]:
    """Its command line as it was started with: split as Windows does, and as one text; each empty where it does not say."""
    buffer = ctypes.create_string_buffer(_COMMAND_BYTES)
    size = wintypes.ULONG()
    status = _information(handle.value, _COMMAND_LINE, buffer, len(buffer), ctypes.byref(size))
    if status == _NO_SUCH_CLASS:
        return _args_by_psutil(handle), ""  # its quotes are lost: whoever needs them has to know that
    if status:
        return (), ""
    length = int.from_bytes(buffer.raw[:2], "little") & ~1  # whatever the process made of it
    begin = int.from_bytes(buffer.raw[8:16], "little") - ctypes.addressof(buffer)
    if not length or not 0 <= begin <= len(buffer) - length:
        return (), ""
    line = buffer.raw[begin : begin + length].decode("utf-16-le", "surrogatepass")  # half of one may be in a file's name
    return split(line), line


def _args_by_psutil(handle: Handle) -> tuple[str, ...]:
    """Where the system cannot be asked for it (Wine 10): psutil looks into the process, which on Windows itself nobody does."""
    import psutil  # noqa: PLC0415 - on Windows itself never loaded

    try:
        return tuple(psutil.Process(_pid(handle.value)).cmdline())
    except (psutil.Error, OSError):
        return ()


def split(line: str) -> tuple[str, ...]:
    """The words of a command line (CommandLineToArgvW); of an empty one none, where that function would say who we are."""
    if not line.strip():
        return ()
    count = ctypes.c_int()
    words = _split(line, ctypes.byref(count))
    if not words:
        return ()
    try:
        return tuple(words[at] or "" for at in range(count.value))
    finally:
        _free(ctypes.cast(words, wintypes.HLOCAL))


def terminate(handle: Handle) -> bool:
    """End it, with exit code 1. False: it may not be ended by us, or is ending already."""
    return bool(_terminate(handle.value, 1))
