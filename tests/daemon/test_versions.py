"""Agent and daemon of different versions: what both know holds, and the Issue says `update`; nobody is taken for a forger."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest

from agent.api.roster import SignedRoster
from daemon.roster import Newer, Replaced
from host.wire import ApiError
from tests.daemon.stand_in import connected, in_force, until
from tests.daemon.world import MINUTE, issues, limit, roster


def written(world, number=2, change=None, packs=None) -> SignedRoster:
    """A roster as a newer agent signs it."""
    said = json.loads(msgspec.json.encode(roster(number, packs=(limit(10),) if packs is None else packs)))
    if change is not None:
        change(said)
    return SignedRoster(number=number, note=world.agent.sign(json.dumps(said) + "\n"))


def more(said):
    """Unknown fields in each kind of thing, an unknown kind of rule, and a rule with a value that nobody knows here."""
    said["curfew"] = {"from": "22:00"}
    (an,) = said["players"]
    an["nickname"] = "Bống"
    (pack,) = an["packs"]
    pack["quotas"] = [{"id": "house.quota"}]
    pack["budgets"][0]["strict"] = True
    pack["budgets"].append({**pack["budgets"][0], "id": "house.year", "period": "year"})
    said["games"][0]["engine"] = "minetest"


def take(world, signed):
    taken = world.daemon.trust.read_roster(signed)
    world.daemon.adopt(taken)
    world.daemon.trust.keep_roster(signed, taken)
    return taken


def test_what_is_known_of_a_newer_roster_is_in_force(world):
    """Now and after a restart; the Issue stands as long as it is."""
    world.start(roster())
    take(world, written(world, change=more))
    assert (world.daemon.trust.newer, world.status().left_s) == (True, 600)
    assert [rule.id for rule in world.daemon.in_force.people.players[0].packs[0].budgets] == ["house.all"]
    world.kill()
    world.start()
    assert (world.daemon.trust.newer, world.daemon.trust.number) == (True, 2)
    world.platform.run(1)
    world.pass_time(11 * MINUTE)
    assert world.platform.asked == [1]
    take(world, written(world, 3))
    assert world.daemon.trust.newer is False


@pytest.mark.parametrize("change", [
    lambda said: said.update(place="school"), lambda said: said["players"][0].update(born={"year": 2014}),
    lambda said: said.pop("guest"), lambda said: said.update(number="two"),
])  # fmt: skip
def test_a_roster_by_which_nothing_can_be_decided_is_not_taken(world, change):
    """No player is left out of it, nor taken for a guest. The one before holds; that it was signed is not in doubt."""
    world.start(roster(packs=(limit(10),)))
    with pytest.raises(Newer):
        world.daemon.trust.read_roster(written(world, change=change))
    assert (world.status().left_s, world.daemon.trust.newer) == (600, False)


def test_a_roster_of_somebody_else_is_still_one(world):
    """However new it looks."""
    world.start(roster())
    signed = written(world, change=more)
    with pytest.raises(Replaced):
        world.daemon.trust.read_roster(SignedRoster(number=2, note=signed.note.replace("B\\u1ed1ng", "Bong")))


@pytest.mark.promise("Failures: A roster of a newer version is an Issue until both are of one version")
def test_a_newer_roster_is_an_issue_until_both_are_of_one_version(world, agent, monkeypatch):
    """`update`, and nothing of a replaced log."""
    newer = [True]

    async def roster_get(request):
        while agent.roster.number <= request.above:
            await asyncio.sleep(0.005)
        return written(world, agent.roster.number, more if newer[0] else None)

    monkeypatch.setattr(agent, "roster_get", roster_get)

    async def run():
        async with connected(world, agent):
            await in_force(world)
            await until(lambda: issues(world) == ["update"])
            newer[0] = False
            agent.roster = roster(5)
            assert await world.daemon.uplink.holds(5, 5)
            await until(lambda: issues(world) == [])

    asyncio.run(run())


def test_an_older_agent_that_does_not_know_what_we_send_is_asked_to_update(world, agent, monkeypatch):
    """Records are kept until it is."""
    from i18n.message import msg

    submit = agent.submit

    async def refuse(request):
        raise ApiError("bad-input", msg("there is no field {field}", field="shown"))

    async def run():
        monkeypatch.setattr(agent, "submit", refuse)
        async with connected(world, agent):
            await until(lambda: issues(world) == ["update"])
            assert world.daemon.recorder.journal.unsent() > 0
        monkeypatch.setattr(agent, "submit", submit)
        async with connected(world, agent):
            await in_force(world)
            await until(lambda: issues(world) == [])

    asyncio.run(run())


def test_a_program_let_through_in_a_way_that_is_not_known_is_not_let_through(world):
    """The stricter side, and the Issue says `update`."""

    def strict(said):
        (an,) = said["players"]
        known = {"name": "sums", "sha256": "ab" * 32, "size": 7, "build_id": None, "interpreter": None}
        an["only_installed"] = True
        an["programs"] = [known, {**known, "sha256": "cd" * 32, "interpreter": "forth"}]

    world.start(roster())
    take(world, written(world, change=strict))
    only = world.daemon.in_force.people.players[0].lets
    assert (world.daemon.trust.newer, [one.sha256 for one in only.let]) == (True, ["ab" * 32])
