"""The minutes in which the seat was alive, as the log has them: each one once, whatever the PC did in between."""

from __future__ import annotations

from tests.daemon.world import HOUR, MINUTE, NOON, roster


def alive(world) -> list[int]:
    """Minutes after noon."""
    lines = world.journal("presence")
    assert all(line.since % MINUTE == 0 and len(line.bits) == 15 for line in lines)
    return [(line.since - NOON) // MINUTE + bit for line in lines for bit in range(60) if int(line.bits, 16) >> bit & 1]


def test_an_hour_is_one_entry(world):
    """Written with the minute that begins the next one."""
    world.start(roster())
    world.pass_time(HOUR)
    assert alive(world) == []
    world.pass_time(MINUTE)
    assert alive(world) == list(range(1, 61))
    world.pass_time(HOUR)
    assert alive(world) == list(range(1, 121))
    assert len(world.journal("presence")) == 2


def test_a_stop_writes_the_rest(world):
    """And a run that was over before its first minute has none."""
    world.start(roster())
    world.pass_time(5 * MINUTE)
    world.stop()
    world.start()
    world.stop()
    world.start()
    assert alive(world) == [1, 2, 3, 4, 5]


def test_asleep_is_not_alive(world):
    """A short sleep is a gap in the hour."""
    world.start(roster())
    world.pass_time(10 * MINUTE)
    world.clock.sleep(20 * MINUTE)
    world.pass_time(5 * MINUTE)
    world.stop()
    world.start()
    assert alive(world) == [*range(1, 11), *range(31, 36)]


def test_the_minute_after_a_long_sleep_counts(world):
    """It lies beyond the hour that had begun, and begins the next one."""
    world.start(roster())
    world.pass_time(10 * MINUTE)
    world.clock.sleep(8 * HOUR)
    world.pass_time(5 * MINUTE)
    world.stop()
    world.start()
    assert alive(world) == [*range(1, 11), *range(491, 496)]
