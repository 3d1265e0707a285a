"""kill -9 at any moment under load: nothing that was answered is lost, and nothing is there twice."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time

import msgspec
import pytest

from agent.api.log import LogCard, LogExport, LogShow
from agent.api.players import PlayerAdd, PlayerList
from compliance import bundle
from compliance.entries.seat import IssueRaised
from compliance.entry import decode
from compliance.verify import verify
from host.homes import Home
from host.rpc_client import aask, ask, items
from host.transport import Unreachable
from host.wire import ApiError
from tests.system import KILLED, PATIENCE, TERMINATED

LOST = (Unreachable, ApiError, OSError)


class Load:
    """Somebody who changes the registry and a seat that hands in, each remembering what was answered."""

    def __init__(self, at, seat):
        self.at, self.seat = at, seat
        self.answered: set[str] = set()
        self.asked = self.written = self.proved = 0

    async def run(self):
        """Until the agent is gone."""
        with contextlib.suppress(*LOST):
            await aask(self.at, self.seat.enrol)
            await asyncio.gather(self._register(), self._hand_in())

    async def _register(self):
        while True:
            self.asked += 1
            name = f"Bạn {self.asked}"
            await aask(self.at, PlayerAdd(name=name))
            self.answered.add(name)

    async def _hand_in(self):
        while True:
            for _ in range(random.randint(1, 5)):
                self.written += 1
                self.seat.add(IssueRaised, payload=b"{}", id=f"issue-{self.written}")
            self.seat.seal()
            request = self.seat.batch()
            accepted = await aask(self.at, request)
            assert len(accepted.proofs) == len(request.entries)
            self.proved = accepted.proofs[-1].seq
            self.seat.forget(self.proved)


@pytest.mark.timeout(600)
def test_kill_at_any_moment(home_folder, start, make_seat, soak):
    """Every answered player is registered, every entry is logged once, and the bundle verifies."""
    random.seed(3)
    at = Home(home_folder, "given").agent_address
    load = Load(at, make_seat())
    for number in range(soak(2, 100)):
        agent = start(home_folder)
        agent.ready()
        asyncio.run(killed(agent, load, worked=number == 0))
        assert agent.over()[0] == KILLED
    agent = start(home_folder)
    agent.ready()
    check(at, load)
    assert agent.end()[0] == TERMINATED


async def killed(agent, load, *, worked):
    """`worked`: not before some of each was done, which on a busy machine may take longer than all rounds."""
    working = asyncio.create_task(load.run())
    async with asyncio.timeout(2 * PATIENCE):
        while worked and not (load.answered and load.proved):
            await asyncio.sleep(0.01)
    await asyncio.sleep(random.uniform(0.02, 0.6))
    agent.running.kill()
    await working


def check(at, load):
    asyncio.run(finish(at, load))
    names = {row.name for row in ask(at, PlayerList()).players}
    assert load.answered <= names <= {f"Bạn {number}" for number in range(1, load.asked + 1)}
    report = verify(bundle.parse(b"".join(chunk.data for chunk in items(at, LogExport()))))
    assert report.failures == ()
    lines = ask(at, LogShow(last=1_000_000)).lines
    entries = [(decode(line.entry.encode()), line.payload) for line in lines]
    issues = [(entry.id, payload) for entry, payload in entries if isinstance(entry, IssueRaised)]
    assert issues == [(f"issue-{number}", "{}") for number in range(1, load.written + 1)]
    added = [payload for _, payload in entries if payload and '"what":"player.add"' in payload]
    assert sorted(msgspec.json.decode(payload)["name"] for payload in added) == sorted(names)
    assert load.answered
    assert load.proved


async def finish(at, load):
    """What still waits at the seat goes up."""
    await aask(at, load.seat.enrol)
    while load.seat.journal.unsent():
        accepted = await aask(at, load.seat.batch())
        load.seat.forget(accepted.proofs[-1].seq)


@pytest.mark.timeout(600)
def test_killed_in_its_first_start(home_folder, start, soak):
    """Whatever was made so far, the next start makes the rest."""
    random.seed(4)
    for number in range(soak(3, 60)):
        folder = home_folder / f"h{number}"
        agent = start(folder)
        time.sleep(random.uniform(0.3, 1.5))
        agent.running.kill()
        agent.over()
        again = start(folder)
        again.ready()
        assert ask(Home(folder, "given").agent_address, LogCard()).size >= 5
        assert again.end()[0] == TERMINATED
