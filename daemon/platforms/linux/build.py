"""Puts the Linux platform together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from daemon.platforms.api import Platform
from daemon.platforms.linux.accounts import LinuxAccounts
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.logged_on import logged_on
from daemon.platforms.linux.pins import ForkedPins
from daemon.platforms.linux.reading.crew import Crew
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.interpreters import interpreters
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import Clock


def build(clock: Clock, gate_mounts: tuple[str, ...] | None, spared: Callable[[], Iterable[int]]) -> Platform:
    crew = Crew(clock) if os.geteuid() == 0 else None  # else whoever could hold us up can end us
    tracker = LinuxTracker(Programs(clock, interpreters()), clock)
    asker = Asker()
    watcher = LinuxWatcher(tracker, clock, gate_mounts, asker, crew)
    control = LinuxControl(spared, asker, tracker.ending)
    return Platform(watcher, control, LinuxAccounts(clock), ForkedPins(asker), logged_on=logged_on)
