"""Whoever keeps a file of his from being read holds up his own programs: nobody else's, and not the loop."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
import time
from concurrent.futures import wait
from pathlib import Path

import pytest
import win32file
import win32pipe

from daemon.platforms.api import ProgramStarted, WatchTrouble
from daemon.platforms.reading.patience import HeldError
from daemon.platforms.reading.queues import MOST_OF_ONE, Key
from daemon.platforms.tracker import HELD
from daemon.platforms.windows import installed
from daemon.platforms.windows.reading.readers import Readers, step, whose
from daemon.platforms.windows.watching import images, processes
from daemon.platforms.windows.watching.programs import Programs
from daemon.platforms.windows.watching.snapshot import Snapshots
from host.clock import SystemClock
from host.windows import tokens
from host.windows.descriptors import protect
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself
from tests.daemon.platforms.windows.stand import SHORT, Lookout, is_unread, own, run

_CHILD = "S-1-5-21-1-2-3-1001"
_LIMIT_MS = 300


@pytest.fixture
def silent():
    """`silent()` reads what nobody ever writes: from a real pipe, in a call that only comes back if it is cancelled."""
    kept = []

    def read():
        name = f"\\\\.\\pipe\\gc-{secrets.token_hex(8)}"
        kept.append(win32pipe.CreateNamedPipe(name, win32pipe.PIPE_ACCESS_DUPLEX, 0, 1, 4096, 4096, 0, None))
        end = win32file.CreateFile(name, win32file.GENERIC_READ, 0, None, win32file.OPEN_EXISTING, 0, None)
        step()
        return win32file.ReadFile(end, 1)

    yield read
    for one in kept:
        one.Close()


@pytest.fixture
def readers(monkeypatch):
    monkeypatch.setattr(Key, "limit", property(lambda self: _LIMIT_MS * (20 if self.slow else 1)))
    return Readers(SystemClock())


def until(said, patience=10.0):
    over = time.monotonic() + patience
    while not said():
        assert time.monotonic() < over
        time.sleep(0.02)


def test_a_call_that_does_not_come_back_is_cancelled_and_its_thread_goes_on(readers, silent):
    """More than an account may have at work: each is given up, and no thread is lost."""
    held = [readers.ask("child", silent) for _ in range(MOST_OF_ONE * 2)]
    until(lambda: readers.held("child"))

    def given_up():
        readers.look_after()
        return all(one.done() for one in held)

    until(given_up)
    assert all(isinstance(one.exception(), HeldError) for one in held)
    until(lambda: not readers._at_work)
    before = set(readers._idle)
    assert readers.ask("child", threading.current_thread).result(10) in before


def test_who_holds_up_all_that_may_work_for_him_holds_up_nobody_else(readers, silent):
    """Neither what is soon read, nor what takes long; his own waits."""
    held = [readers.ask("child", silent) for _ in range(MOST_OF_ONE)]
    held += [readers.ask("child", silent, slow=True)]
    own_one = readers.ask("child", lambda: "read")
    others = [readers.ask("friend", whose), readers.ask("friend", whose, slow=True)]
    assert [one.result(10) for one in others] == ["friend"] * 2
    assert not any(one.done() for one in (*held, own_one))
    readers.stop()


def test_a_long_reading_that_goes_on_is_not_given_up(readers):
    def read():
        for _ in range(8):
            time.sleep(_LIMIT_MS / 3000)
            step()
        return "read"

    asked = readers.ask("child", read)
    while not wait([asked], 0.02).done:
        readers.look_after()
    assert asked.result() == "read"


def test_what_was_given_up_reads_nothing_more(readers):
    go, went_on = threading.Event(), []

    def read():
        go.wait(10)
        step()
        went_on.append(1)

    asked = readers.ask("child", read)
    time.sleep(_LIMIT_MS / 1000 + 0.1)
    readers.look_after()
    go.set()
    assert isinstance(asked.exception(10), HeldError)
    until(lambda: not readers._at_work)
    assert not went_on


class Held:
    """Another account's programs, those of which the name begins with "giu": their files are opened by nobody, until `over`."""

    def __init__(self, monkeypatch):
        self.over = threading.Event()
        real, owner = images.opened, Programs.owner

        def opened(path):
            if path.rpartition("\\")[2].startswith("giu"):
                step()
                self.over.wait(60)
            return real(path)

        monkeypatch.setattr(images, "opened", opened)
        monkeypatch.setattr(
            Programs, "owner", lambda its, process: _CHILD if process.name.startswith("giu") else owner(its, process)
        )


