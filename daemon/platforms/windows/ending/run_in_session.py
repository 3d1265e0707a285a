"""Runs one of our modules on the desktop of a session, for a service that has none: with the rights of the user who sits there.

In our own session that is ourselves; in another one the token of its user is asked for, which only LocalSystem gets.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from ctypes import wintypes
from pathlib import Path

from host.windows.win32 import Handle, checked, function, kernel32

_wtsapi32 = ctypes.WinDLL("wtsapi32", use_last_error=True)
_userenv = ctypes.WinDLL("userenv", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

_DESKTOP = "winsta0\\default"
_NO_WINDOW, _UNICODE_ENVIRONMENT = 0x08000000, 0x00000400
_ROOMS = Path(__file__).resolve().parents[3]


class _Startup(ctypes.Structure):
    """STARTUPINFOW."""

    _fields_ = (
        ("cb", wintypes.DWORD), ("reserved", wintypes.LPWSTR), ("desktop", wintypes.LPWSTR), ("title", wintypes.LPWSTR),
        ("numbers", wintypes.DWORD * 8), ("show", wintypes.WORD), ("reserved2", wintypes.WORD), ("pointer", ctypes.c_void_p),
        ("handles", wintypes.HANDLE * 3),
    )  # fmt: skip


class _Started(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (("process", wintypes.HANDLE), ("thread", wintypes.HANDLE), ("pid", wintypes.DWORD), ("tid", wintypes.DWORD))


_PLACE = (
    wintypes.LPCWSTR, wintypes.LPWSTR, ctypes.c_void_p, ctypes.c_void_p, wintypes.BOOL, wintypes.DWORD, ctypes.c_void_p,
    wintypes.LPCWSTR, ctypes.POINTER(_Startup), ctypes.POINTER(_Started),
)  # fmt: skip
_create = function(kernel32, "CreateProcessW", wintypes.BOOL, *_PLACE)
_create_as = function(_advapi32, "CreateProcessAsUserW", wintypes.BOOL, wintypes.HANDLE, *_PLACE)
_session_of = function(kernel32, "ProcessIdToSessionId", wintypes.BOOL, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD))
_own_pid = function(kernel32, "GetCurrentProcessId", wintypes.DWORD)
_token_of = function(_wtsapi32, "WTSQueryUserToken", wintypes.BOOL, wintypes.ULONG, ctypes.POINTER(wintypes.HANDLE))
_environment = function(
    _userenv, "CreateEnvironmentBlock", wintypes.BOOL, ctypes.POINTER(ctypes.c_void_p), wintypes.HANDLE, wintypes.BOOL
)
_destroy = function(_userenv, "DestroyEnvironmentBlock", wintypes.BOOL, ctypes.c_void_p)


def own_session() -> int:
    session = wintypes.DWORD()
    return session.value if _session_of(_own_pid(), ctypes.byref(session)) else -1


def run(session: int, module: str, words: Sequence[str]) -> bool:
    """Start `python -m module words…` on the desktop of the session, without waiting for it. False: that is not to be had."""
    with suppress(OSError):
        if session == own_session():
            _start(None, None, module, words)
        else:
            token = wintypes.HANDLE()
            checked(_token_of(session, ctypes.byref(token)), "WTSQueryUserToken")
            with Handle(token.value or 0) as user:
                block = ctypes.c_void_p()
                checked(_environment(ctypes.byref(block), user.value, False), "CreateEnvironmentBlock")
                try:
                    _start(user.value, block, module, words)
                finally:
                    _destroy(block)
        return True
    return False


def _start(token: int | None, environment: ctypes.c_void_p | None, module: str, words: Sequence[str]) -> None:
    startup = _Startup(cb=ctypes.sizeof(_Startup), desktop=_DESKTOP)
    started = _Started()
    command = ctypes.create_unicode_buffer(subprocess.list2cmdline(command_line(module, words)))
    rest = (
        str(_interpreter()), command, None, None, False, _NO_WINDOW | _UNICODE_ENVIRONMENT, environment, None,
        ctypes.byref(startup), ctypes.byref(started),
    )  # fmt: skip
    checked(_create(*rest) if token is None else _create_as(token, *rest), "CreateProcess")
    for handle in (started.process, started.thread):
        Handle(handle or 0).close()


def command_line(module: str, words: Sequence[str]) -> list[str]:
    """How a module of ours is run by the interpreter that runs us: from our own folder, whatever the environment says."""
    code = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
    return [str(_interpreter()), "-I", "-c", code, str(_ROOMS), module, *words]


def _interpreter() -> Path:
    """The one without a console, where there is one: nobody is to see a window flash up."""
    silent = Path(sys.executable).with_name("pythonw.exe")
    return silent if silent.exists() else Path(sys.executable)
