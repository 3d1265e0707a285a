"""The Linux stage: copies of a shell as games, started by somebody else, on a filesystem of their own where there is a gate."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest

from daemon.platforms import choose
from daemon.platforms.linux import control, procfs
from daemon.platforms.processes import descendants
from host.clock import SystemClock
from rules.games import Game, Program
from tests.contracts.programs import Launcher, copy_with_own_build
from tests.contracts.stages import Launched, Stage
from tests.system import PATIENCE

ROOT = os.geteuid() == 0
KINDS = ("gate", "gate-without-events", "events", "poll")


def only_what_tests_started(monkeypatch):
    """A mistake in what ends programs must not end the machine's: only what is younger than the tests may be signalled."""
    begun = procfs.stat(os.getpid()).started
    send = control._send

    def careful(pid, started, numbers):
        assert started >= begun, f"pid {pid} is older than the tests"
        return send(pid, started, numbers)

    monkeypatch.setattr(control, "_send", careful)


class LinuxStage(Stage):
    WINDOWS: ClassVar = False  # test_closing.py has some
    PLAIN: ClassVar = ("-c", "sleep 60; exit")
    STUBBORN: ClassVar = ("-c", "trap '' TERM; while :; do sleep 60; done")
    TREE: ClassVar = ("-c", "sleep 61 & sleep 62 & wait; exit")

    def __init__(self, kind: str, folder: Path, launcher: Launcher, *, looks: bool = False) -> None:
        clock = SystemClock()
        mine = "root" if ROOT else Path("/proc/self").owner()
        platform = choose.platform(clock, (str(folder),) if kind == "gate" else ())
        super().__init__(kind, platform, clock, ("games", "root") if ROOT else (mine, mine), looks=looks)
        self.folder, self.launcher = folder, launcher
        shutil.copy("/bin/dash", folder / "shell")

    def game(self, name: str) -> Game:
        self.games[name] = copy_with_own_build("/bin/dash", self.folder / name)
        return self.games[name]

    async def launch(self, name: str, how=PLAIN, account: str | None = None) -> Launched:
        user = None if (account or self.accounts[0]) == "root" or not ROOT else account or self.accounts[0]
        done = await self.launcher.aside("start", args=[str(self.folder / name), *how], user=user, cwd="/")
        return Launched(done.get("pid"), done["before"], done["after"])

    def scanned(self, pid: int) -> Program | None:
        """Also of what is no game's, which no scan tells of."""
        status = procfs.stat(pid)
        other = status and Program(pid, status.started, 0, "", (), parent=status.parent)
        return super().scanned(pid) or other

    async def settled(self, pid: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while not ignores(pid):
                await asyncio.sleep(0.01)

    async def tree_of(self, pid: int) -> list[int]:
        async with asyncio.timeout(PATIENCE):
            while len(found := descendants_of(pid)) < 2:
                await asyncio.sleep(0.01)
        return [one.pid for one in found]

    async def launch_replaceable(self) -> Launched:
        self.fifo = self.folder / "go"
        os.mkfifo(self.fifo)
        self.fifo.chmod(0o666)
        return await self.launch("shell", ("-c", f'read name < {self.fifo}; exec {self.folder}/$name -c "sleep 60; exit"'))

    async def replace(self, pid: int, name: str) -> None:
        await asyncio.to_thread(self.fifo.write_text, f"{name}\n")

    async def finish(self, pid: int) -> Launched:
        done = await self.launcher.aside("finish", pid=pid)
        return Launched(pid, done["before"], done["after"])

    def give(self, pid: int, monkeypatch) -> None:
        """From now on that process counts as another account's."""
        owner = procfs.owner
        monkeypatch.setattr(procfs, "owner", lambda one: (0, 0) if one == pid else owner(one))

    def gone(self, pid: int) -> bool:
        with suppress(OSError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        return True


def ignores(pid: int, number: int = signal.SIGTERM) -> bool:
    """Whether the process has said that the signal is not to end it: it ignores it. proc_pid_status(5)"""
    return _has(pid, "SigIgn", number)


def catches(pid: int, number: int = signal.SIGTERM) -> bool:
    """Whether the process does something of its own upon the signal."""
    return _has(pid, "SigCgt", number)


def _has(pid: int, mask: str, number: int) -> bool:
    with suppress(OSError):
        text = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
        return bool(int(text.partition(f"\n{mask}:")[2].split(None, 1)[0], 16) >> (number - 1) & 1)
    return False


def descendants_of(pid: int) -> list[procfs.Stat]:
    here = procfs.processes()
    return descendants((here[pid],), here)


def stage(kind, request):
    if kind != "poll" and not ROOT:
        pytest.skip("needs root: gate and events")
    launcher = request.getfixturevalue("launcher")
    kind, without = kind.removesuffix("-without-events"), kind in {"gate-without-events", "poll"}
    if without and ROOT:
        request.getfixturevalue("no_tags")
    folder = request.getfixturevalue("gate_folder" if kind == "gate" else "open_folder")
    return LinuxStage(kind, folder, launcher, looks=without)