@pytest.fixture
def held(monkeypatch):
    one = Held(monkeypatch)
    yield one
    one.over.set()


async def longest_pause(over):
    """Of the loop, in seconds, until `over`."""
    longest, at = 0.0, time.monotonic()
    while not over.is_set():
        await asyncio.sleep(0.01)
        longest, at = max(longest, time.monotonic() - at), time.monotonic()
    return longest


def in_between(here, start):
    """While what `start()` starts is held somebody else's game starts. What was told; which of the held were told as unread, as
    all are that still run; in how many seconds the game was told, and how long the loop stood still.
    """
    game = here / "choi.exe"

    async def main():
        async with Lookout(here, (own(game),)) as lookout:
            over = asyncio.Event()
            pause = asyncio.create_task(longest_pause(over))
            held = await asyncio.to_thread(start)
            await asyncio.sleep(1)
            began = time.monotonic()
            process = await asyncio.to_thread(run, game, *SHORT)
            found = await lookout.game()
            took = time.monotonic() - began
            assert (found.program.pid, found.program.files[0].size > 0) == (process.pid, True)
            unread = set()
            async with asyncio.timeout(20):
                while any(one.pid not in unread and one.poll() is None for one in held):
                    unread = {one.program.pid for one in lookout.seen if is_unread(one)}
                    await asyncio.sleep(0.1)
            over.set()
            return lookout.seen, unread & {one.pid for one in held}, took, await pause

    return asyncio.run(main())


def test_while_one_accounts_files_are_held_anothers_game_is_told_and_the_held_are_unread(here, held):
    """More of them than may be at work for one account. The loop goes on all the while."""
    copies = [here / f"giu{number}.exe" for number in range(MOST_OF_ONE * 2)]
    for copy in copies:
        own(copy, "trochoi-console.exe")
    seen, unread, took, pause = in_between(here, lambda: [run(copy, "/seconds", "60") for copy in copies])
    assert len(unread) == len(copies)
    assert took < 3
    assert pause < 1
    assert {one.id for one in seen if isinstance(one, WatchTrouble) and "giu" in str(one.text)} == {HELD}


@pytest.mark.skipif("GIOCHOI_HELD_DISK" not in os.environ, reason="only with the disk of tests/lab/test_held.py")
def test_so_with_scripts_on_a_disk_that_does_not_answer(here, monkeypatch):
    """No call comes back that reads there, and none can be cancelled."""
    disk, owner, ours = Path(os.environ["GIOCHOI_HELD_DISK"]), Programs.owner, os.getpid()

    def of_child(its, one):
        return _CHILD if one.parent == ours and one.name == Path(sys.executable).name else owner(its, one)

    def start():
        return [run(sys.executable, disk / "tro.py") for _ in range(MOST_OF_ONE * 2)]

    def told(handle):
        """Wine would look into such a process for three seconds, and serve nobody meanwhile. Windows itself says it."""
        ours_too = processes.image(handle) != sys.executable or processes._pid(handle.value) == ours
        return by_psutil(handle) if ours_too else (sys.executable, str(disk / "tro.py"))

    by_psutil = processes._args_by_psutil
    monkeypatch.setattr(processes, "_args_by_psutil", told)
    monkeypatch.setattr(Programs, "owner", of_child)
    try:
        _, unread, took, pause = in_between(here, start)
    finally:  # else nothing that reads there could be ended
        (disk.parent / "over").touch()
    assert len(unread) >= MOST_OF_ONE  # some are told by this Windows that there is no such file, and end
    assert took < 3
    assert pause < 1


