"""Puts the Linux platform together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daemon.platforms.api import Platform
from daemon.platforms.linux.accounts import LinuxAccounts
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending.asker import Asker, ForkedPins
from daemon.platforms.linux.logged_on import logged_on
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.power_record import of_journal
from host.clock import Clock


def build(clock: Clock, gate_mounts: tuple[str, ...] | None, spared: Callable[[], Iterable[int]]) -> Platform:
    reader, asker = Reader(clock), Asker()
    tracker = Tracker(reader, clock)
    watcher = LinuxWatcher(tracker, reader, clock, gate_mounts, asker)
    control = LinuxControl(spared, asker, tracker.together)
    return Platform(
        watcher, control, LinuxAccounts(clock), ForkedPins(asker),
        logged_on=logged_on, power=of_journal(), lock=lambda one: asker.lock(one.id),
    )  # fmt: skip
