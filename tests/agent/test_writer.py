"""A slow disk holds up nobody who does not need it, and nothing is handed out before it is durable."""

from __future__ import annotations

import asyncio
import threading

import pytest

from agent.api.log import LogCard, LogHead
from agent.api.players import PlayerAdd, PlayerErase, PlayerList
from agent.api.roster import RosterGet
from agent.api.rulebook import PlaceShow
from agent.app import routes
from tests.agent.conftest import MOTHER
from tests.system import PATIENCE

QUICK_S = 0.05


class Gate:
    """Holds up a call of `name` on `part` until it is opened."""

    def __init__(self, monkeypatch, part, name):
        self.reached, self.opened = threading.Event(), threading.Event()
        real = getattr(part, name)

        def held(*args, **more):
            self.reached.set()
            assert self.opened.wait(PATIENCE)
            return real(*args, **more)

        monkeypatch.setattr(part, name, held)

    async def held(self):
        assert await asyncio.to_thread(self.reached.wait, PATIENCE)


@pytest.mark.parametrize("step", ["append_batch", "erase", "compact"])
def test_slow_writes_hold_up_no_other_answer(an, monkeypatch, step):
    """The log, the payloads beside it and the registry take a while, as an erasure or a slow disk does."""
    agent, table = an.agent, routes(an.agent)
    part = {"append_batch": agent.log, "erase": agent.payloads, "compact": agent.store}[step]
    gate = Gate(monkeypatch, part, step)
    looks = (LogHead(), LogCard(), PlayerList(), PlaceShow(), RosterGet(above=0))

    async def body():
        erases = asyncio.ensure_future(table["player.erase"].handler(MOTHER, PlayerErase(player="an")))
        await gate.held()
        loop = asyncio.get_running_loop()
        took = []
        for request in looks:
            begun = loop.time()
            await table[request.op].handler(MOTHER, request)
            took.append(loop.time() - begun)
        assert not erases.done()
        assert sorted(took)[len(took) // 2] < QUICK_S
        gate.opened.set()
        await erases

    asyncio.run(body())
    assert [one.name for one in an.ask("player.list", PlayerList()).players] == []


def test_nothing_is_handed_out_before_it_is_durable(an, monkeypatch):
    """A roster that is being written is nobody's yet; what was asked for in turn is done in turn."""
    agent, table = an.agent, routes(an.agent)
    gate, number = Gate(monkeypatch, agent.chain, "seal"), an.agent.registry.number

    async def body():
        waits = asyncio.ensure_future(table["roster.get"].handler(MOTHER, RosterGet(above=number)))
        adds = [asyncio.ensure_future(table["player.add"].handler(MOTHER, PlayerAdd(name=name))) for name in ("B", "C")]
        await gate.held()
        await asyncio.sleep(0.05)
        players = await table["player.list"].handler(MOTHER, PlayerList())
        assert (waits.done(), agent.registry.number, [one.name for one in players.players]) == (False, number, ["An"])
        gate.opened.set()
        assert [done.number for done in await asyncio.gather(*adds)] == [number + 1, number + 2]
        assert (await waits).number > number

    asyncio.run(body())
