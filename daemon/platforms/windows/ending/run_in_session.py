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
import win32security
import win32ts

from daemon.platforms.windows.ending import closing
from host.windows.win32 import AsOSError

_OWN_NAME = "giochoi-tray.exe"  # a copy of pythonw.exe that an installer may put beside it: Windows knows icons by that
_FULL = 2  # TokenElevationTypeFull
_DESKTOP = "winsta0\\default"
_ROOMS = Path(__file__).resolve().parents[4]


def own_session() -> int:
    with suppress(OSError), AsOSError():
        session: int = win32ts.ProcessIdToSessionId(os.getpid())  # type: ignore[no-untyped-call] # typed in part only
        return session
    return -1


def disconnect(session: int) -> bool:
    """Its programs go on, behind the log-on screen. False: it is over, or not for us."""
    with suppress(OSError), AsOSError():
        win32ts.WTSDisconnectSession(win32ts.WTS_CURRENT_SERVER_HANDLE, session, False)
        return True
    return False


def run(session: int, module: str, words: Sequence[str], *, own_name: bool = False) -> int | None:
    """Start `python -m module words…` on the desktop of the session, without waiting for it; a handle of the process, which
    closes when nobody holds it any more. None: that is not to be had. `own_name`: by the interpreter of that name, if there is.
    """
    line = command_line(module, words, own_name=own_name)
    with suppress(OSError), AsOSError():
        if session == own_session():
            return win32process.CreateProcess(*_how(None, line, "" if closing.interactive() else _DESKTOP))[0]
        user = plain(win32ts.WTSQueryUserToken(session))
        return win32process.CreateProcessAsUser(user, *_how(win32profile.CreateEnvironmentBlock(user, False), line))[0]
    return None


def plain(token: Any) -> Any:
    """Of an administrator's two tokens the one that their desktop has. OSError."""
    with AsOSError():
        if win32security.GetTokenInformation(token, win32security.TokenElevationType) == _FULL:
            return win32security.GetTokenInformation(token, win32security.TokenLinkedToken)
    return token


def succeeded(process: int) -> bool:
    """Whether it is over by now, and well."""
    with suppress(OSError), AsOSError():
        over = win32event.WaitForSingleObject(process, 0) == win32event.WAIT_OBJECT_0
        return over and win32process.GetExitCodeProcess(process) == 0
    return False


def _how(environment: dict[str, str] | None, line: Sequence[str], desktop: str = _DESKTOP) -> tuple[Any, ...]:
    """What a process is made with; on our own desktop where `desktop` is empty."""
    startup = win32process.STARTUPINFO()
    if desktop:
        startup.lpDesktop = desktop
    whole = subprocess.list2cmdline(line)
    return line[0], whole, None, None, False, win32process.CREATE_NO_WINDOW, environment, None, startup


def command_line(module: str, words: Sequence[str], *, own_name: bool = False) -> list[str]:
    """How a module of ours is run by the interpreter that runs us: from our own folder, whatever the environment says."""
    code = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
    return [str(_interpreter(own_name=own_name)), "-I", "-c", code, str(_ROOMS), module, *words]


def _interpreter(*, own_name: bool) -> Path:
    """The one without a console, where there is one: nobody is to see a window flash up."""
    real = sys.prefix == sys.base_prefix  # beside the one of a virtual environment lie the programs that pip made
    names = [_OWN_NAME] * (own_name and real) + ["pythonw.exe"]
    here = Path(sys.executable)
    return next((found for found in map(here.with_name, names) if found.exists()), here)
