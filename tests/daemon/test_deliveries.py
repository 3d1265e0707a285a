"""What goes up the seat's line to its agent, and what becomes of what the agent does not take."""

from __future__ import annotations

import asyncio

import pytest

from agent.api.seat import Accepted, PutGrants, Submit
from daemon.api import messages as seat_api
from daemon.api.asking import RequestAdd
from host.wire import ApiError
from i18n.message import Message
from tests.daemon.stand_in import REFUSED, connected, in_force, until
from tests.daemon.test_api import CHILD, ROOT
from tests.daemon.world import MINUTE, issues, limit, roster
from tests.system import PATIENCE

pytestmark = pytest.mark.usefixtures("quick_line")


async def give(world):
    return await world.daemon.routes["grant.add"].handler(ROOT, seat_api.GrantAdd(player="an", ms=MINUTE))


@pytest.mark.parametrize("older", ["knows no requests", "knows less of grants"])
def test_what_an_older_agent_does_not_know_holds_up_nothing_else(world, agent, older):
    """The journal goes on, and what the agent is to be updated for is said, until it is."""

    async def run():
        world.start(roster(packs=(limit(30),)))
        if older == "knows no requests":  # this one has no such route
            await world.daemon.routes["request.add"].handler(CHILD, RequestAdd())
        else:
            agent.says[PutGrants] = ApiError("bad-input", Message("grant.put: unknown field"))
            await give(world)
        async with connected(world, agent):
            world.daemon.uplink.work.set()
            await until(lambda: agent.got(Submit) and not world.daemon.recorder.journal.unsent())
            await until(lambda: issues(world) == ["update"])
        assert world.daemon.uplink._waits()

    asyncio.run(run())


def test_a_grant_goes_up_once_and_its_revocation_too(world, agent):
    """What the agent has is not handed in again."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            given = await give(world)
            assert await world.daemon.uplink.delivered(PATIENCE)
            await give(world)
            assert await world.daemon.uplink.delivered(PATIENCE)
            await world.daemon.routes["grant.revoke"].handler(ROOT, seat_api.GrantRevoke(id=given.id))
            assert await world.daemon.uplink.delivered(PATIENCE)
            first, second, third = (put.grants for put in agent.got(PutGrants))
            assert [one.id for one in first] == [one.id for one in third] == [given.id]
            assert [len(first), len(second), len(third)] == [1, 1, 1]
            assert [one.revoked for one in (*first, *second, *third)] == [None, None, world.clock.wall()]

    asyncio.run(run())


def test_entries_go_up_in_batches(world, agent, monkeypatch):
    """What was sealed while the agent took nothing goes up piece by piece, each one proved before the next."""
    monkeypatch.setattr("daemon.uplink.BATCH", 3)

    async def run():
        world.start(roster())
        agent.says[Submit] = REFUSED
        async with connected(world, agent):
            for pid in range(1, 4):
                tries = len(agent.got(Submit))
                world.platform.run(pid)
                world.platform.exit(pid)
                await until(lambda tries=tries: len(agent.got(Submit)) > tries + 1)
            agent.heard.clear()
            del agent.says[Submit]
            await in_force(world)
            submitted = agent.got(Submit)
            sizes = [len(one.entries) for one in submitted]
            assert len(sizes) > 1
            assert [one.trusted for one in submitted] == [sum(sizes[:n]) for n in range(len(sizes))]
            assert world.daemon.trust.checkpoint.size == agent.log.size == sum(sizes)
            assert world.daemon.recorder.journal.unsent() == 0

    asyncio.run(run())


def test_what_a_guardian_waits_for_goes_up_at_once(world, agent, monkeypatch):
    """For a child entries are sealed together, however often it asks."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            await until(lambda: not world.daemon.uplink.work.is_set())
            monkeypatch.setattr("daemon.uplink.SETTLE_S", 3_600)
            monkeypatch.setattr("daemon.serving.server.SYNC_S", 0.1)
            sync = world.daemon.routes["sync"].handler
            await give(world)
            with pytest.raises(ApiError) as refused:
                await sync(CHILD, seat_api.Sync(number=0))
            assert refused.value.code == "unavailable"
            assert not agent.got(PutGrants)
            monkeypatch.setattr("daemon.serving.server.SYNC_S", PATIENCE)
            await sync(ROOT, seat_api.Sync(number=0))
            assert len(agent.got(PutGrants)) == 1

    asyncio.run(run())


def test_a_line_with_nothing_to_say_rests(world, agent):
    """Until there is work it looks for none."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            looks, unsent = [], world.daemon.recorder.journal.unsent
            world.daemon.recorder.journal.unsent = lambda: (looks.append(1), unsent())[1]
            await asyncio.sleep(0.15)  # fifteen times as long as it lets entries settle
            assert len(looks) < 4

    asyncio.run(run())


def test_records_that_are_refused_are_kept(world, agent):
    """Rosters that come meanwhile do not clear that; the agent that takes them does."""

    async def run():
        agent.says[Submit] = REFUSED
        async with connected(world, agent):
            await until(lambda: "agent-refuses" in issues(world))
            agent.roster = roster(2)
            assert await world.daemon.uplink.holds(2, PATIENCE)
            assert not await world.daemon.uplink.delivered(0.05)
            assert "agent-refuses" in issues(world)
            assert world.daemon.recorder.journal.unsent() > 0
            del agent.says[Submit]
            await in_force(world, 2)
            await until(lambda: issues(world) == [])

    asyncio.run(run())


def test_records_that_are_not_proved_are_kept(world, agent):
    """The answer says nothing of some of them."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            agent.says[Submit] = Accepted(checkpoint=agent.log.checkpoint, proofs=())
            world.platform.run(1)
            await until(lambda: "log-replaced" in issues(world))
            assert world.daemon.recorder.journal.unsent() > 0
            assert not await world.daemon.uplink.delivered(0.05)
            del agent.says[Submit]
            assert await world.daemon.uplink.delivered(PATIENCE)

    asyncio.run(run())
