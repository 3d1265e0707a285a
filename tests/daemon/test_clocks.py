"""Setting the clock, sleeping and waking: play stays what it was, and the stricter reading holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from i18n.message import Text
from rules.policy import AskFirst
from tests.daemon.world import HOUR, MINUTE, NOON, issues, limit, roster, shipped


@pytest.mark.promise("Clock: Setting the clock ahead gives no new day")
def test_setting_the_clock_ahead_gives_no_new_day(world):
    """Tomorrow by the system clock is still today by elapsed time: refused by both."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    world.clock.step(24 * HOUR)
    world.beat()
    world.platform.run(2)
    assert world.platform.ended == [2]
    world.pass_time(MINUTE)
    assert issues(world) == ["clock-jump"]
    (jump,) = world.journal("clock.jump")
    assert jump.to - jump.expected == 24 * HOUR


def test_what_the_stricter_reading_says_is_told_by_the_trusted_one(world):
    """The clock was set ahead to an hour before closing time: in an hour it is over, with all warnings."""
    world.start(roster(place="game-point", place_packs=(shipped("vn-game-point"),)))
    world.platform.run(1)
    world.clock.step(9 * HOUR)  # 21:00; a game point closes at 22:00
    world.beat()
    assert world.status().games[0].until == "2026-11-24T13:00:00+07:00"
    world.pass_time(HOUR - 1_000)
    assert ([one.left for one in world.journal("warned")], world.platform.asked) == ([15 * MINUTE, 5 * MINUTE, MINUTE], [])
    world.pass_time(1_000)
    assert world.platform.asked == [1]


@pytest.mark.promise("Clock: After a large step both readings count until a guardian confirms one")
def test_a_window_is_asked_by_both_readings(world):
    """Setting the clock into the open hours of a game point does not open it."""
    world.clock.run(11 * HOUR)  # 23:00
    world.start(roster(place="game-point", place_packs=(shipped("vn-game-point"),)))
    world.clock.step(-5 * HOUR)
    world.platform.run(1)
    assert world.platform.ended == [1]


ASK = AskFirst(
    id="house.ask", cite="Quy tắc nhà", text=Text("Hỏi đã", "Ask first"), authority="house", addressee="household", which="all",
    to_age=16,
)  # fmt: skip


@pytest.mark.parametrize("years", [5, -20])
def test_a_clock_makes_nobody_older(world, years):
    """An is 12: who may play at 16 without asking has to ask by one of the readings."""
    world.start(roster(packs=(replace(limit(1), budgets=(), asks=(ASK,)),)))
    world.clock.step(years * 365 * 24 * HOUR)
    world.beat()
    world.platform.run(1)
    assert (world.platform.ended, [one.verdict for one in world.journal("launch.refused")]) == ([1], ["ask"])


def test_the_clock_of_a_boot_goes_on_where_the_last_run_left_it(world):
    """Killing the daemon, setting the clock and starting it again is a step all the same."""
    world.start(roster())
    world.pass_time(MINUTE)
    world.kill()
    world.clock.run(HOUR)
    world.clock.step(3 * HOUR)
    world.start()
    assert issues(world) == ["clock-jump"]
    assert world.daemon.loop.read().wall == NOON + HOUR + MINUTE


def test_a_jump_is_told_once_and_each_new_one(world):
    """However often the clocks are read; a guardian's word ends it."""
    world.start(roster())
    for step in (HOUR, 0, 2 * MINUTE, HOUR, -2 * HOUR - 2 * MINUTE, HOUR):
        world.clock.step(step)
        world.pass_time(MINUTE)
    assert [round((one.to - one.expected) / MINUTE) for one in world.journal("clock.jump")] == [60, 122, 60]


def test_many_small_steps_are_a_large_one(world):
    """The base stays where it was, so steps add up."""
    world.start(roster())
    for _ in range(4):
        world.clock.step(-2 * MINUTE)
        world.pass_time(1_000)
    assert issues(world) == ["clock-jump"]


def test_a_clock_that_comes_back_clears_the_issue(world):
    """Raised and cleared, both in the log."""
    world.start(roster())
    world.clock.step(HOUR)
    world.beat()
    world.clock.step(-HOUR)
    world.beat()
    assert issues(world) == []
    assert [one.id for one in world.journal("issue.raised", "issue.cleared")] == [
        "no-roster",
        "no-roster",
        "clock-jump",
        "clock-jump",
    ]


