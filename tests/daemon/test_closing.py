"""Closing time of a public place: everybody is told before, sessions lock when games are over, and again when unlocked."""

from __future__ import annotations

import asyncio
from dataclasses import replace as replaced

import msgspec
import pytest

from agent.api.roster import Guardian, Staff
from agent.packs.closed_early import text
from daemon.platforms.api import OsSession
from rules.parse import parse_pack
from tests.daemon.test_api import CHILD, ROOT
from tests.daemon.test_displays import displays, settled
from tests.daemon.world import HOUR, MINUTE, NOON, roster, shipped

CLOSES = NOON + 10 * HOUR
HOURS = replaced(shipped("vn-game-point"), scope="place")
AN, FRIENDS, STAFF = OsSession("1", "an"), OsSession("c2", "friend"), OsSession("3", "root")


def point(number=1, *more, **fields):
    return msgspec.structs.replace(roster(number, place="game-point", place_packs=(HOURS, *more)), **fields)


@pytest.fixture
def told(world):
    """`told(do)`: what the displays of a child and of root are shown meanwhile."""

    def run(do):
        async def main():
            async with displays(world, CHILD, ROOT) as (child, root):
                do()
                await settled()
                return [
                    [(one.kind, one.until) for one in each.got if one.kind in {"closing", "closed", "opened"}]
                    for each in (child, root)
                ]

        return asyncio.run(main())

    return run


def test_everybody_is_told_before_and_customers_are_locked_again_and_again(world, told):
    world.platform.sessions = (AN, FRIENDS, STAFF)
    world.start(point(guardians=(Guardian(id="f", name="F", account="friend"),)))
    world.pass_time(9 * HOUR)
    child, root = told(lambda: world.pass_time(HOUR - 1))
    assert child == root == [("closing", CLOSES)] * 2
    assert world.platform.locked == []
    child, root = told(lambda: world.pass_time(MINUTE))
    assert {*child} == {*root} == {("closed", CLOSES + 10 * HOUR)}
    assert world.platform.locked == ["1"] * len(child)
    assert len(child) in {2, 3}
    world.platform.sessions = (FRIENDS, STAFF)
    world.pass_time(10 * HOUR - 2 * MINUTE)
    child, root = told(lambda: world.pass_time(2 * MINUTE))
    assert child[-1] == root[-1] == ("opened", None)
    assert {*world.platform.locked} == {"1"}


def test_a_game_has_its_time_to_save_before_the_lock(world):
    world.platform.sessions, world.platform.obedient = (AN,), False
    world.start(point())
    world.pass_time(9 * HOUR + 50 * MINUTE)
    world.platform.run(1)
    world.pass_time(10 * MINUTE + 9_000)
    assert world.platform.locked == []
    world.pass_time(5_000)
    assert (world.platform.locked[:1], world.platform.ended) == (["1"], [1])


def test_closing_early_ends_games_as_always_and_locks(world):
    """It is a rule of the place: a play that runs has its minute, and the log says which rule ended it."""
    world.platform.sessions = (AN,)
    world.start(point())
    world.platform.run(1)
    world.pass_time(MINUTE)
    pack = parse_pack(text("Asia/Ho_Chi_Minh", NOON + MINUTE, NOON + 20 * HOUR), "place-closing")
    world.adopt(point(2, replaced(pack, scope="place")))
    world.pass_time(MINUTE - 2_000)
    assert (world.platform.asked, world.platform.locked) == ([], [])
    world.pass_time(15_000)
    assert [one.rule for one in world.journal("play.due")] == ["place-closing.early"]
    assert world.platform.locked[:1] == ["1"]
    world.adopt(point(3))
    world.platform.locked.clear()
    world.pass_time(5 * MINUTE)
    assert world.platform.locked == []


def test_a_home_never_locks(world, told):
    world.platform.sessions = (AN,)
    world.start(roster(place_packs=(HOURS,)))
    child, root = told(lambda: world.pass_time(11 * HOUR))
    assert (child, root, world.platform.locked) == ([], [], [])
    world.adopt(point(2))
    world.beat()
    assert world.platform.locked == ["1"]


def test_whoever_works_there_is_not_locked_out(world):
    world.platform.sessions = (AN, FRIENDS)
    world.start(point(staff=(Staff(id="t", name="Thu", account="friend"),)))
    world.pass_time(11 * HOUR)
    assert {*world.platform.locked} == {"1"}


def test_a_clock_in_doubt_closes_by_the_stricter_reading(world):
    world.platform.sessions = (AN,)
    world.start(point())
    world.pass_time(MINUTE)
    world.clock.step(11 * HOUR)
    world.pass_time(MINUTE)
    assert world.platform.locked
