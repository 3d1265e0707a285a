"""Whoever tries to blind, stall or end the watcher: nothing that runs is forgotten, and everybody hears of it."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
import sys
import textwrap
import threading
import time
from hashlib import sha256
from pathlib import Path

import pytest

from daemon.platforms import images
from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.hashing import key
from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.first import raise_descriptors
from daemon.platforms.linux.watching import ends
from daemon.platforms.linux.watching import images as linux_images
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.processes import BlindError
from rules.games import Catalogue, Game
from tests import system


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


ONE_BYTE = Catalogue([Game(id="one", title="", sizes=(1,))])
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
    monkeypatch.setattr("daemon.platforms.linux.watching.noticing.Noticing._listen", lambda *_: False)
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


def test_one_program_that_cannot_be_read_hides_no_other(watching, sleeper, monkeypatch):
    """Whatever reading it comes to: the others are found, it is told once, and what was known of it stands."""
    seen = []
    read = Programs.read

    def fail(self, pid, *args):
        return read(self, pid, *args) if pid != sleeper else 1 / 0

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(SLEEP, {}))
            known = [one for one in watcher.scan() if one.pid == sleeper]
            monkeypatch.setattr(Programs, "read", fail)
            for _ in range(3):
                found = {one.pid: one for one in watcher.scan()}
                assert os.getpid() in found
                assert [found[sleeper]] == known
            await asyncio.sleep(0.01)
            assert troubles(seen) == [("watch-unreadable", False)]

    asyncio.run(body())


@pytest.mark.root
def test_leaderless_games_take_few_descriptors(watching, launcher, until, monkeypatch, signs):
    """Games that go on in their threads beyond the bound are found over by a scan."""
    monkeypatch.setattr(ends, "_MOST", 2)
    code = textwrap.dedent(f"""
        import ctypes, os, threading, time
        def last():
            {signs.wait("end")}
            os._exit(0)
        threading.Thread(target=last).start()
        ctypes.CDLL(None).pthread_exit(None)
    """)
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([Game(id="game", title="", commands=("the-game",))]), {}))
            pids = {(await launcher.aside("start", args=[sys.executable, "-c", code, "the-game"]))["pid"] for _ in range(4)}
            await until(lambda: all(procfs.stat(pid).state == "Z" for pid in pids))
            await until(lambda: len(watcher._tracker._ends._waiting) == 2)
            assert {one.pid for one in seen if isinstance(one, ProgramEnded)} & pids == set()
            assert {one.pid for one in watcher.scan()} >= pids
            signs.give("end")
            await until(lambda: {one.pid for one in watcher.scan()} & pids == set())

    asyncio.run(body())


def test_no_descriptor_for_an_end_is_no_end(monkeypatch, sleeper, watching):
    """Where a pidfd cannot be had the scan does the rest; only who is gone is gone."""

    def none(pid):
        raise OSError(errno.EMFILE if pid == sleeper else errno.ESRCH, "")

    async def body():
        async with watching([]) as watcher:
            monkeypatch.setattr(os, "pidfd_open", none)
            assert [watcher._tracker._ends.follow((pid, 1)) for pid in (sleeper, 2**22 - 1)] == [True, False]

    asyncio.run(body())


def test_the_soft_limit_is_raised():
    """As many descriptors as we may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, hard), hard))
    try:
        raise_descriptors()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- large files --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(tmp_path):
    """A script larger than what is hashed at once, and a catalogue that knows it by content."""
    content = b"sleep 60; exit\n" + b"#" * (2 * images.INLINE)
    path = tmp_path / "tetris"
    path.write_bytes(content)
    return path, Catalogue([Game(id="tetris", title="", sizes=(len(content),), sha256=(sha256(content).hexdigest(),))])


