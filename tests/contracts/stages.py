"""Stages: one way to start and end games over every platform, scripted or real. Here what all share, and the scripted one."""

from __future__ import annotations

import asyncio
import itertools
import os
from dataclasses import dataclass, field, replace
from typing import ClassVar

from daemon.platforms.api import Observation, Platform, ProgramEnded, ProgramStarted, Refusals
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game
from tests.contracts.fake import FakePlatform
from tests.system import PATIENCE


@dataclass(frozen=True)
class Launched:
    """`pid` None: it was refused. It was started between `before` and `after` (mono)."""

    pid: int | None
    before: int
    after: int


@dataclass
class Stage:
    """What a contract is tested on. Subclasses start and end programs, which behave in one of three ways."""

    PLAIN: ClassVar = ("plain",)
    STUBBORN: ClassVar = ("stubborn",)
    TREE: ClassVar = ("tree",)
    REPLACES: ClassVar = True  # whether a process can become another program
    WINDOWS: ClassVar = True  # whether the games have some
    SIGNALS: ClassVar = True  # whether there is a signal to end that a program may act upon

    kind: str  # the WatchKind to be expected
    platform: Platform
    clock: object
    accounts: tuple[str, str]  # two accounts that programs can be started as
    games: dict[str, Game] = field(default_factory=dict)
    seen: list[Observation] = field(default_factory=list)
    looks: bool = False  # nobody tells what starts: it is looked for

    def __post_init__(self) -> None:
        self.looks = self.looks or self.kind == "poll"

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

    def drop(self, pid: int) -> None:
        """End what no game of the test's ends."""
        os.kill(pid, 9)

    async def settled(self, pid: int) -> None:
        """Once a stubborn game is stubborn."""
        await asyncio.sleep(0.2)

    async def ended(self, pid: int) -> ProgramEnded:
        """Its end after all that it was: who only looks may have seen it between fork and exec, as another program."""
        return await self.until(lambda seen: isinstance(seen, ProgramEnded) and [seen] == self.story(pid)[-1:])

    def story(self, pid: int) -> list[Observation]:
        """All that was told of this process."""
        return [seen for seen in self.seen if (isinstance(seen, ProgramStarted) and seen.program.pid == pid)
                or (isinstance(seen, ProgramEnded) and seen.pid == pid)]

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

    def give(self, pid: int, monkeypatch) -> None:
        one = next(one for one in self.fake.scan() if one.pid == pid)
        self.fake.programs[one.identity] = replace(one, account=self.accounts[1])

    def drop(self, pid: int) -> None:
        self.fake.exit(pid)

    def gone(self, pid: int) -> bool:
        return all(program.pid != pid for program in self.fake.scan())
