"""Who may ask the daemon what, over a real pipe: by SIDs the same matrix as tests/daemon/test_api.py has by uids."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from agent.api.roster import Guardian
from daemon.api import asking as a
from daemon.api import messages as m
from host.rpc import serve
from host.rpc_client import aask
from host.wire import ApiError
from tests.daemon.world import limit, roster
from tests.windows_callers import ADMINISTRATOR, CHILD, FRIEND, GUARDIAN, NAMES, put_in, refused

FOR_GUARDIANS = {"off", "played"}
OF_ACTING = (  # anybody may come with a proof, so these ask by themselves who acts
    m.GrantAdd(player="an", ms=60_000), m.GrantExtend(player="an", until=86_400_000), m.GrantRevoke(id="0"),
    a.RequestApprove(id="r0"), a.RequestDeny(id="r0"), a.Pause(player="an"), a.Resume(player="an"),
)  # fmt: skip


def family(**more):
    return msgspec.structs.replace(roster(**more), guardians=(Guardian(id="me", name="Mẹ", account="me"),))


def test_each_operation_by_each_account(world, monkeypatch):
    """LocalSystem, an administrator and a guardian's account may all; a child and an account of a domain may not."""
    world.start(family())
    found = asyncio.run(refused(
        world.home.daemon_address, world.daemon.routes, world.daemon.roles, put_in(monkeypatch), NAMES,
    ))  # fmt: skip
    assert found == {(sid, op) for sid in (CHILD, FRIEND) for op in FOR_GUARDIANS}


@pytest.mark.parametrize("request_", OF_ACTING)
def test_without_a_proof_only_guardians_act(world, monkeypatch, request_):
    """Nor does a token that nobody gave help."""
    world.start(family())
    call, at = put_in(monkeypatch), world.home.daemon_address

    async def answer(sid, token):
        call(sid)
        try:
            await aask(at, msgspec.structs.replace(request_, token=token))
        except ApiError as error:
            return error.message.id
        return ""

    async def body():
        server = await serve(at, world.daemon.routes, world.daemon.roles)
        try:
            assert {await answer(sid, "") for sid in (CHILD, FRIEND)} == {"only a guardian may do that"}
            assert (await answer(CHILD, "made up")).startswith("the proof by PIN is over")
            assert await answer(GUARDIAN, "") != "only a guardian may do that"
        finally:
            await server.close()

    asyncio.run(body())


def test_a_child_sees_only_itself(world, monkeypatch):
    """An account is told from another by its SID alone, and named as the roster has it."""
    world.start(family(guest_packs=(limit(5),)))
    call, at = put_in(monkeypatch), world.home.daemon_address

    async def seen(sid):
        call(sid)
        return [one.id for one in (await aask(at, m.StatusGet())).players]

    async def body():
        server = await serve(at, world.daemon.routes, world.daemon.roles)
        try:
            assert await seen(CHILD) == ["an"]
            assert await seen(ADMINISTRATOR) == await seen(GUARDIAN) == ["an", "guest"]
            call(CHILD)
            for request in (m.WhyGet(player="guest"), m.DoctorGet(repair=True)):
                with pytest.raises(ApiError) as caught:
                    await aask(at, request)
                assert caught.value.code == "refused"
        finally:
            await server.close()

    asyncio.run(body())
