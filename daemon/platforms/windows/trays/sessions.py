"""Sessions that somebody looks at, and a tray in one of them: as the user who sits there, with the rights of their desktop."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import win32process
import win32ts

from daemon.platforms.processes import Identity
from daemon.platforms.windows.ending import run_in_session
from daemon.platforms.windows.watching import processes
from host.windows.win32 import AsOSError, Handle

_ACTIVE: Final = 0  # WTSActive
_SERVICES: Final = 0  # the session of services, which has no screen
_MOST: Final = 60  # as many as can be waited for at once
_TRAY: Final = "tray"


@dataclass(frozen=True, slots=True)
class Tray:
    """`handle` can only be waited for."""

    handle: Handle
    identity: Identity


def looked_at() -> frozenset[int]:
    """None where the system does not say."""
    with suppress(OSError), AsOSError():
        active = (int(one["SessionId"]) for one in win32ts.WTSEnumerateSessions() if one["State"] == _ACTIVE)
        return frozenset(sorted(one for one in active if one != _SERVICES)[:_MOST])
    return frozenset()


def start(session: int, words: Sequence[str]) -> Tray | None:
    """None: nobody has logged on there, or it was over at once."""
    process = run_in_session.run(session, _TRAY, words, own_name=True)
    if process is None:
        return None
    with suppress(OSError), AsOSError():  # nobody else gets its pid as long as we hold `process`
        pid = win32process.GetProcessId(process)
        handle = processes.opened(pid)
        return None if handle is None else Tray(handle, (pid, processes.times(handle).created))
    return None


def found(identity: Identity) -> Tray | None:
    """One that was started before, if it still runs."""
    with suppress(OSError):
        handle = processes.opened_as(*identity)
        if handle is not None and processes.running(handle):
            return Tray(handle, identity)
    return None
