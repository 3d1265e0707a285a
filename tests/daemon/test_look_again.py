"""The PC woke up, its clock was set, somebody logged on or off: nothing that happened meanwhile is missed."""

from __future__ import annotations

from tests.daemon.world import HOUR, limit, roster


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
