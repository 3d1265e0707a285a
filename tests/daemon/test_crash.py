"""A daemon that was killed: what goes on is counted in full, what is gone to the first look, and the log shows the gap."""

from __future__ import annotations

import pytest

from agent.api.roster import GrantEvent
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster


@pytest.mark.promise("Failures: Killing the daemon loses no play")
def test_a_game_that_still_runs_is_counted_in_full(world):
    """Ten minutes of play over a daemon that was dead for eight of them are ten minutes."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.kill()
    world.clock.run(8 * MINUTE)
    world.start()
    world.pass_time(MINUTE)
    assert world.used() == 600.0
    assert len(world.journal("play.started")) == 1
    world.platform.exit(1)
    assert [(one.ms, one.how, one.late) for one in world.journal("play.ended")] == [(10 * MINUTE, "by itself", False)]


def test_a_game_that_is_gone_is_counted_to_the_first_look(world):
    """Nobody saw its end: the whole time until the daemon looked again counts, marked late."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.kill()
    world.clock.run(4 * MINUTE)
    world.platform.exit(1)
    world.clock.run(4 * MINUTE)
    world.start()
    assert world.used() == 540.0
    assert [(one.ms, one.how, one.late) for one in world.journal("play.ended")] == [(9 * MINUTE, "gone", True)]


def test_a_pid_that_somebody_else_has_by_now_is_not_the_game(world):
    """Identity is (pid, started)."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.kill()
    world.platform.exit(1)
    world.clock.run(MINUTE)
    world.platform.appear(1, "editor")
    world.start()
    assert [one.how for one in world.journal("play.ended")] == ["gone"]


@pytest.mark.promise("Failures: A power cut loses a minute of play at most")
def test_after_a_power_cut_a_play_is_counted_to_its_last_row(world):
    """Another boot: the minute rows are all that is known."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE + 40_000)
    world.kill()
    world.platform.programs.clear()
    world.clock.reboot(off_ms=HOUR)
    world.start()
    assert [(one.ms, one.how, one.late) for one in world.journal("play.ended")] == [(3 * MINUTE, "power", True)]
    assert world.used() == 180.0


def test_a_play_that_nobody_saw_end_stays_with_who_played(world):
    """Through as many starts as there are, and under the label that its game had."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE)
    world.kill()
    world.platform.programs.clear()
    world.clock.reboot(off_ms=HOUR)
    for _ in range(3):
        world.start()
        assert (world.used(), len(world.status().games)) == (180.0, 1)
        world.kill()


def test_the_play_of_somebody_who_left_the_list_ends(world, monkeypatch):
    """Its end waited for the disk, which took the new list, when the daemon was killed. Its line says whose it was."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(3 * MINUTE)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    keep = world.daemon.trust.keep_roster
    monkeypatch.setattr(world.daemon.trust, "keep_roster", lambda *news: (setattr(disk, "full", False), keep(*news)))
    world.adopt(roster(2, players=()))
    assert world.journal("play.ended") == []
    world.kill()
    world.start()
    started, goes_on = world.journal("play.started")
    assert [(one.play, one.who, one.ms) for one in world.journal("play.ended")] == [(started.seq, started.who, 3 * MINUTE)]
    assert goes_on.who != started.who  # as a guest's


def test_a_game_started_while_the_daemon_was_dead_counts_from_its_start(world):
    """A stopped daemon is no free play."""
    world.start(roster(packs=(limit(10),)))
    world.kill()
    world.clock.run(MINUTE)
    world.platform.appear(1)
    world.clock.run(5 * MINUTE)
    world.start()
    assert world.used() == 300.0
    world.pass_time(5 * MINUTE)
    assert world.platform.asked == [1]


def test_a_refused_game_started_while_the_daemon_was_dead_is_due(world):
    """Nobody refused it then; the first look warns of its end."""
    world.start(roster(packs=(limit(0),)))
    world.kill()
    world.platform.appear(1)
    world.clock.run(1_000)
    world.start()
    world.pass_time(MINUTE + 1_000)
    assert world.platform.asked == [1]
    assert [one.how for one in world.journal("play.ended")] == ["asked"]


def test_at_a_first_start_what_ran_before_counts_from_now(world):
    """Nobody had limited it."""
    world.platform.appear(1)
    world.clock.run(HOUR)
    world.start(roster())
    world.pass_time(MINUTE)
    assert world.used() == 60.0


def test_the_log_says_whether_the_last_run_ended_well(world):
    """A kill leaves a gap from the last sign of life; a stop does not."""
    world.start(roster())
    world.stop()
    world.clock.run(MINUTE)
    world.start()
    world.kill()
    world.clock.run(MINUTE)
    world.start()
    clean = [(one.clean, one.lost_from) for one in world.journal("seat.start")]
    assert clean == [(True, None), (True, None), (False, NOON + MINUTE)]


def test_an_idle_seat_was_alive_to_its_last_entry(world):
    """Nobody played for hours: what the log says of being alive and the gap after the kill do not contradict each other."""
    world.start(roster())
    world.pass_time(150 * MINUTE)
    world.kill()
    world.clock.run(MINUTE)
    world.start()
    *_, gap = world.journal("seat.start")
    *_, alive = world.journal("presence")
    assert gap.lost_from == alive.wall == NOON + 121 * MINUTE


def test_a_game_started_between_boot_and_daemon_counts_from_its_start(world):
    """Whenever the run before was alive."""
    world.start(roster())
    world.pass_time(HOUR)
    world.kill()
    world.clock.reboot(off_ms=HOUR)
    world.platform.appear(1)
    world.clock.run(2 * MINUTE)
    world.start()
    assert world.used() == 120.0


def test_a_game_from_before_the_kill_counts_from_the_last_sign_of_life(world):
    """Nobody had noticed it until then, and nobody knows what it was."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.platform.appear(2, "teeworlds", account="friend")
    world.clock.run(30_000)
    world.platform.exit(1)
    world.kill()
    world.clock.run(MINUTE)
    world.start()
    assert world.used("guest") == 60.0


def test_what_was_announced_holds_after_a_kill(world):
    """Warned of its end, which came while no daemon ran: it is asked to close at the first look, and has its time to save."""
    world.start(roster(packs=(limit(5),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(4 * MINUTE + 30_000)
    world.kill()
    world.clock.run(2 * MINUTE)
    world.start()
    assert (world.platform.asked, world.platform.told) == ([1], [])
    world.pass_time(10_000)
    assert world.platform.told == [1]


def test_an_end_that_nobody_was_told_of_leaves_a_minute_after_a_kill(world):
    """It was fifteen minutes away when the daemon died."""
    world.start(roster(packs=(limit(20),)))
    world.platform.run(1)
    world.pass_time(4 * MINUTE)
    world.kill()
    world.clock.run(20 * MINUTE)
    world.start()
    world.pass_time(59_000)
    assert world.platform.asked == []
    world.pass_time(1_000)
    assert world.platform.asked == [1]


def test_a_game_that_was_granted_time_while_it_saved_is_left_alone_after_a_kill(world):
    """The grant came after it was asked to close; it is not asked again."""
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(MINUTE + 2_000)
    given = GrantEvent(id="g1", player="an", by="guardian", who="me", ms=HOUR, given=world.clock.wall())
    world.adopt(roster(2, packs=(limit(1),), grants=(given,)))
    world.kill()
    world.start()
    world.pass_time(MINUTE)
    assert (world.platform.asked, world.platform.ended) == ([1], [])
