"""Logging off, switching users, sleep, fast startup, as Windows does them: often without an event, never with extra play."""

from __future__ import annotations

import pytest

from tests.daemon.world import HOUR, MINUTE, limit, roster

BEAT = 30_000  # what nobody tells is noticed at the next beat


def ends(world):
    return [(one.ms, one.how) for one in world.journal("play.ended")]


def log_off(world, *pids: int):
    """Windows ends the programs of a session, and the watcher hears nothing of it."""
    for identity in tuple(world.platform.programs):
        if not pids or identity[0] in pids:
            del world.platform.programs[identity]


# --- logging off and switching users ----------------------------------------------------------------------------------------


def test_logging_off_ends_the_play_when_the_service_is_told(world):
    """And what comes after is none of it."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    log_off(world)
    world.seat.look_again()
    world.pass_time(HOUR)
    assert (world.used(), ends(world)) == (600.0, [(10 * MINUTE, "by itself")])


def test_logging_off_is_noticed_when_nobody_is_told(world):
    """At the next beat, half a minute later at the most."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    log_off(world)
    world.pass_time(HOUR)
    ((ms, how),) = ends(world)
    assert how == "by itself"
    assert 10 * MINUTE <= ms <= 10 * MINUTE + BEAT
    assert world.used() == ms / 1000


def test_news_of_sessions_come_in_crowds(world):
    """Logon, unlock, connect, all in one second: one play, counted once."""
    world.start(roster(packs=(limit(30),)))
    world.platform.appear(1)
    for _ in range(10):
        world.seat.look_again()
        world.clock.run(100)
    world.pass_time(MINUTE - 1_000)
    assert len(world.journal("play.started")) == 1
    assert world.used() == 60.0


def test_logging_off_when_the_time_is_up(world):
    """Windows was quicker than the grace: the play ended as it was asked to, and nothing is ended in its place."""
    world.start(roster(packs=(limit(10),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    assert world.platform.asked == [1]
    log_off(world)
    world.seat.look_again()
    world.pass_time(5 * MINUTE)
    assert (world.platform.ended, [how for _, how in ends(world)]) == ([], ["asked"])


# --- sleep ------------------------------------------------------------------------------------------------------------------


def test_a_game_that_did_not_wake_up(world):
    """It is counted to the sleep."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.clock.sleep(HOUR)
    log_off(world)
    world.seat.look_again()
    assert ends(world) == [(10 * MINUTE, "by itself")]


def test_asleep_over_the_end_of_its_time(world):
    """What was left before the sleep is left after it; the closing follows then, after the same warning."""
    world.start(roster(packs=(limit(10),)))
    world.platform.run(1)
    world.pass_time(9 * MINUTE)
    world.clock.sleep(3 * HOUR)
    world.seat.look_again()
    world.pass_time(30_000)
    assert world.platform.asked == []
    world.pass_time(31_000)
    assert world.platform.asked == [1]
    assert world.used() <= 601.0


# --- fast startup and restarts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orderly", [True, False], ids=["the service was stopped", "the service was cut off"])
def test_fast_startup(world, orderly):
    """The user is logged off, the kernel hibernates, and on goes the same boot: counted to the shutdown exactly."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE + 40_000)
    world.stop() if orderly else world.kill()
    log_off(world)
    world.clock.sleep(10 * HOUR)
    world.start()
    assert ends(world) == [(3 * MINUTE + 40_000, "gone")]
    assert world.used() == 220.0


def test_fast_startup_with_a_game_that_starts_with_the_session(world):
    """It is a new one, and counts from its own start."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE)
    world.stop()
    log_off(world)
    world.clock.sleep(10 * HOUR)
    world.clock.run(MINUTE)
    world.platform.appear(2)
    world.clock.run(MINUTE)
    world.start()
    world.pass_time(MINUTE)
    assert world.used() == (3 + 2 + 2) * 60.0  # of the first nobody knows when in those two minutes it ended


@pytest.mark.promise("Failures: A restart of the PC gives no time")
def test_a_restart(world):
    """Another boot: clocks begin anew, and the play is counted to its last row."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE + 40_000)
    world.kill()
    log_off(world)
    world.clock.reboot(off_ms=HOUR)
    world.start()
    assert ends(world) == [(3 * MINUTE, "power")]


def test_a_restart_with_the_same_pid_and_moment(world):
    """After a boot clocks begin anew: even a program of the same identity is not the one of before."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE)
    world.kill()
    world.clock.reboot(off_ms=HOUR)
    world.start()
    world.pass_time(MINUTE)
    assert ends(world) == [(3 * MINUTE, "power")]
    (play,) = world.daemon.plays.running.values()
    assert play.ms(world.clock.mono()) <= MINUTE + 5_000


def test_a_restart_that_looks_like_fast_startup_costs_nothing_but_seconds(world):
    """Should Windows change the boot's number over a fast startup, the play is counted to its last row: less, never more."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE + 59_000)
    world.kill()
    log_off(world)
    world.clock.sleep(HOUR)
    world.clock.boots += 1
    world.start()
    ((ms, how),) = ends(world)
    assert (ms, how) == (10 * MINUTE, "power")


def test_clocks_that_begin_anew_under_the_same_boot(world):
    """Nobody promises that they go on over a fast startup. If not: never negative, never more than the PC was on."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.kill()
    log_off(world)
    world.clock.reboot(off_ms=HOUR)
    world.clock.boots -= 1
    world.start()
    ((ms, _),) = ends(world)
    assert 0 <= ms <= 10 * MINUTE
    world.platform.appear(2)
    world.seat.look_again()
    world.pass_time(MINUTE)
    assert world.used() == (ms + MINUTE) / 1000
