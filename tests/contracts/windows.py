"""The Windows stage: copies of a small game with a window, each with a build id of its own."""

from __future__ import annotations

import asyncio
import ctypes
import os
import secrets
import subprocess
from pathlib import Path
from typing import ClassVar

import pytest

from daemon.platforms import choose
from daemon.platforms.processes import descendants
from daemon.platforms.windows import control
from daemon.platforms.windows.etw.session import EtwSession
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Snapshots
from host.clock import SystemClock
from host.images import build_id
from host.windows import tokens, users
from rules.games import Game
from rules.programs import is_engine
from tests.contracts.stages import PATIENCE, Launched, Stage
from tests.windows_programs import program

KINDS = ("events", "poll")


def only_what_tests_started(monkeypatch):
    """A mistake in what ends programs must not end the machine's: only what is younger than the tests may be ended."""
    begun = Snapshots().take()[os.getpid()].started
    end = control._end

    def careful(pid, started):
        assert started >= begun, f"pid {pid} is older than the tests"
        return end(pid, started)

    monkeypatch.setattr(control, "_end", careful)


def copy(source: str, target: Path) -> Game:
    """A game of its own: a copy with a build id that nothing else has."""
    content = bytearray(program(source).read_bytes())
    at = content.index(b"RSDS") + 4
    content[at : at + 16] = secrets.token_bytes(16)
    target.write_bytes(content)
    with target.open("rb") as file:
        return Game(id=target.stem, title=target.stem, label=0, build_ids=(build_id(file, is_engine),))


def with_windows() -> set[int]:
    """The pids of all that have a window on our desktop."""
    found = set()

    @ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    def look(window, _):
        pid = ctypes.c_ulong()
        ctypes.windll.user32.GetWindowThreadProcessId(ctypes.c_void_p(window), ctypes.byref(pid))
        found.add(pid.value)
        return 1

    ctypes.windll.user32.EnumWindows(look, None)
    return found


class WindowsStage(Stage):
    STUBBORN: ClassVar = ("/stubborn",)
    PLAIN: ClassVar = ()
    TREE: ClassVar = ("/child",)
    REPLACES: ClassVar = False
    SIGNALS: ClassVar = False

    def __init__(self, kind: str, folder: Path) -> None:
        clock = SystemClock()
        mine = users.account(tokens.own_sid())
        super().__init__(kind, choose.platform(clock), clock, (mine, mine))
        self.folder = folder
        self.started_by_us: dict[int, subprocess.Popen] = {}
        copy("khac.exe", folder / "shell.exe")

    def game(self, name: str) -> Game:
        self.games[name] = copy("trochoi.exe", self.folder / f"{name}.exe")
        return self.games[name]

    async def launch(self, name: str, how=PLAIN, account: str | None = None) -> Launched:
        before = self.clock.mono()
        process = await asyncio.to_thread(
            subprocess.Popen, [str(self.folder / f"{name}.exe"), *how], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self.started_by_us[process.pid] = process
        after = self.clock.mono()
        await asyncio.to_thread(process.stdout.readline)  # it says when its window is there
        return Launched(process.pid, before, after)

    async def tree_of(self, pid: int) -> list[int]:
        async with asyncio.timeout(PATIENCE):
            while True:
                here = Snapshots().take()
                found = [one.pid for one in descendants((here[pid],), here)]
                if found and with_windows() >= set(found):  # who has none yet could not be asked
                    return found
                await asyncio.sleep(0.01)

    async def finish(self, pid: int) -> Launched:
        before = self.clock.mono()
        self.started_by_us[pid].kill()
        await asyncio.to_thread(self.started_by_us[pid].wait, 5)
        return Launched(pid, before, self.clock.mono())

    def give(self, pid: int, monkeypatch) -> None:
        """From now on that process counts as another account's: here is only one."""
        user = processes.user
        monkeypatch.setattr(
            processes, "user", lambda one: "S-1-5-21-1-2-3-1000" if processes._pid(one.value) == pid else user(one)
        )

    def gone(self, pid: int) -> bool:
        return pid not in Snapshots().take()

    def close(self) -> None:
        for process in self.started_by_us.values():
            process.kill()
            process.wait(5)
            process.stdout.close()


def stage(kind, request):
    if kind == "poll":
        request.getfixturevalue("monkeypatch").setattr("daemon.platforms.windows.watcher.EtwSession", Refusing)
    else:
        need_events()
    made = WindowsStage(kind, request.getfixturevalue("tmp_path"))
    request.addfinalizer(made.close)
    return made


def need_events() -> None:
    session = EtwSession(lambda _: None, lambda *_: None, "GioChoi-Tests")
    started = session.start()
    session.close()
    if not started:
        pytest.skip(f"this Windows delivers no process events: {session.reason}")


class Refusing:
    """A Windows that delivers no process events."""

    reason = "not in this test"

    def __init__(self, *_: object) -> None:
        pass

    def start(self) -> bool:
        return False
