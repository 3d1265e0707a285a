"""Puts the Linux platform together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.api import Platform
from daemon.platforms.linux.accounts import LinuxAccounts
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.programs import Programs, interpreters
from daemon.platforms.linux.tracker import Tracker
from daemon.platforms.linux.watcher import LinuxWatcher
from host.clock import Clock


def build(clock: Clock, gate_mounts: tuple[str, ...] | None, spared: Callable[[], Iterable[int]]) -> Platform:
    tracker = Tracker(Programs(clock, interpreters()), clock)
    return Platform(LinuxWatcher(tracker, clock, gate_mounts), LinuxControl(spared), LinuxAccounts())
