"""Puts the Windows platform together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from daemon.platforms.api import Platform
from daemon.platforms.hashing import within
from daemon.platforms.power_record import of_event_log
from daemon.platforms.windows import trays
from daemon.platforms.windows.accounts import WindowsAccounts, lock, logged_on, looked_at
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.etw.events import session_name
from daemon.platforms.windows.watcher import WindowsWatcher
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.reader import Reader
from daemon.platforms.windows.watching.tracker import WindowsTracker
from daemon.platforms.windows.watching.trees import Trees
from host import choose
from host.clock import Clock
from host.homes import Home
from host.windows import service, tokens
from host.windows.files import system_root

_LARGEST = 1 << 32  # bytes of a file that is hashed, or whose signature is looked at
_COMPARING_MS = 5  # that the loop gives one file


def build(clock: Clock, spared: Callable[[], Iterable[int]], root: Path | None) -> Platform:
    """`root`: the home, if it is one. OSError."""
    if choose.files().privileged():
        tokens.take_up("SeDebugPrivilege", "SeBackupPrivilege")
        tokens.go_first()
    programs = Programs(Images(_LARGEST, within(clock.mono, _COMPARING_MS)), Trees(clock))
    watcher = WindowsWatcher(WindowsTracker(programs, clock, Reader()), clock, session_name(_other(root)))
    displays = _trays(clock, root) if service.attached() else None
    control, accounts = WindowsControl(spared), WindowsAccounts()
    return Platform(
        watcher, control, accounts,
        displays=displays, logged_on=logged_on, tells_unknown=False, power=of_event_log(), lock=lock,
    )  # fmt: skip


def _trays(clock: Clock, root: Path | None) -> trays.Trays:
    """A service alone has people's sessions before it; a daemon in the foreground is somebody's own."""
    other = _other(root)
    words = () if other is None else ("--home", other)
    memory = None if root is None else Home(root, "given").daemon / "trays.json"
    return trays.Trays(clock.mono, looked_at, lambda session: trays.start(session, words), memory)


def _other(root: Path | None) -> str | None:
    """A home that is not the system's has a session of events of its own."""
    return None if root is None or root == system_root() else str(root)
