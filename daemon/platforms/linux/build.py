"""Puts the Linux platform together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.api import Platform
from daemon.platforms.linux.accounts import LinuxAccounts
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.programs import Programs, interpreters
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import Clock


def build(clock: Clock, gate_mounts: tuple[str, ...] | None, spared: Callable[[], Iterable[int]]) -> Platform:
    tracker = LinuxTracker(Programs(clock, interpreters()), clock)
    asker = Asker()
    watcher = LinuxWatcher(tracker, clock, gate_mounts, asker)
    return Platform(watcher, LinuxControl(spared, asker), LinuxAccounts())