@pytest.mark.promise("Clock: After a large step both readings count until a guardian confirms one")
def test_a_guardian_is_an_anchor(world):
    """`doctor --repair` confirms the new time."""
    world.start(roster())
    world.clock.step(HOUR)
    world.beat()
    world.daemon.clock.anchor()
    world.beat()
    assert issues(world) == []


def test_after_a_boot_an_earlier_clock_is_a_jump(world):
    """A clock set back in the firmware cannot undo the day: its budget stays spent."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    world.kill()
    world.clock.reboot()
    world.clock.step(-48 * HOUR)
    world.start(roster(2, packs=(limit(1),)))
    world.platform.run(2)
    assert world.platform.ended == [2]
    assert issues(world) == ["clock-jump"]


def test_one_jump_to_2099_freezes_nothing(world):
    """What was once read is never 'last seen': when the clock is right again, so is everything."""
    world.start(roster(packs=(limit(10),)))
    world.clock.step(73 * 365 * 24 * HOUR)
    world.beat()
    world.pass_time(MINUTE)
    world.clock.step(-73 * 365 * 24 * HOUR)
    world.platform.run(1)
    world.pass_time(MINUTE)
    assert world.platform.ended == []
    assert (world.used(), issues(world)) == (60.0, [])


@pytest.mark.parametrize("ahead", [40, 2 * 365])
@pytest.mark.parametrize("mended", ["a guardian", "another boot"])
def test_a_day_in_another_year_forgets_nothing(world, ahead, mended):
    """A clock set ahead in the firmware, until it is right again: today's budget stays spent, and today is summed up."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    world.kill()
    world.clock.reboot()
    world.clock.step(ahead * 24 * HOUR)
    world.start()
    world.pass_time(10 * MINUTE)
    world.clock.step(-ahead * 24 * HOUR)
    if mended == "another boot":
        world.kill()
        world.clock.reboot()
        world.start()
    world.beat()
    world.daemon.heart.confirm_clock()
    world.platform.run(2)
    assert world.platform.ended == [2]
    world.night()
    world.pass_time(17 * HOUR)
    world.night()
    assert [day.day for day in world.journal("usage.day")][-1] == "2026-11-24"


@pytest.mark.promise("Clock: Sleep is not counted as play")
def test_sleep_is_no_play(world):
    """A night's sleep in the middle of a play does not count."""
    world.start(roster(packs=(limit(30),)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.clock.sleep(2 * HOUR)
    world.pass_time(10 * MINUTE)
    assert world.used() == 1200.0
    assert world.platform.asked == []
    world.pass_time(10 * MINUTE)
    assert world.platform.asked == [1]


def test_play_before_a_sleep_over_midnight_stays_on_its_day(world):
    """Twenty minutes yesterday, ten today: neither day gets the other's."""
    world.clock.run(11 * HOUR + 30 * MINUTE)
    world.start(roster(packs=(limit(25),)))
    world.platform.run(1)
    world.pass_time(20 * MINUTE)
    world.clock.sleep(8 * HOUR)
    world.clock.run(5_000)  # nobody looks at once
    world.pass_time(10 * MINUTE - 5_000)
    assert world.used() == 600.0
    assert [(one.ms, one.how) for one in world.journal("play.ended")] == [(20 * MINUTE, "midnight")]
    assert [one.since - NOON for one in world.journal("play.started")] == [11 * HOUR + 30 * MINUTE, 19 * HOUR + 50 * MINUTE]


@pytest.mark.promise("Clock: A changed time zone moves no limit")
def test_a_changed_zone_is_told_and_moves_no_limit(world):
    """A standard user of Windows may set the PC's zone: it is in the log, once, also when it happened while no daemon ran."""
    world.start(roster(packs=(limit(60),)))
    world.platform.run(1)
    world.clock.run(MINUTE)
    before = world.status().games[0].until
    world.clock.called = "Pacific/Kiritimati"
    world.pass_time(MINUTE)
    world.pass_time(MINUTE)
    (line,) = world.journal("zone.changed")
    assert (line.before, line.after) == ("Asia/Ho_Chi_Minh", "Pacific/Kiritimati")
    assert world.status().games[0].until == before
    world.stop()
    world.clock.called = "Etc/UTC"
    world.start()
    assert [one.after for one in world.journal("zone.changed")] == ["Pacific/Kiritimati", "Etc/UTC"]
