"""What the Linux half is tested with: real programs, started by a process that is not ours."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import warnings
from contextlib import asynccontextmanager

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.mounts import holding_programs
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.reading.images import Images
from daemon.platforms.linux.reading.process import ProcessReader, interpreters_here
from daemon.platforms.linux.reading.wants import wants_of
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.seen import program_of
from daemon.platforms.linux.watching.tracker import Tracker
from host.clock import SystemClock
from rules.games import Catalogue, Game
from tests.contracts.conftest import (
    gate_folder,
    launcher,
    make_game,
    no_tags,
    only_what_tests_started,
    open_folder,
)
from tests.system import PATIENCE
from tests.system import until as wait_until

__all__ = ["gate_folder", "launcher", "make_game", "no_tags", "only_what_tests_started", "open_folder"]


NAME = f"turtles-{os.getpid()}"
CATALOGUE = Catalogue([Game(id="turtles", title="", names=(NAME,), commands=(f"--{NAME}",))])
NOW = SystemClock().mono


@pytest.fixture
def started():
    """`started(*args)`: a process that waits; its file and arguments can be seen."""
    every = []

    def start(*args, **more):
        process = subprocess.Popen([str(arg) for arg in args], stdin=subprocess.PIPE, **more)
        every.append(process)
        wait_until(lambda: procfs.args(process.pid)[-1:] == (str(args[-1]),))
        return process

    yield start
    for process in every:
        process.kill()
        process.wait()
        process.stdin.close()


@pytest.fixture
def run(started):
    """`run(*args)`: the pid of such a one."""
    return lambda *args, **more: started(*args, **more).pid


@pytest.fixture
def game(tmp_path, run):
    """`game()`: a process of a game that is known by its name."""
    shutil.copy("/bin/sleep", tmp_path / NAME)
    return lambda: run(tmp_path / NAME, "600")


@pytest.fixture
def gone():
    """`gone()`: a pid that nobody has any more."""

    def pid():
        process = subprocess.Popen(["/bin/true"])
        process.wait()
        return process.pid

    return pid


@pytest.fixture(scope="session")
def builds():
    return interpreters_here()


@pytest.fixture
def read(builds):
    """`read(pid, catalogue, strict=False)`: the Program that a process is; None: it is over."""
    images = Images(wall=SystemClock().wall)

    def of(pid, catalogue, *, strict=False):
        found = ProcessReader(images, wants_of(catalogue, ()), builds).read(pid, strict=strict)
        return found and program_of(found, "", 0)

    return of


@pytest.fixture
def watching():
    """`async with watching(seen, gate_mounts=…) as watcher`: a watcher whose observations go to the list `seen`."""

    @asynccontextmanager
    async def watch(seen, gate_mounts=()):
        clock = SystemClock()
        reader = Reader(clock)
        watcher = LinuxWatcher(Tracker(reader, clock), reader, clock, gate_mounts)
        watcher.start(seen.append)
        try:
            async with asyncio.timeout(3 * PATIENCE):
                yield watcher
        finally:
            watcher.stop()

    return watch


@pytest.fixture
def as_nobody():
    """`as_nobody(work)`: what `work()` says in a child process without any rights (it need not be able to read this tree)."""

    def run(work):
        ours, theirs = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # we fork beside the thread of pytest-timeout
            child = os.fork()
        if not child:
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                os.write(theirs, str(work()).encode())
            finally:
                os._exit(0)
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as said:
            answer = said.read()
        os.waitpid(child, 0)
        return answer

    return run


@pytest.fixture
def until():
    """`await until(condition)`: what it returns once it is true; TimeoutError where it will not be any more."""

    async def wait(condition):
        async with asyncio.timeout(PATIENCE):
            while not (found := condition()):
                await asyncio.sleep(0.005)
            return found

    return wait


@pytest.fixture
def signs(tmp_path):
    """What a program waits for: `signs.wait(name)` is a line of Python, which `signs.give(name)` ends."""
    return Signs(tmp_path)


class Signs:
    def __init__(self, folder):
        self.folder = folder

    def wait(self, name):
        return f"while not os.path.exists({str(self.folder / name)!r}): time.sleep(0.01)"

    def give(self, name):
        (self.folder / name).touch()


@pytest.fixture
def only_mounts_below(monkeypatch):
    """`only_mounts_below(folder)`: a gate that guards every disk guards those of the test: no other program depends on it."""

    def only(folder):
        def found(mounts=None):
            every = holding_programs(mounts).items()
            mine = {device: tuple(one for one in places if one.path.startswith(str(folder))) for device, places in every}
            return {device: places for device, places in mine.items() if places}

        monkeypatch.setattr("daemon.platforms.linux.mounts.holding_programs", found)

    return only
