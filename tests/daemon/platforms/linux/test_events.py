"""Process events: threads, forks, losses, and what a scan has to do with them."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.process_events import Event
from daemon.platforms.linux.watching.connector import Connector
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.troubles import HELD
from rules.games import Catalogue, Game
from tests import system

SO_ATTACH_FILTER = 26
NAME = f"the-game-{os.getpid()}"  # nobody else's, whoever tests on this machine meanwhile
PYTHON_GAME = Game(id="game", title="", commands=(NAME,))


def python(code):
    return [sys.executable, "-c", textwrap.dedent(code), NAME]


@pytest.fixture
def events(watching, launcher):
    """`events(body)`: runs `body(watcher, seen, start)` with a watcher by events."""

    def run(body):
        seen = []

        async def start(*args):
            return (await launcher.aside("start", args=[str(arg) for arg in args]))["pid"]

        async def main():
            async with watching(seen) as watcher:
                assert watcher.kind == "events"
                watcher.refuse(Refusals(Catalogue([PYTHON_GAME]), {}))
                await body(watcher, seen, start)

        asyncio.run(main())
        return seen

    return run


def starts(seen, pid=None):
    return [one.program for one in seen if isinstance(one, ProgramStarted) and pid in (None, one.program.pid)]


def ends(seen, pid):
    return [one for one in seen if isinstance(one, ProgramEnded) and one.pid == pid]


async def caught_up(seen, start, until):
    """What the kernel had to say until now has been told: its messages come in order, this program's start last."""
    pid = await start(*python("import time; time.sleep(1)"))
    await until(lambda: starts(seen, pid))


@pytest.mark.root
def test_a_scan_between_exec_and_its_event_tells_nothing_twice(events, until, launcher):
    """A scan that was faster than the event has told the program: the event that follows is old news."""

    async def body(watcher, seen, start):
        pid = launcher("start", args=python("import time; time.sleep(60)"))["pid"]  # holds up the loop: no event is read
        system.until(lambda: procfs.args(pid))  # an exec goes on for a moment after whoever forked hears of it
        found = [one for one in watcher.scan() if one.pid == pid]
        assert len(found) == 1
        await caught_up(seen, start, until)
        assert starts(seen, pid) == []
        assert ends(seen, pid) == []

    events(body)


def told(seen):
    """But for what a busy PC could not read in time: other people's programs run here, too."""
    return [(one.id, one.over) for one in seen if isinstance(one, WatchTrouble) and one.id != HELD]


@pytest.mark.root
def test_the_kernel_sends_only_what_is_wanted(launcher):
    """Through the filter come execs, and starts and ends of processes; no threads."""
    found = Connector()
    try:
        pid = launcher("start", args=python(
            "import os, threading, time\nfor _ in range(5): threading.Thread(target=int).start()\n"
            "for _ in range(3):\n  child = os.fork()\n  if not child: os._exit(0)\n  os.waitpid(child, 0)\n"
            "time.sleep(0.1)"))["pid"]
        launcher("wait", pid=pid, timeout=20)
        events = [*found.read()]
        children = {event.pid for event in events if event.parent == pid}
        assert [event.kind for event in events if event.pid == pid] == ["fork", "exec", "exit"]
        assert [event.kind for event in events if event.pid in children] == ["fork", "exit"] * 3
    finally:
        found.close()


class Fed:
    """Stands for the socket to the kernel: says what it was fed. Filters go to a real one: the kernel checks them."""

    def __init__(self, messages, sender):
        self.messages, self.sender = [*messages], sender
        self.real = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def setsockopt(self, level, option, value):
        if option == SO_ATTACH_FILTER:
            self.real.setsockopt(level, option, value)

    def recvfrom(self, _):
        if not self.messages:
            raise BlockingIOError
        return self.messages.pop(0), (self.sender, 0)

    def bind(self, _):
        pass

    def send(self, _):
        pass

    def close(self):
        self.real.close()


