"""A day of very many plays, a storm of tries: no decision walks it, and nothing grows with it."""

from __future__ import annotations

from daemon.platforms.api import StartRefused
from tests.daemon.world import MINUTE, limit, roster

PLAYER = "an"


def facts(world):
    people = world.daemon.in_force.people
    game = people.catalogue.games["luanti"]
    return world.daemon._judge.rule(people.by_id(PLAYER), game, world.daemon.loop.read()).facts


def test_a_decision_is_handed_what_goes_on_and_sums_of_the_rest(world):
    """After fifty plays, and fifty moments at which it was more or less certain which game one of them is."""
    world.start(roster(packs=(limit(500),)))
    for pid in range(1, 51):
        world.platform.run(pid)
        world.pass_time(1_000)
        world.platform.exit(pid)
        world.pass_time(3_000)
    world.platform.run(100)
    play = world.daemon.plays.running[PLAYER, "luanti"]
    for _ in range(50):
        world.pass_time(100)
        now = world.daemon.loop.read()
        play.cut(now.wall, now.mono, sure=True)
    asked = facts(world)
    assert len(asked.played) == 1
    assert len(asked.past.kinds) <= 2  # known by its name only, and surely
    now = world.daemon.loop.read()
    counted = world.daemon.plays.counted(PLAYER, now.mono, 0)
    assert counted.ms(0, now.wall) == 50 * 1_000 + play.ms(now.mono)


def sizes(world):
    """Of the tables that a try at the gate goes through."""
    daemon = world.daemon
    tables = (daemon._attempts._series, daemon._attempts._untold, daemon.plays._over, daemon._announcer._refusals._shown)
    return [len(one) for one in tables]


def test_a_storm_at_the_gate_is_counted_whole_and_leaves_nothing_behind(world):
    """A minute of it: twenty lines or so, every try in the day's summary, and the same tables as before."""
    world.start(roster(packs=(limit(0),)))
    tell = world.daemon.heart.observe
    for second in range(60):
        tell(StartRefused(PLAYER, "luanti", f"/tmp/{second}", second + 10, world.clock.mono(), times=1_000))
        world.pass_time(1_000)
        if second == 0:
            before = sizes(world)
    assert all(now <= then for now, then in zip(sizes(world), before, strict=True))
    world.pass_time(2 * MINUTE)
    assert 0 < len(world.journal("launch.refused")) < 35
    assert world.daemon.store.refusals("2026-11-24") == {(PLAYER, "luanti"): 60_000}
    assert not world.daemon.recorder.waiting
    assert not world.daemon.plays.running
