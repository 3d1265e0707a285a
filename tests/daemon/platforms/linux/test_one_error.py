"""One error costs one event: those after it are still handled, and what waits is still told."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from types import SimpleNamespace

import pytest

from daemon.platforms.api import ProgramStarted
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching.tracker import Tracker
from daemon.platforms.processes import BlindError
from daemon.platforms.troubles import BLIND
from host.clock import SystemClock
from rules.games import Program

ERRORS = (ValueError("odd"), BlindError("no descriptors"))


@pytest.mark.parametrize("error", ERRORS)
def test_fork_that_raises_costs_no_other_fork(monkeypatch, error):
    """The others are told in the next turn, and those that are forked later, too."""
    timers, seen, troubles, stat = [], [], [], procfs.stat
    children = [subprocess.Popen(["/bin/sleep", "60"]) for _ in range(3)]
    first, second, third = (child.pid for child in children)

    def fails(pid):
        if pid == first:
            raise error
        return stat(pid)

    def told():
        return [one.program.pid for one in seen if isinstance(one, ProgramStarted)]

    tracker = Tracker(SimpleNamespace(), SystemClock())
    tracker.later, tracker.trouble = lambda _, call: timers.append(call), lambda id_, *_: troubles.append(id_)
    tracker.start(seen.append)
    tracker._plays.begin(Program(os.getpid(), 1, 0, "an", ()), 7)
    monkeypatch.setattr(procfs, "stat", fails)
    try:
        for pid in (first, second):
            tracker.forked(os.getpid(), pid, 0, 7)
        with suppress(ValueError):
            timers.pop()()
        assert troubles == ([BLIND] if isinstance(error, BlindError) else [])
        timers.pop()()
        assert told() == [second]
        tracker.forked(os.getpid(), third, 0, 7)
        timers.pop()()
        assert told() == [second, third]
    finally:
        for child in children:
            child.kill()
            child.wait()