@pytest.fixture
def feed(monkeypatch):
    """A connector that is told these messages."""
    opened = []

    def make(*messages, sender=0):
        fed = Fed(messages, sender)
        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", lambda *_: fed)
            opened.append(Connector())
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def message(what, *numbers, connector=(1, 1)):
    """linux/cn_proc.h."""
    return struct.pack("=IHHIIIIIIHHIIQ4I", 76, 3, 0, 0, 0, *connector, 0, 0, 40, 0, what, 0, 5, *numbers)


def test_processes_are_told_and_their_threads_are_not(feed):
    """By who is the leader; what is of no process is no event."""
    forks = [message(1, 3, 3, 4, 4), message(1, 3, 3, 5, 4)]
    found = feed(*forks, message(2, 4, 4, 0, 0), message(0x80000000, 5, 4, 0, 0), message(0x80000000, 4, 4, 0, 0))
    assert list(found.read()) == [Event("fork", 4, 5, 3), Event("exec", 4, 5), Event("exit", 4, 5)]


@pytest.mark.parametrize("data", [
    b"", b"x" * 52, b"\0" * 200, message(2, 4, 4, 0, 0)[:-1], message(2, 4, 4, 0, 0, connector=(1, 2)), message(4, 4, 4, 0, 0),
])  # fmt: skip
def test_strange_messages_are_no_events(feed, data):
    """Too short, of another connector or of an unknown kind: nothing, and what follows is read all the same."""
    assert list(feed(data, message(2, 4, 4, 0, 0)).read()) == [Event("exec", 4, 5)]


def test_only_the_kernel_is_believed(feed):
    """Any program may send to the same group."""
    assert list(feed(message(2, 4, 4, 0, 0), sender=77).read()) == []


@pytest.mark.root
def test_polling_without_rights(watching, make_game, open_folder, as_nobody):
    """An ordinary user's watcher polls, sees its own programs, and no one else's."""
    path, game = make_game(open_folder, "chess")

    assert as_nobody(lambda: asyncio.run(_as_nobody(watching, path, game))) == "poll ['watch-events'] started ended {65534}"


async def _as_nobody(watching, path: Path, game) -> str:
    seen = []
    async with watching(seen, None) as watcher:
        watcher.refuse(Refusals(Catalogue([game]), {"nobody": frozenset({game.id})}))
        kind = watcher.kind
        child = await asyncio.create_subprocess_exec(path, "60")
        pid = child.pid
        async with asyncio.timeout(system.PATIENCE):
            while not starts(seen, pid):
                await asyncio.sleep(0.02)
        uids = {procfs.uids(program.pid)[0] for program in watcher.scan()}
        child.kill()
        await child.wait()
        async with asyncio.timeout(system.PATIENCE):
            while not ends(seen, pid):
                await asyncio.sleep(0.02)
        return (f"{kind} {[one.id for one in seen if isinstance(one, WatchTrouble)]} {'started' * len(starts(seen, pid))} "
                f"{'ended' * len(ends(seen, pid))} {uids}")


@pytest.mark.root
def test_in_another_pid_namespace_the_kernel_is_not_said_to_be_silenced():
    """It hears nobody there, so what comes is no silence that a player may have brought about: there are no events."""
    code = """
        from daemon.platforms.linux.watching.connector import Connector
        try:
            Connector()
        except PermissionError as error:
            print(error)
    """
    command = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[4])
    if "unshare" in done.stderr:
        pytest.skip(done.stderr)
    assert (done.stdout, done.stderr) == ("[Errno 1] Operation not permitted\n", "")


def test_an_event_that_cannot_be_handled_costs_no_other(monkeypatch):
    """It is told to the loop's handler of exceptions."""
    handled, told = [], []

    def happened(event):
        handled.append(event.pid)
        if event.pid == 2:
            raise ZeroDivisionError

    events = Events(SimpleNamespace(happened=happened), told.append)
    monkeypatch.setattr(events, "_source", SimpleNamespace(read=lambda: [Event("exec", pid, 1) for pid in (1, 2, 3)]))
    loop = SimpleNamespace(call_exception_handler=lambda one: told.append(type(one["exception"])))
    monkeypatch.setattr(events, "_loop", loop)
    events.read()
    assert (handled, told) == ([1, 2, 3], [ZeroDivisionError])
