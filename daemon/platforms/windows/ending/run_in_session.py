"""Runs one of our modules on the desktop of a session, for a service that has none: with the rights of the user who sits there.

In our own session that is ourselves; in another one the token of its user is asked for, which only LocalSystem gets.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import win32event
import win32process
import win32profile
import win32ts

from host.windows.win32 import AsOSError

_DESKTOP = "winsta0\\default"
_ROOMS = Path(__file__).resolve().parents[3]


def own_session() -> int:
    with suppress(OSError), AsOSError():
        session: int = win32ts.ProcessIdToSessionId(os.getpid())  # type: ignore[no-untyped-call] # typed in part only
        return session
    return -1


def run(session: int, module: str, words: Sequence[str]) -> int | None:
    """Start `python -m module words…` on the desktop of the session, without waiting for it; a handle of the process, which
    closes when nobody holds it any more. None: that is not to be had.
    """
    with suppress(OSError), AsOSError():
        if session == own_session():
            return win32process.CreateProcess(*_how(None, module, words))[0]
        user = win32ts.WTSQueryUserToken(session)
        return win32process.CreateProcessAsUser(user, *_how(win32profile.CreateEnvironmentBlock(user, False), module, words))[0]
    return None


def succeeded(process: int) -> bool:
    """Whether it is over by now, and well."""
    with suppress(OSError), AsOSError():
        over = win32event.WaitForSingleObject(process, 0) == win32event.WAIT_OBJECT_0
        return over and win32process.GetExitCodeProcess(process) == 0
    return False


def _how(environment: dict[str, str] | None, module: str, words: Sequence[str]) -> tuple[Any, ...]:
    """What a process is made with."""
    startup = win32process.STARTUPINFO()
    startup.lpDesktop = _DESKTOP
    line = subprocess.list2cmdline(command_line(module, words))
    return str(_interpreter()), line, None, None, False, win32process.CREATE_NO_WINDOW, environment, None, startup


def command_line(module: str, words: Sequence[str]) -> list[str]:
    """How a module of ours is run by the interpreter that runs us: from our own folder, whatever the environment says."""
    code = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
    return [str(_interpreter()), "-I", "-c", code, str(_ROOMS), module, *words]


def _interpreter() -> Path:
    """The one without a console, where there is one: nobody is to see a window flash up."""
    silent = Path(sys.executable).with_name("pythonw.exe")
    return silent if silent.exists() else Path(sys.executable)
