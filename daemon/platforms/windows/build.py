"""Puts the Windows platform together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.api import Platform
from daemon.platforms.windows.accounts import WindowsAccounts
from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.etw_events import session_name
from daemon.platforms.windows.images import Images
from daemon.platforms.windows.programs import Programs
from daemon.platforms.windows.tracker import Tracker
from daemon.platforms.windows.trees import Trees
from daemon.platforms.windows.watcher import WindowsWatcher
from host.clock import Clock


def build(clock: Clock, spared: Callable[[], Iterable[int]], home: str | None) -> Platform:
    """`home`: the daemon's, None where it is the system's."""
    tracker = Tracker(Programs(Images(), Trees(clock)), clock)
    return Platform(WindowsWatcher(tracker, clock, session_name(home)), WindowsControl(spared), WindowsAccounts())
