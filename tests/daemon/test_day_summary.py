"""The summary of a day: each player who played, tried to or was given time, by game; each day once, however late."""

from __future__ import annotations

import msgspec

from agent.api.roster import GrantEvent
from compliance.entries.play import GameDay
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

MIDNIGHT = NOON + 12 * HOUR
DAY = 24 * HOUR


def grant(id_, given, **more) -> GrantEvent:
    return GrantEvent(**{"id": id_, "player": "an", "by": "guardian", "who": "me", "ms": MINUTE, "given": given, **more})


def summed(world):
    return {one.day: one.games for one in world.journal("usage.day")}


def test_grants_are_counted_with_their_game_and_their_day(world):
    """One for all games stands apart, a revoked one does not count; midnight belongs to the new day."""
    grants = (
        grant("1", NOON, game="luanti"), grant("2", NOON + 1, game="luanti"), grant("3", NOON),
        grant("4", NOON, revoked=NOON + 1), grant("5", MIDNIGHT - DAY), grant("6", MIDNIGHT - DAY - 1),
        grant("7", MIDNIGHT), grant("8", MIDNIGHT - 1),
    )  # fmt: skip
    world.start(roster(grants=grants))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.platform.exit(1)
    world.clock.run(DAY)
    world.beat()
    assert summed(world) == {"2026-11-24": {"luanti": GameDay(10 * MINUTE, 0, 2), "*": GameDay(0, 0, 3)}}
    world.clock.run(DAY)
    world.beat()
    assert summed(world)["2026-11-25"] == {"*": GameDay(0, 0, 1)}


def test_who_only_tried_is_in_it_and_who_did_nothing_is_not(world):
    """By game."""
    world.start(roster(packs=(limit(0),)))
    for pid in range(1, 4):
        world.platform.run(pid)
        world.clock.run(MINUTE)
    world.platform.run(4, "teeworlds")
    world.clock.run(DAY)
    world.beat()
    (line,) = world.journal("usage.day")
    assert line.games == {"luanti": GameDay(0, 3, 0), "teeworlds": GameDay(0, 1, 0)}
    assert line.who == world.journal("launch.refused")[0].who


def test_who_left_the_list_is_summed_up_by_what_is_known(world):
    """Under the name in the log of the play itself; a refused start alone has none, and is left out."""
    world.start(roster(packs=(limit(1, games=("luanti",)),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    world.platform.run(2)
    (started,) = world.journal("play.started")
    world.adopt(roster(2, players=()))
    world.clock.run(DAY)
    world.beat()
    (line,) = world.journal("usage.day")
    assert (line.who, line.games) == (started.who, {"luanti": GameDay(MINUTE, 1, 0)})


def test_who_was_given_another_name_on_a_day_that_came_again_is_summed_up_by_both(world):
    """The clock was a day ahead, and a guardian set it right: each summary is of the plays under its name."""

    def play(pid, minutes):
        world.platform.run(pid)
        world.pass_time(minutes * MINUTE)
        world.platform.exit(pid)
        world.beat()

    def turn(by):
        world.clock.step(by)
        world.daemon.heart.confirm_clock()
        world.beat()

    world.start(roster())
    play(1, 10)
    turn(DAY)
    world.adopt(roster(2, players=()))
    others = tuple(msgspec.structs.replace(one, key="77" * 32) for one in roster().players)
    world.adopt(roster(3, players=others))
    turn(-DAY)
    play(2, 5)
    turn(DAY)
    first, second = (one.who for one in world.journal("play.started"))
    lines = [(one.who, one.games["luanti"].ms // MINUTE) for one in world.journal("usage.day") if one.day == "2026-11-24"]
    assert (first != second, lines[0], sorted(lines[1:])) == (True, (first, 10), sorted([(first, 10), (second, 5)]))


def test_a_day_is_summed_up_once_and_however_late(world):
    """The PC was off from that day's evening on, over the holidays."""
    world.start(roster())
    for _ in range(3):
        world.platform.run(1)
        world.pass_time(MINUTE)
        world.platform.exit(1)
        world.clock.run(DAY - MINUTE)
    world.stop()
    world.clock.run(30 * DAY)
    for _ in range(2):
        world.start()
        world.stop()
    world.start()
    assert [one.day for one in world.journal("usage.day")] == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_what_no_rule_and_no_law_asks_for_any_more_is_forgotten(world):
    """Plays and refused starts after a good year, a month of them in a night; a play that still runs is none of them."""
    world.start(roster(packs=(limit(0, games=("teeworlds",)),)))
    world.platform.run(1, "teeworlds")
    world.platform.run(2)
    world.pass_time(MINUTE)
    world.platform.exit(2)
    world.clock.run(DAY)
    world.beat()
    store = world.daemon.store
    assert (len(store.plays(NOON)), len(store.refusals("2026-11-24"))) == (1, 1)
    world.clock.run(DAY)
    world.beat()
    world.clock.run(397 * DAY)
    world.beat()
    assert (len(store.plays(NOON)), len(store.refusals("2026-11-24"))) == (1, 1)
    for _ in range(12):
        assert (len(store.plays(NOON)), len(store.refusals("2026-11-24"))) == (1, 1)
        world.clock.run(DAY)
        world.beat()
    assert (len(store.plays(NOON)), len(store.refusals("2026-11-24"))) == (0, 0)
    assert store.db.execute("SELECT count(*) FROM pieces").fetchone() == (0,)


def test_what_began_with_the_day_of_a_former_zone_is_in_it(world):
    """From where the day begins in the new one, six hours later."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(20 * HOUR)
    world.platform.exit(1)
    world.beat()
    world.adopt(msgspec.structs.replace(roster(2), zone="Europe/Berlin"))
    world.clock.run(2 * DAY)
    world.beat()
    assert summed(world)["2026-11-25"] == {"luanti": GameDay(2 * HOUR, 0, 0)}


def test_what_was_summed_up_by_a_former_zone_is_not_in_the_next_day(world):
    """That begins in the evening before, where it was played under the name of that day."""
    world.start(roster())
    world.pass_time(6 * HOUR)
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.exit(1)
    world.pass_time(23 * HOUR + 30 * MINUTE)
    world.adopt(msgspec.structs.replace(roster(2), zone="Pacific/Kiritimati"))
    world.pass_time(DAY)
    assert [one.day for one in world.journal("usage.day")] == ["2026-11-24"]
