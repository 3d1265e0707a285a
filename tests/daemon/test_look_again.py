"""The PC woke up, its clock was set, somebody logged on or off: nothing that happened meanwhile is missed."""

from __future__ import annotations

from tests.daemon.world import HOUR, MINUTE, limit, roster


def test_what_nobody_told_is_found_and_counted_from_its_start(world):
    """A game that started while the watcher heard nothing."""
    world.start(roster(packs=(limit(30),)))
    world.platform.appear(1)
    world.clock.run(MINUTE)
    assert world.daemon.plays.running == {}
    world.seat.look_again()
    (play,) = world.daemon.plays.running.values()
    assert world.clock.mono() - play.since_mono == MINUTE
    world.pass_time(9 * MINUTE)
    assert world.used() == 600.0


def test_what_is_gone_is_closed(world):
    """A game that went with its session, and no event said so."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.programs.clear()
    world.seat.look_again()
    assert world.daemon.plays.running == {}
    assert [one.ms for one in world.journal("play.ended")] == [MINUTE]


def test_it_does_not_wait_for_the_next_beat(world):
    """The heart is woken: a limit that passed, or a clock that jumped, is seen at once."""
    world.start(roster(packs=(limit(30),)))
    world.beat()
    world.daemon.heart.wake.clear()
    world.clock.step(HOUR)
    world.seat.look_again()
    assert world.daemon.heart.wake.is_set()


def test_before_any_roster_there_is_nothing_to_do(world):
    """Nothing is limited, and nothing breaks."""
    world.start()
    world.platform.appear(1)
    world.seat.look_again()
    assert world.daemon.plays.running == {}
