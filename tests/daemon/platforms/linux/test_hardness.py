"""Whoever tries to blind, stall or end the watcher: nothing that runs is forgotten, and everybody hears of it."""

from __future__ import annotations

import asyncio
import errno
import subprocess
import time

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.processes import BlindError
from rules.games import Catalogue, Game


@pytest.fixture
def blind(monkeypatch):
    """`blind()`: from now on no file of /proc can be opened; `blind(False)`: it can again."""
    real = procfs.os.open

    def full(path, *args, **more):
        if str(path).startswith("/proc/"):
            raise OSError(errno.EMFILE, "Too many open files")
        return real(path, *args, **more)

    def set_(on=True):
        monkeypatch.setattr(procfs.os, "open", full if on else real)

    return set_


@pytest.fixture
def sleeper():
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        time.sleep(0.05)
        yield child.pid
        child.kill()


def told(seen, kind, pid):
    return [one for one in seen if isinstance(one, kind) and (one.program.pid if kind is ProgramStarted else one.pid) == pid]


def troubles(seen):
    return [(one.id, one.over) for one in seen if isinstance(one, WatchTrouble) and one.id != "watch-events"]


SLEEP = Catalogue([Game(id="sleep", title="", names=("sleep",))])


def test_want_of_descriptors_ends_nothing(blind, sleeper):
    """A program that cannot be looked at is not gone; whom not to touch is not known either."""
    control, identity = LinuxControl(), (sleeper, procfs.stat(sleeper).started)
    blind()
    with pytest.raises(BlindError):
        procfs.stat(sleeper)
    assert (control.alive(*identity), control.ask_close([identity]), control.end(*identity)) == (True, False, False)
    blind(False)
    assert control.alive(*identity)
    assert procfs.stat(2**22 - 1) is None


def test_a_blind_scan_says_what_was_known(watching, blind, sleeper, monkeypatch):
    """The last table stands, one Issue is told however often it is looked, and is over when it has been well for long."""
    monkeypatch.setattr("daemon.platforms.linux.watcher.os.geteuid", lambda: 1)
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(SLEEP, {}))
            before = [one for one in watcher.scan() if one.pid == sleeper]
            blind()
            for _ in range(3):
                assert [one for one in watcher.scan() if one.pid == sleeper] == before
            await asyncio.sleep(0.4)  # the poller looks too
            assert troubles(seen) == [("watch-blind", False)]
            assert told(seen, ProgramEnded, sleeper) == []
            blind(False)
            assert [one for one in watcher.scan() if one.pid == sleeper] == before
            await asyncio.sleep(0.01)
            assert troubles(seen) == [("watch-blind", False)]
            monkeypatch.setattr("daemon.platforms.watcher._HELD_MS", 0)
            watcher.scan()
            await asyncio.sleep(0.01)
            assert troubles(seen) == [("watch-blind", False), ("watch-blind", True)]

    asyncio.run(body())
