"""Process events, and what a scan has to do with them."""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import procfs
from daemon.platforms.linux.kernel.tags import Event
from daemon.platforms.linux.watcher import Events
from daemon.platforms.troubles import HELD
from rules.games import Catalogue, Game
from tests import system

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


def test_an_event_that_cannot_be_handled_costs_no_other(monkeypatch):
    """It is told to the loop's handler of exceptions."""
    handled, told = [], []

    def happened(event):
        handled.append(event.pid)
        if event.pid == 2:
            raise ZeroDivisionError

    events = Events(SimpleNamespace(happened=happened), told.append)
    monkeypatch.setattr(events, "tags", SimpleNamespace(read=lambda: [Event("exec", pid, 1) for pid in (1, 2, 3)]))
    loop = SimpleNamespace(call_exception_handler=lambda one: told.append(type(one["exception"])))
    monkeypatch.setattr(events, "_loop", loop)
    events.read()
    assert (handled, told) == ([1, 2, 3], [ZeroDivisionError])
