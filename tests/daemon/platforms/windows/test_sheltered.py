"""Who has many programs that take long to be read shelters none of them for ever, and holds up no loop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from daemon.platforms.api import ProgramStarted
from daemon.platforms.processes import Identity
from daemon.platforms.reading.patience import HeldError
from daemon.platforms.windows.reading import readers
from daemon.platforms.windows.reading.readers import Readers, step
from daemon.platforms.windows.watching import images, tracker
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.readings import Readings
from daemon.platforms.windows.watching.snapshot import Process
from host.clock import SystemClock
from rules.games import Catalogue
from tests.daemon.platforms.windows.stand import Lookout, is_unread, own, run

_CHILD = "S-1-5-21-1-2-3-1001"
NOTHING = Catalogue(())


@pytest.fixture
def slow(monkeypatch):
    """Files called "giu…" are read for so long, and get on all the while."""
    real, owner = images.opened, Programs.owner

    def start(seconds):
        def opened(path):
            over = time.monotonic() + (seconds if path.rpartition("\\")[2].startswith("giu") else 0)
            while time.monotonic() < over:
                step()
                time.sleep(0.02)
            return real(path)

        monkeypatch.setattr(images, "opened", opened)

    monkeypatch.setattr(
        Programs, "owner", lambda its, process: _CHILD if process.name.startswith("giu") else owner(its, process)
    )
    return start


def test_who_reads_on_for_ever_counts_as_unread_in_the_end(here, slow, monkeypatch):
    """What takes so long is no busy PC's doing."""
    monkeypatch.setattr(tracker, "_PAUSE_S", 0.1)
    slow(60)
    decoy = here / "giu.exe"

    async def main():
        async with Lookout(here, (own(decoy),)) as lookout:
            process = run(decoy, "/seconds", "60")
            await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == process.pid)
            began = time.monotonic()
            await lookout.until(lambda one: is_unread(one) and one.program.pid == process.pid, 8)
            return time.monotonic() - began

    assert asyncio.run(main()) > 1  # a busy PC has its time


def test_a_reading_that_goes_on_for_ever_is_given_up(monkeypatch):
    monkeypatch.setattr(readers, "WHOLE_MS", 300)
    these, over = Readers(SystemClock()), threading.Event()

    def read():
        while not over.wait(0.02):
            step()

    asked, end = these.ask("child", read), time.monotonic() + 5
    try:
        while not asked.done() and time.monotonic() < end:
            these.look_after()
            time.sleep(0.02)
        assert asked.done()
        assert isinstance(asked.exception(), HeldError)
    finally:
        over.set()


class Slow:
    """Reads (readings.Reads) that get on until they are `over`; `asked`: whose owner the system was asked for."""

    def __init__(self):
        self.over = threading.Event()
        self.asked: list[Identity] = []

    def owner(self, process):
        self.asked.append(process.identity)
        return _CHILD

    def read(self, *_):
        while not self.over.wait(0.02):
            step()


def test_who_waits_is_asked_for_without_the_system_and_without_a_wait():
    reads = Slow()
    these = Readings(reads, Readers(SystemClock()), SystemClock())
    many = [Process(pid, 4, 1, 1, "java.exe") for pid in range(8, 208)]

    def ask():
        began = time.monotonic()
        for process in many:
            with pytest.raises(HeldError):
                these.read(process, 0, NOTHING)
        return time.monotonic() - began

    try:
        assert ask() < 1.2  # of which the first may be waited for
        these._late.clear()  # as if each had been given up
        assert ask() < 0.3
        assert reads.asked == [process.identity for process in many]
    finally:
        these.stop()
        reads.over.set()
