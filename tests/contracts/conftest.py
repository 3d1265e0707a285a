"""Stages: one way to start and end games over every platform, scripted or real."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from daemon.platforms import choose
from daemon.platforms.api import Observation, Platform, ProgramEnded, ProgramStarted, Refusals
from daemon.platforms.fake import FakePlatform
from daemon.platforms.linux import control, procfs
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game
from tests.contracts.programs import Launcher, copy_with_own_build, mounted

ROOT = os.geteuid() == 0
PATIENCE = 3.0


@dataclass(frozen=True)
class Launched:
    """`pid` None: it was refused. It was started between `before` and `after` (mono)."""

    pid: int | None
    before: int
    after: int


@pytest.fixture(autouse=True)
def only_what_tests_started(monkeypatch):
    """A mistake in what ends programs must not end the machine's: only what is younger than the tests may be signalled."""
    begun = procfs.stat(os.getpid()).started
    send = control._send

    def careful(pid, started, numbers):
        assert started >= begun, f"pid {pid} is older than the tests"
        return send(pid, started, numbers)

    monkeypatch.setattr(control, "_send", careful)


@pytest.fixture
def launcher():
    found = Launcher()
    yield found
    found.close()


@pytest.fixture
def make_game():
    """`make_game(folder, name, base)`: a copy of a small program, as a game that is known by its build id only."""

    def make(folder: Path, name: str, base: str = "/bin/sleep") -> tuple[Path, Game]:
        path = folder / name
        return path, copy_with_own_build(base, path)

    return make


@pytest.fixture
def open_folder():
    """A folder that other accounts can enter, as they cannot below tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="gc-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def gate_folder(open_folder):
    """A filesystem of the test's own: a gate that hangs hangs nobody else."""
    if not ROOT:
        pytest.skip("needs root: a filesystem of its own")
    folder = open_folder / "gate"
    folder.mkdir()
    with mounted(folder):
        yield folder


@dataclass
class Stage:
    """What a contract is tested on. Subclasses start and end programs, which behave in one of three ways."""

    PLAIN: ClassVar = ("-c", "sleep 60; exit")
    STUBBORN: ClassVar = ("-c", "trap '' TERM; while :; do sleep 60; done")
    TREE: ClassVar = ("-c", "sleep 61 & sleep 62 & wait; exit")

    kind: str  # the WatchKind to be expected
    platform: Platform
    clock: object
    accounts: tuple[str, str]  # two accounts that programs can be started as
    games: dict[str, Game] = field(default_factory=dict)
    seen: list[Observation] = field(default_factory=list)

    def refuse(self, **refused: tuple[str, ...]) -> None:
        """Games by account, with a catalogue of all games made so far (one object as long as there is no new game)."""
        if not hasattr(self, "_catalogue") or self._catalogue.games.keys() != self.games.keys():
            self._catalogue = Catalogue(self.games.values())
        games = {account.replace("_", "-"): frozenset(ids) for account, ids in refused.items()}
        self.platform.watcher.refuse(Refusals(self._catalogue, games))

    async def until(self, wanted) -> Observation:
        """The first observation that `wanted` likes, also one that is here already."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for seen in self.seen:
                    if wanted(seen):
                        return seen
                await asyncio.sleep(0.005)

    async def started(self, pid: int):
        return (await self.until(lambda seen: isinstance(seen, ProgramStarted) and seen.program.pid == pid
                                 and self._catalogue.recognise(seen.program))).program

    async def ended(self, pid: int) -> ProgramEnded:
        return await self.until(lambda seen: isinstance(seen, ProgramEnded) and seen.pid == pid)

    def scanned(self, pid: int):
        return next((program for program in self.platform.watcher.scan() if program.pid == pid), None)


class FakeStage(Stage):
    def __init__(self, kind: str) -> None:
        clock = SystemClock()
        self.fake = FakePlatform(clock, kind=kind, accounts={"an", "binh", "root"})
        super().__init__(kind, self.fake.parts, clock, ("an", "binh"))
        self._sizes = itertools.count(100)

    def game(self, name: str) -> Game:
        self.games[name] = Game(id=name, title=name, label=0, build_ids=(name,))
        return self.games[name]

    async def launch(self, name: str, how=Stage.PLAIN, account: str | None = None) -> Launched:
        before = self.clock.mono()
        build = self.games[name].build_ids[0] if name in self.games else None
        program = self.fake.launch(Fingerprint(f"/usr/games/{name}", 1, build_id=build), account=account or "an")
        if program and how == self.STUBBORN:
            self.fake.stubborn.add(program.pid)
        if program and how == self.TREE:
            self.children = [self.fake.launch(Fingerprint("/bin/sleep", 1), parent=program.pid).pid for _ in range(2)]
        return Launched(program and program.pid, before, self.clock.mono())

    async def tree_of(self, pid: int) -> list[int]:
        return self.children

    async def replace(self, pid: int, name: str) -> None:
        self.fake.execute(pid, Fingerprint(f"/usr/games/{name}", 1, build_id=self.games[name].build_ids[0]))

    async def launch_replaceable(self) -> Launched:
        return await self.launch("shell")

    async def finish(self, pid: int) -> Launched:
        before = self.clock.mono()
        self.fake.exit(pid)
        return Launched(pid, before, self.clock.mono())

    def gone(self, pid: int) -> bool:
        return all(program.pid != pid for program in self.fake.scan())


class LinuxStage(Stage):
    def __init__(self, kind: str, folder: Path, launcher: Launcher) -> None:
        clock = SystemClock()
        mine = "root" if ROOT else Path("/proc/self").owner()
        platform = choose.platform(clock, (str(folder),) if kind == "gate" else ())
        super().__init__(kind, platform, clock, ("games", "root") if ROOT else (mine, mine))
        self.folder, self.launcher = folder, launcher
        shutil.copy("/bin/dash", folder / "shell")

    def game(self, name: str) -> Game:
        self.games[name] = copy_with_own_build("/bin/dash", self.folder / name)
        return self.games[name]

    async def launch(self, name: str, how=Stage.PLAIN, account: str | None = None) -> Launched:
        user = None if (account or self.accounts[0]) == "root" or not ROOT else account or self.accounts[0]
        done = await self.launcher.aside("start", args=[str(self.folder / name), *how], user=user, cwd="/")
        return Launched(done.get("pid"), done["before"], done["after"])

    async def tree_of(self, pid: int) -> list[int]:
        async with asyncio.timeout(PATIENCE):
            while len(found := procfs.descendants(pid, procfs.processes())) < 2:
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

    def gone(self, pid: int) -> bool:
        with suppress(OSError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        return True


@pytest.fixture(params=["fake-gate", "fake-poll", "gate", "events", "poll"])
def stage(request, monkeypatch):
    kind = request.param
    if kind.startswith("fake"):
        return FakeStage(kind.removeprefix("fake-"))
    if kind != "poll" and not ROOT:
        pytest.skip("needs root: gate and events")
    launcher = request.getfixturevalue("launcher")
    if kind == "poll" and ROOT:
        monkeypatch.setattr("daemon.platforms.linux.watcher.Connector", refusing)
    folder = request.getfixturevalue("gate_folder" if kind == "gate" else "open_folder")
    return LinuxStage(kind, folder, launcher)


def refusing() -> None:
    raise PermissionError(1, "not in this test")
