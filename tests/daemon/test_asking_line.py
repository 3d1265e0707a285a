"""Requests between the seat and a real agent process: answered with it away, entered by it, taken back at it."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from agent.api.asked import RequestAnswer
from agent.api.log import LogShow
from agent.api.players import PlayerAdd
from agent.api.rulebook import GameDisallow, PackUse, PlaceSet, PolicyUse
from agent.api.seat import PutRequests
from daemon.api import asking as a
from host.homes import server_home
from host.rpc_client import aask
from host.transport import Caller
from tests.daemon.test_uplink import AgentProcess, seat, until, verified
from tests.system import PATIENCE, zone_with_noon

pytestmark = pytest.mark.usefixtures("quick_line")

ROOT = Caller(uid=0, pid=1, account="root", admin=True)


@pytest.fixture
def home(home_folder):
    return server_home(str(home_folder))


@pytest.fixture
def live(home):
    process = AgentProcess(home)
    yield process
    process.end()


async def an_who_asks(home, built):
    """Plays as root, and has to ask before a game without a label."""
    await aask(home.agent_address, PlaceSet(place="home", zone=zone_with_noon()))
    await aask(home.agent_address, PlayerAdd(name="An", born="2014-05-01", account="root"))
    done = await aask(home.agent_address, PolicyUse(target="an", packs=(PackUse(id="home-balanced"),)))
    assert await built.uplink.holds(done.number, PATIENCE)


async def handle(built, request):
    return await built.routes[request.op].handler(ROOT, request)


def unrated(built):
    return next(game.id for game in built.in_force.people.catalogue.games.values() if game.label is None)


def approved(built):
    (an,) = built.in_force.people.roster.players
    return an.approved


async def entries(home, kind):
    lines = (await aask(home.agent_address, LogShow(last=500))).lines
    return [line for line in lines if f'"kind":"{kind}"' in line.entry]


def test_what_is_let_through_with_the_agent_away_is_the_agents_word_once_it_is_back(home, live):
    """In force at once and after a restart; then entered, logged, verified – and `game disallow` wins for good."""

    async def run():
        live.start()
        async with seat(home) as (built, _):
            await an_who_asks(home, built)
            game = unrated(built)
            await built.uplink.delivered(PATIENCE)
            live.end(kill=True)
            await until(lambda: not built.uplink.agent.reachable)
            id_ = (await handle(built, a.RequestAdd(game=game, reason="với bạn"))).id
            assert (await handle(built, a.RequestApprove(id=id_))).let
            assert approved(built) == (game,)
        async with seat(home) as (built, _):
            assert approved(built) == (game,)
            live.start()
            assert await built.uplink.delivered(PATIENCE)
            await until(lambda: built._requests._pending() == set())
            assert approved(built) == built.trust.roster.players[0].approved == (game,)
            assert [len(await entries(home, kind)) for kind in ("request", "answer", "approval")] == [1, 1, 1]
            done = await aask(home.agent_address, GameDisallow(player="an", game=game))
            assert await built.uplink.holds(done.number, PATIENCE)
            assert approved(built) == ()
        async with seat(home) as (built, _):
            assert approved(built) == ()

    asyncio.run(run())
    assert verified(home) == 0


def test_the_log_has_who_asked_for_what_and_who_answered(home, live):
    """Names and reasons beside the entries, never in them."""

    async def run():
        live.start()
        async with seat(home) as (built, _):
            await an_who_asks(home, built)
            yes = (await handle(built, a.RequestAdd(ms=900_000, reason="bài tập"))).id
            no = (await handle(built, a.RequestAdd(game=unrated(built), reason="bài tập"))).id
            answer = await handle(built, a.RequestApprove(id=yes))
            await handle(built, a.RequestDeny(id=no, reason="ăn cơm"))
            back = (await handle(built, a.RequestAdd(ms=900_000))).id
            await handle(built, a.RequestWithdraw(id=back))
            assert await built.uplink.delivered(PATIENCE)
            await until(lambda: {one.id for one in built.trust.roster.requests if one.answer} == {yes, no, back})
            (given,) = built.trust.roster.grants
            assert (given.id, given.request) == (answer.id, yes)
            lines = [*await entries(home, "request"), *await entries(home, "answer")]
            assert sum("bài tập" in line.payload for line in lines) == 2
            assert sum("ăn cơm" in line.payload for line in lines) == 1
            assert not any(word in line.entry for line in lines for word in ("bài", "cơm", "root", "An"))

    asyncio.run(run())
    assert verified(home) == 0


def test_another_seats_earlier_answer_reaches_this_one(home, live):
    """What this one gave is taken back, here and at the agent."""

    async def run():
        live.start()
        async with seat(home) as (built, _):
            await an_who_asks(home, built)
            id_ = (await handle(built, a.RequestAdd(ms=900_000))).id
            assert await built.uplink.delivered(PATIENCE)
            asked = built._requests.find(id_)
            live.end(kill=True)
            await until(lambda: not built.uplink.agent.reachable)
            answer = await handle(built, a.RequestApprove(id=id_))
            live.start()
            early = RequestAnswer(approved=False, by="guardian", who="me", at=asked.asked)
            await aask(home.agent_address, PutRequests(requests=(replace(asked, answer=early),)))
            await until(lambda: (found := built._requests.find(id_)).answer and not found.answer.approved)
            await until(lambda: next(one for one in built._grants.all() if one.id == answer.id).revoked is not None)
            assert await built.uplink.delivered(PATIENCE)

    asyncio.run(run())
    assert verified(home) == 0
