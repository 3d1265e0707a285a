"""What is over and stays, as whoever traces it does not let it go: it is over, and is looked at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from tests.ghosts import GAME, TRACER
from tests.system import until


@pytest.fixture(params=["first", "second"])
def traced(request, tmp_path):
    """The pid of a program with two threads, of which one is traced."""
    game = tmp_path / "game.py"
    game.write_text(GAME, "utf-8")
    command = [sys.executable, "-c", TRACER, request.param, sys.executable, str(game)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tracer:
        pid, found = map(int, tracer.stdout.readline().split())
        assert found == 0
        yield pid
        tracer.kill()


def test_what_is_kept_by_whoever_traces_it_is_over(traced):
    assert procfs.stat(traced).alive
    identity = traced, procfs.stat(traced).started
    os.kill(traced, signal.SIGKILL)
    until(lambda: not procfs.stat(traced).alive)
    assert (LinuxControl().alive(*identity), LinuxControl().end(*identity)) == (False, False)


def test_it_is_looked_at_once(traced, monkeypatch):
    """However many threads it has."""
    os.kill(traced, signal.SIGKILL)
    until(lambda: not procfs.stat(traced).alive)
    read = []
    real = procfs._read
    monkeypatch.setattr(procfs, "_read", lambda path, *limit: (read.append(path), real(path, *limit))[1])
    assert not procfs.stat(traced).alive
    assert read == [f"/proc/{traced}/stat"]


def test_what_is_begun_while_its_threads_are_counted_is_none_that_ended(monkeypatch):
    """Each thread begins another one and ends: of what was looked at all has ended, and it goes on."""
    listed = iter([[1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4, 5]])
    monkeypatch.setattr(procfs, "_numbers", lambda _: next(listed))
    monkeypatch.setattr(procfs, "_stat", lambda _: [b"Z", *[b"0"] * 30])
    assert procfs.Stat(1 << 30, 1, 1, "Z", 2, 1).alive


def test_a_thread_that_becomes_the_leader_goes_on(monkeypatch):
    """It executes something, under the number of the one that ended (execve(2))."""
    monkeypatch.setattr(procfs, "_numbers", lambda folder: [1, 2] if folder else [])
    monkeypatch.setattr(procfs, "_stat", lambda thread: [b"Z", *[b"0"] * 30] if thread == 1 else [])
    assert procfs.Stat(1 << 30, 1, 1, "Z", 2, 1).alive


def test_a_leader_that_ended_before_its_threads_is_not_over():
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); "
        "ctypes.CDLL(None).pthread_exit(0)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd="/") as process:
        until(lambda: procfs.stat(process.pid).state == "Z")
        assert procfs.stat(process.pid).alive
        process.kill()