def test_a_large_file_is_told_again_once_it_is_known(watching, until, launcher, large, monkeypatch):
    """It is hashed aside: the loop goes on, and hears that it is a game when that is known; its start is the same."""
    path, catalogue = large
    go, seen = threading.Event(), []
    real = images.sha256

    def slow(handle, stop=lambda: False):
        assert threading.current_thread() is not threading.main_thread()
        go.wait(system.PATIENCE)
        return real(handle, stop)

    monkeypatch.setattr(linux_images, "sha256", slow)
    monkeypatch.setattr(images, "sha256", slow)

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(catalogue, {}))
            pid = (await launcher.aside("start", args=["/bin/sh", str(path)]))["pid"]
            first = (await until(lambda: told(seen, ProgramStarted, pid)))[-1].program
            assert catalogue.recognise(first) is None
            assert [catalogue.recognise(one) for one in watcher.scan() if one.pid == pid] == [None]
            go.set()
            again = await until(lambda: [
                one.program for one in told(seen, ProgramStarted, pid) if catalogue.recognise(one.program)])
            assert (again[-1].identity, again[-1].since) == (first.identity, first.since)
            assert pid in watcher._tracker.games
            assert told(seen, ProgramEnded, pid) == []
            watcher._tracker.programs.images._known.clear()  # hashes are forgotten when there are too many
            assert [catalogue.recognise(one).game for one in watcher.scan() if one.pid == pid] == ["tetris"]

    asyncio.run(body())


def test_what_takes_long_is_bounded_and_leaves_nothing_open(tmp_path, monkeypatch):
    """Beyond its queue nothing is taken; at its end all that was held is closed."""
    go, said = threading.Event(), []
    monkeypatch.setattr(images, "INLINE", 0)
    monkeypatch.setattr(linux_images, "sha256", lambda *_: go.wait(system.PATIENCE) and "digest")
    files = linux_images.Images()
    files.start(lambda *told: said.append(told))
    for number in range(100):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        assert files.open(str(path), "x", ONE_BYTE).sha256 is None
    assert 60 <= open_below(tmp_path) <= 70
    threading.Timer(0.05, go.set).start()
    files.stop()
    assert open_below(tmp_path) == 0
    assert said == []


def open_below(folder: Path) -> int:
    """How many of our descriptors are of files in it: others come and go with what other tests left to be collected."""
    return sum(os.path.realpath(one).startswith(f"{folder}/") for one in Path("/proc/self/fd").iterdir())


def test_a_file_that_changed_meanwhile_is_not_known(tmp_path, monkeypatch):
    """A digest is of the file that was asked for, or of none."""
    go, said, real = threading.Event(), [], linux_images.sha256
    monkeypatch.setattr(images, "INLINE", 0)
    monkeypatch.setattr(linux_images, "sha256", lambda *args: go.wait(system.PATIENCE) and real(*args))
    files = linux_images.Images()
    files.start(lambda *told: said.append(told))
    kept, changed = tmp_path / "kept", tmp_path / "changed"
    for path in (kept, changed):
        path.write_bytes(b"x")
        files.open(str(path), "x", ONE_BYTE)
    keys = [key(path.stat()) for path in (kept, changed)]
    system.tick()
    changed.write_bytes(b"y")
    go.set()
    system.until(lambda: len(said) == 2)
    files.stop()
    assert said == [(keys[0], images.Looked(sha256(b"x").hexdigest())), (keys[1], None)]


# --- the loop -----------------------------------------------------------------------------------------------------------------


@pytest.mark.root
def test_a_flood_of_events_leaves_the_loop_its_turn(watching, launcher, until, monkeypatch):
    """Reading stops after a moment and goes on when the loop has done what else is due."""
    seen, handled = [], []

    def slow(self, pid, mono):
        time.sleep(0.02)
        handled.append(pid)

    async def body():
        async with watching(seen) as watcher:
            launcher("run", args=["/bin/sh", "-c", "for i in $(seq 40); do /bin/true; done"])
            monkeypatch.setattr(LinuxTracker, "executed", slow)
            watcher._events._read()
            assert 0 < len(handled) < 10
            await until(lambda: len(handled) > 30)

    asyncio.run(body())


def test_arguments_are_kept_of_games_only(watching, launcher, until):
    """They are as long as somebody likes: what is no game is remembered without them."""
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(SLEEP, {}))
            pids = [(await launcher.aside("start", args=args))["pid"] for args in (
                ["/bin/sleep", "60"], [sys.executable, "-c", "import time; time.sleep(60)", "x" * 100_000])]
            await until(lambda: all(map(procfs.args, pids)))  # an exec goes on for a moment after whoever forked hears of it
            found = {one.pid: one.args for one in watcher.scan()}
            assert [len(found[pid]) for pid in pids] == [2, 4]
            assert [watcher._tracker._known[pid].program.args for pid in pids] == [("/bin/sleep", "60"), ()]

    asyncio.run(body())
