"""An agent in this process, on a real home with real databases, and one in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.api.players import GuardianAdd, PlayerAdd
from agent.api.roster import Player, Roster
from agent.api.seat import Enrol, Payload, Submit
from agent.app import routes
from agent.packs.shipped import Shipped
from agent.registry import World
from agent.server import Agent
from agent.wiring import opened
from compliance.journal import Journal, create_tables
from compliance.note import Signer
from host.homes import Home
from host.transport import Caller
from rules.packs.shipped import shipped_catalogue, shipped_packs

ROOT = Path(__file__).parents[2]
MOTHER = Caller(uid=1000, pid=1, account="me", admin=True)
# The ones that these tests name, and some more.
SOME_GAMES = [game for at, game in enumerate(shipped_catalogue()) if at % 10 == 0 or game.id in {"tuxmath", "luanti", "0ad"}]
ACCOUNTS = frozenset({"me", "an", "binh", "nobody"})


@dataclass
class Desk:
    """One agent and somebody who asks it things through its table, as an account that may."""

    agent: Agent

    def ask(self, op: str, request: msgspec.Struct, caller: Caller = MOTHER) -> Any:
        return asyncio.run(self._ask(op, request, caller))

    async def _ask(self, op: str, request: msgspec.Struct, caller: Caller) -> Any:
        route = routes(self.agent)[op]
        assert type(request) is route.request
        answer = route.handler(caller, request)
        if isinstance(answer, AsyncIterator):
            return [item async for item in answer]
        return await answer

    def told(self, op: str, request: msgspec.Struct) -> str:
        """What whoever asked for a change is told besides, in English: a line for each note."""
        return "\n".join(map(str, self.ask(op, request).notes))

    @property
    def roster(self) -> Roster:
        return self.agent.registry.roster

    def player(self, id: str) -> Player:
        return next(player for player in self.roster.players if player.id == id)

    def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The log's entries, seals left out unless asked for."""
        lines = [msgspec.json.decode(data) for data in self.agent.log.entries()]
        return [line for line in lines if line["kind"] == kind or (kind is None and line["kind"] != "seal")]

    def tables(self) -> AbstractContextManager[Any]:
        return self.agent.store.transaction()


@pytest.fixture
def world() -> World:
    """With a tenth of the shipped games, which each change of the registry goes through."""
    return World(Shipped(shipped_packs(), SOME_GAMES), lambda account: account if account in ACCOUNTS else None)


@pytest.fixture
def home(home_folder) -> Home:
    return Home(home_folder, "given")


@pytest.fixture
def open_desk(home, clock, world) -> Iterator[Callable[..., AbstractContextManager[Desk]]]:
    """`with open_desk() as desk`: the agent starts on the test's home; leaving the block ends it in an orderly way."""

    @contextlib.contextmanager
    def start(world: World = world, home: Home = home) -> Iterator[Desk]:
        home.root.mkdir(exist_ok=True)
        with opened(home, clock, world) as agent:
            yield Desk(agent)

    return start


@pytest.fixture
def desk(open_desk) -> Iterator[Desk]:
    with open_desk() as desk:
        yield desk


@pytest.fixture
def an(desk) -> Desk:
    """A desk with the player An, 12 years old, and her mother."""
    desk.ask("guardian.add", GuardianAdd(name="Mẹ", account="me"))
    desk.ask("player.add", PlayerAdd(name="An", born="2014-05-01", account="an", guardian="Mẹ"))
    return desk


class SeatMaker:
    """A seat with a journal of its own, that hands in batches like a daemon."""

    def __init__(self, connection: Any, id: str, clock: Any, key: bytes) -> None:
        self.id, self._connection, self._clock = id, connection, clock
        self.signer = Signer(id, key)
        create_tables(connection)
        self.journal = Journal(connection, id, clock.boot(), self.signer)
        connection.commit()

    @property
    def enrol(self) -> Enrol:
        return Enrol(seat=self.id, key=self.signer.vkey)

    def add(self, kind: Any, payload: bytes | None = None, **fields: Any) -> None:
        with self._connection:
            self.journal.append(kind, mono=self._clock.mono(), wall=self._clock.wall(), payload=payload, **fields)

    def seal(self) -> None:
        with self._connection:
            self.journal.seal(mono=self._clock.mono(), wall=self._clock.wall())

    def batch(self, limit: int = 1000, trusted: int = 0) -> Submit:
        found = self.journal.spool(limit)
        assert found is not None
        return Submit(
            seat=self.id, entries=tuple(found.entries), trusted=trusted,
            payloads=tuple(Payload(seq=one.seq, salt=one.salt, data=one.data) for one in found.payloads),
        )

    def forget(self, seq: int) -> None:
        with self._connection:
            self.journal.forget(seq)


@pytest.fixture
def make_seat(clock) -> Iterator[Callable[..., SeatMaker]]:
    with ExitStack() as stack:

        def make(id: str = "seat-1", key: bytes = b"s" * 32) -> SeatMaker:
            connection = sqlite3.connect(":memory:")
            stack.callback(connection.close)
            return SeatMaker(connection, id, clock, key)

        yield make


class Process:
    """giochoi-agent as a program."""

    def __init__(self, home: Path, *args: str) -> None:
        command = [sys.executable, "-m", "agent", "--home", str(home), *args]
        self.running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def ready(self) -> str:
        """Wait for the one line."""
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        assert line, self.running.communicate()[1]
        return line

    def end(self, number: int = signal.SIGTERM, patience: float = 30) -> tuple[int, str, str]:
        """Exit code, and what else it said on stdout and stderr."""
        self.running.send_signal(number)
        return self.over(patience)

    def over(self, patience: float = 30) -> tuple[int, str, str]:
        out, err = self.running.communicate(timeout=patience)
        return self.running.returncode, out, err


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    with ExitStack() as stack:

        def run(home: Path, *args: str) -> Process:
            process = Process(home, *args)
            stack.callback(process.over)
            stack.callback(process.running.kill)
            return process

        yield run