def test_what_can_be_read_after_a_while_is_what_it_is(here, held):
    """Told again, without what was said of it before; nobody is told that it is unread."""
    path = here / "giu.exe"

    async def main():
        async with Lookout(here, (own(path),)) as lookout:
            process = run(path, *SHORT)
            first = await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == process.pid)
            held.over.set()
            found = await lookout.game()
            return lookout, first.program, found.program

    lookout, first, found = asyncio.run(main())
    assert [one.path for one in first.files] == ["giu.exe"]
    assert (found.unread, found.pid, [one.size for one in found.files]) == (False, first.pid, [path.stat().st_size])
    assert not any(is_unread(one) or getattr(one, "id", None) == HELD for one in lookout.seen)


def test_what_was_read_once_stays_what_it_is(here, held):
    """A look at all, while its file is held, finds it as it was, and tells of no trouble."""
    path = here / "giu.exe"

    async def main():
        held.over.set()
        async with Lookout(here, (own(path),)) as lookout:
            run(path, *SHORT)
            found = await lookout.game()
            held.over.clear()
            again = next(one for one in lookout.watcher.scan() if one.pid == found.program.pid)
            await asyncio.sleep(1.5)
            return lookout, found.program, again

    lookout, found, again = asyncio.run(main())
    assert (again.files, again.unread) == (found.files, False)
    assert not any(isinstance(one, WatchTrouble) and one.id == HELD for one in lookout.seen)
    assert Snapshots().take()[found.pid].started == found.started


def test_who_reads_on_is_not_held_against_anybody(here, held, monkeypatch):
    """A busy PC may need long for all that an honest program was told: it counts who does not get on."""
    monkeypatch.setattr(Key, "limit", property(lambda _: 60_000))
    path = here / "giu.exe"

    async def main():
        async with Lookout(here, (own(path),)) as lookout:
            process = run(path, *SHORT)
            await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == process.pid)
            await asyncio.sleep(5)
            return [one for one in lookout.seen if is_unread(one)]

    assert asyncio.run(main()) == []


@pytest.mark.parametrize(("anybody", "unread"), [(False, False), (True, True)])
def test_an_installed_program_of_its_own_hides_nothing(here, held, monkeypatch, anybody, unread):
    """As the desktop, on a disk that is slow. But also in what Windows keeps there are folders that everybody may write to."""
    monkeypatch.setattr(installed, "places", lambda: (str(here).casefold() + "\\",))
    monkeypatch.setattr(installed, "_TRUSTED", installed._TRUSTED | {tokens.own_sid()})
    path = here / "Temp" / "giu.exe"
    path.parent.mkdir()
    for folder in (here, path.parent):
        everybody = "(A;OICI;FA;;;WD)" if anybody and folder != here else ""
        with open_itself(folder, READ_CONTROL | WRITE_DAC) as handle:
            protect(handle.value, f"D:P(A;OICI;FA;;;{tokens.own_sid()}){everybody}")

    async def main():
        async with Lookout(here, (own(path),)) as lookout:
            process = run(path, *SHORT)
            first = await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == process.pid)
            await lookout.until(lambda one: isinstance(one, WatchTrouble) and one.id == HELD)
            return lookout.tracker._known[first.program.pid].program.unread

    assert asyncio.run(main()) is unread


def test_where_no_thread_can_be_started_the_next_one_is_asked(monkeypatch):
    """Want of memory: who asked hears of it, and all goes on."""
    readers = Readers(SystemClock())
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda _: (_ for _ in ()).throw(RuntimeError("can't start new thread")))
        assert isinstance(readers.ask("child", whose).exception(5), HeldError)
    assert readers.ask("child", whose).result(5) == "child"


def test_who_was_read_before_it_said_what_it_was_told_is_unread_as_long_as_it_is_held(here, held, monkeypatch):
    """What it is by its file alone says nothing of what an interpreter runs."""
    path, real, young = here / "giu.exe", processes.command, threading.Event()
    monkeypatch.setattr(processes, "command", lambda handle: real(handle) if young.is_set() else ((), ""))
    own(path)

    async def main():
        held.over.set()
        async with Lookout(here, ()) as lookout:
            process = run(path, *SHORT)
            first = await lookout.until(lambda one: isinstance(one, ProgramStarted) and one.program.pid == process.pid)
            held.over.clear()
            young.set()
            await lookout.until(lambda one: is_unread(one) and one.program.pid == process.pid, 15)
            return first.program.unread

    assert asyncio.run(main()) is False
