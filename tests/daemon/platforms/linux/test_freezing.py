"""Freezing an account's slice while a play ends: what forks itself away is caught, everything else runs on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramStarted, Refusals
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending import freezing
from rules.games import Catalogue
from tests import slices

pytestmark = pytest.mark.root
UID = 54_321 + os.getpid() % 1_000
FORKS_AWAY = "select undef, undef, undef, 1; while (1) { exit if fork; select undef, undef, undef, 0.0003 }"
DIES_FROZEN = """
import os, signal, sys
from pathlib import Path
from daemon.platforms.linux.ending import freezing
freezing.NOTE = Path(sys.argv[1])
with freezing.frozen(sys.argv[2]):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def slice_(monkeypatch, tmp_path):
    """The slice of UID, with a note of the test's own."""
    folder = slices.slice_of(UID)
    if folder is None or not (folder / "cgroup.freeze").exists():
        pytest.skip("no slice can be made here: needs cgroup2")
    monkeypatch.setattr(freezing, "NOTE", tmp_path / "frozen")
    yield folder
    (folder / "cgroup.freeze").write_text("0", "ascii")
    (folder / "cgroup.kill").write_text("1", "ascii")
    while (folder / "cgroup.procs").read_text("ascii"):
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
    slices.remove(UID)


@pytest.fixture
def start(slice_):
    """`start(*args)`: a program of UID in its slice."""

    def begin(*args, **more):
        enter = f'echo $$ > {slice_}/cgroup.procs; exec setpriv --reuid {UID} --regid {UID} --clear-groups "$@"'
        process = subprocess.Popen(["/bin/sh", "-c", enter, "sh", *map(str, args)], start_new_session=True, **more)
        every.append(process)
        return process

    every = []
    yield begin
    for one in every:
        one.kill()
        one.wait()
        for pipe in filter(None, (one.stdin, one.stdout)):
            pipe.close()


def is_frozen(folder):
    return "frozen 1" in (folder / "cgroup.events").read_text("ascii")


def pids(folder):
    return {int(pid) for pid in (folder / "cgroup.procs").read_text("ascii").split()}


def test_process_that_forks_itself_away_is_gone_after_one_end(slice_, start, watching, make_game, open_folder, until):
    path, game = make_game(open_folder, "runs-away", "/usr/bin/perl")
    other = start("/bin/cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    seen = []

    async def body():
        async with watching(seen) as watcher:
            if watcher._events.tags is None:
                pytest.skip("this kernel carries no tags for us")
            watcher.refuse(Refusals(Catalogue([game]), {str(UID): frozenset((game.id,))}))
            first = start(path, "-e", FORKS_AWAY)
            await until(lambda: any(one.program.pid == first.pid for one in seen if isinstance(one, ProgramStarted)))
            await until(lambda: first.pid not in pids(slice_))
            await asyncio.sleep(0.2)
            control = LinuxControl(together=watcher._tracker.together)
            watcher.look()
            last = watcher._tracker.running()[-1]
            control.end(*last.identity)
            assert pids(slice_) == {other.pid}
            await until(lambda: not watcher._tracker.running())

    asyncio.run(body())
    assert not is_frozen(slice_)
    other.stdin.write(b"on\n")
    other.stdin.flush()
    assert other.stdout.readline() == b"on\n"
    assert not freezing.NOTE.exists()


def test_slice_stands_still_inside_and_the_note_says_so(slice_, start):
    start("/bin/sleep", "60")
    with freezing.frozen(str(UID)):
        assert is_frozen(slice_)
        assert Path(freezing.NOTE.read_text("utf-8").strip()) == slice_
    assert not is_frozen(slice_)
    assert not freezing.NOTE.exists()


@pytest.mark.parametrize("account", ["", "root", "nobody-of-this-name", "54320"])
def test_account_without_a_slice_is_not_frozen(slice_, account):
    with freezing.frozen(account):
        assert not freezing.NOTE.exists()
        assert not is_frozen(slice_)


def test_next_daemon_thaws_what_one_left_frozen_that_died(slice_, start):
    start("/bin/sleep", "60")
    died = subprocess.run([sys.executable, "-c", DIES_FROZEN, freezing.NOTE, str(UID)], check=False, cwd=Path.cwd())
    assert died.returncode == -signal.SIGKILL
    assert is_frozen(slice_)
    freezing.thaw()
    assert not is_frozen(slice_)
    assert not freezing.NOTE.exists()


def test_note_that_names_another_folder_has_no_effect(slice_, tmp_path):
    (tmp_path / "cgroup.freeze").write_text("1", "ascii")
    freezing.NOTE.write_text(f"{tmp_path}\n", "utf-8")
    freezing.thaw()
    assert (tmp_path / "cgroup.freeze").read_text("ascii") == "1"
    assert not freezing.NOTE.exists()
