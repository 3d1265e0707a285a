"""Whoever has a network of his own has a time service of his own: what it says is a claim, and gives nobody a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.api import messages as m
from daemon.trusted import LONGEST_MS
from tests.daemon.proving import begun, digits, refused, use
from tests.daemon.test_api import ROOT, ask
from tests.daemon.test_clocks import ASK
from tests.daemon.test_honest import audited, said
from tests.daemon.world import HOUR, MINUTE, NOON, issues, limit, roster

DAY = 24 * HOUR


@pytest.fixture
def spent(world):
    """An may play a minute a day, and did."""
    world.start(roster(packs=(limit(1),)))
    plays(world, 1)
    return world


def plays(world, pid):
    """Whether An may start a game; if so, it is played until it has to end, which it does."""
    world.platform.run(pid)
    if pid in world.platform.ended:
        return False
    world.pass_time(MINUTE)
    assert world.platform.asked[-1] == pid
    return True


def boots(world, *, wall=None, off=MINUTE):
    """The power fails, with what the seat knows by now; then the PC's own clock goes on, or says `wall`."""
    world.kill()
    world.clock.reboot(off)
    if wall is not None:
        world.clock.step(wall - world.clock.wall())
    world.start()
    world.beat()


def says(world, wall):
    """A time service."""
    world.clock.step(wall - world.clock.wall())
    world.beat()


@pytest.mark.promise("Clock: A false time from the child's own network gives no new days")
def test_five_days_by_a_time_server_of_the_childs_own_are_one(world):
    world.start(roster(packs=(limit(1),)))
    for pid in range(5):
        world.platform.run(pid)
        world.pass_time(55_000)
        if pid == 0:
            world.platform.exit(pid)
        world.clock.step(DAY)
        world.beat()
    says(world, world.clock.wall() - 5 * DAY)
    assert sum(one.ms for one in world.journal("play.ended")) == MINUTE
    assert [round((one.to - one.expected) / DAY) for one in world.journal("clock.jump")] == [1, 2, 3, 4, 5]


@pytest.mark.promise("Clock: A restart of the PC makes no false clock true")
@pytest.mark.parametrize("days", [1, 2, 400, -1, -2, -400])
def test_a_restart_of_the_pc_makes_no_claim_true(spent, days):
    """The kernel gives it to the PC's own clock, too."""
    says(spent, spent.clock.wall() + days * DAY)
    for pid in (2, 3):
        boots(spent)
        assert not plays(spent, pid)
        assert issues(spent) == ["clock-jump"]
    says(spent, spent.clock.wall() + (1 - days) * DAY)
    assert not plays(spent, 4)


def test_the_furthest_claim_is_what_the_pcs_clock_may_have_kept(spent):
    says(spent, spent.clock.wall() + 2 * DAY)
    kept = spent.clock.wall() + MINUTE
    says(spent, spent.clock.wall() - DAY)
    boots(spent, wall=kept)
    assert not plays(spent, 2)


def test_a_claim_that_was_taken_back_at_once_may_have_been_kept(spent):
    says(spent, spent.clock.wall() + DAY)
    kept = spent.clock.wall() + MINUTE
    says(spent, spent.clock.wall() - DAY)
    assert issues(spent) == []
    boots(spent, wall=kept)
    assert (plays(spent, 2), issues(spent)) == (False, ["clock-jump"])


def test_a_claim_that_was_taken_back_an_hour_ago_was_not_kept(spent):
    says(spent, spent.clock.wall() + DAY)
    says(spent, spent.clock.wall() - DAY)
    spent.pass_time(HOUR + MINUTE)
    spent.platform.appear(7)
    spent.pass_time(2 * MINUTE)  # something is written
    boots(spent, off=DAY)
    assert (plays(spent, 2), issues(spent)) == (True, [])


def test_a_network_that_was_faster_than_the_daemon_is_no_network_to_believe(spent):
    """The PC's own clock does not say so yet."""
    spent.kill()
    spent.clock.reboot()
    kept = spent.clock.wall()
    spent.clock.hardware = lambda: kept
    spent.clock.step(DAY)
    spent.start()
    assert (plays(spent, 2), issues(spent)) == (False, ["clock-jump"])


# --- codes -----------------------------------------------------------------------------------------------------------------


def test_a_code_of_yesterday_does_not_come_back_with_a_time_service(world):
    """Nor with a restart of the PC, nor once its clock has reached the time again by itself."""
    home = begun(world)
    home.clock.run(DAY)
    says(home, NOON)
    assert "clock" in refused(use, home, digits())
    home.kill()
    home.clock.reboot(DAY + 10 * MINUTE)
    home.start()
    told = digits(wall=home.clock.wall())
    assert home.daemon.clock.read().walls == (home.clock.wall(),)
    assert "clock" in refused(use, home, told)
    home.pass_time(2 * HOUR)
    assert "clock" in refused(use, home, digits(wall=home.clock.wall()))
    ask(home, "doctor", m.DoctorGet(repair=True), caller=ROOT)
    assert use(home, digits(wall=home.clock.wall()))


@pytest.mark.promise("PINs and codes: No code works while the clock is in doubt")
def test_an_empty_battery_takes_no_code(world):
    """Before the network told the time, and after it."""
    home = begun(world)
    home.stop()
    home.clock.reboot()
    was = home.clock.wall()
    home.clock.step(-400 * DAY)
    home.start()
    home.beat()
    for wall in (was, home.clock.wall()):
        assert "clock" in refused(use, home, digits(wall=wall))
    says(home, was + 3 * HOUR)
    assert len(home.daemon.clock.read().walls) == 1
    assert "clock" in refused(use, home, digits(wall=home.clock.wall()))


# --- what is believed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1970, 2020])
def test_an_empty_battery_gets_its_day_from_the_network(spent, year):
    """A minute after each start: the new day is one, is written as that, and says what it is."""
    nothing = int(datetime(year, 1, 1, 0, 1, tzinfo=UTC).timestamp() * 1000)
    for days in (1, 2, 3):
        boots(spent, wall=nothing)
        assert issues(spent) == ["clock-jump"]
        spent.pass_time(MINUTE)
        says(spent, NOON + days * DAY)
        assert spent.daemon.clock.read().walls == (spent.clock.wall(),)
        assert plays(spent, 10 + days)
        assert not plays(spent, 20 + days)
        assert spent.journal("clock.jump")[-1].to >= NOON + days * DAY
        assert spent.journal("play.started")[-1].since >= NOON + days * DAY
    assert issues(spent) == ["clock-jump"]
    spent.daemon.heart.confirm_clock()
    assert issues(spent) == []
    assert said(audited(spent.journal()).failures) == []


def test_an_empty_battery_behind_a_saved_time(spent):
    """systemd has the clock go on where it was when the PC was shut down; the PC's own clock is in 2020."""
    saved = spent.clock.wall()
    spent.clock.hardware = lambda: 1_577_836_800_000
    boots(spent, wall=saved)
    says(spent, NOON + DAY)
    assert plays(spent, 2)


def test_an_empty_battery_behind_a_time_that_was_saved_just_before_the_power_failed(spent):
    """That is no word of a network, and newer than what we wrote down last."""
    spent.pass_time(50 * MINUTE)
    saved = spent.clock.wall()
    assert saved - spent.daemon.store.last_seen().wall > 10 * MINUTE
    spent.clock.hardware = lambda: 1_577_836_800_000
    boots(spent, wall=saved)
    assert spent.daemon.clock.read().walls == (saved,)
    says(spent, NOON + DAY)
    assert plays(spent, 2)
    for days in (2, 3):
        says(spent, NOON + days * DAY)
        assert not plays(spent, 10 + days)


@pytest.mark.promise("Clock: An empty battery makes nobody older than by a year")
def test_an_empty_battery_makes_nobody_older_than_by_a_year(world):
    """In all, until a guardian confirms the clock."""
    world.start(roster(packs=(replace(limit(1), budgets=(), asks=(ASK,)),)))
    never, told = 1_577_836_800_000, []
    for pid, days in enumerate([1, 300, 600, 20 * 365], 1):
        boots(world, wall=never)
        says(world, NOON + days * DAY)
        told.append(len(world.daemon.clock.read().walls))
        world.platform.run(pid)
        assert world.platform.ended[-1] == pid
    assert told == [1, 1, 2, 2]
    says(world, NOON + 301 * DAY)
    world.daemon.heart.confirm_clock()
    boots(world, wall=never)
    says(world, NOON + 600 * DAY)
    assert len(world.daemon.clock.read().walls) == 1


def test_an_empty_battery_is_told_the_time_once(spent):
    """Not a day each time, and no day before the last one."""
    boots(spent, wall=1_577_836_800_000)
    says(spent, NOON - DAY)
    assert not plays(spent, 2)
    says(spent, NOON + DAY)
    assert plays(spent, 3)
    for pid, days in ((4, 2), (5, 3), (6, -1)):
        says(spent, NOON + days * DAY)
        assert not plays(spent, pid)
    boots(spent)
    assert not plays(spent, 7)


def test_a_clock_that_a_network_set_back_is_no_empty_battery(spent):
    says(spent, 1_577_836_800_000)
    boots(spent)
    says(spent, NOON + DAY)
    assert not plays(spent, 2)


def test_a_clock_that_is_behind_by_what_nobody_doubts_is_no_empty_battery(spent):
    """Set back by minutes, and restarted before they were over."""
    spent.pass_time(10 * MINUTE)  # what was played in those minutes is still to come
    spent.stop()
    spent.clock.step(-4 * MINUTE)
    spent.clock.reboot(off_ms=MINUTE)
    spent.start()
    says(spent, NOON + DAY)
    assert not plays(spent, 2)


@pytest.mark.promise("Clock: A clock that was wrong at the set-up is believed after a week")
@pytest.mark.parametrize(("days", "most"), [(1, [True] * 6), (-1, [False, True] * 3)])
def test_a_clock_that_was_a_day_wrong_when_it_was_set_up_is_believed_after_a_week(spent, days, most):
    """By elapsed time, over all boots; a guardian ends it at once. Meanwhile there is a minute a day; of a
    clock that was ahead every other day, as by one of both a play was today and by the other will have been yesterday.
    """
    says(spent, spent.clock.wall() + days * DAY)
    played = []
    for pid in range(2, 8):
        spent.clock.sleep(DAY)
        spent.beat()
        played.append(plays(spent, pid))
    assert played == most
    boots(spent)
    spent.clock.sleep(LONGEST_MS - 6 * DAY - HOUR)
    spent.beat()
    assert len(spent.daemon.clock.read().walls) == 2
    spent.clock.sleep(HOUR)
    spent.beat()
    assert spent.daemon.clock.read().walls == (spent.clock.wall(),)
    assert issues(spent) == ["clock-jump"]
    boots(spent)
    assert spent.daemon.clock.read().walls == (spent.clock.wall(),)
    assert issues(spent) == ["clock-jump"]
    assert said(audited(spent.journal()).failures) == []


def test_a_long_sleep_is_no_doubt(spent):
    """Its week does not count for a step that nobody saw begin."""
    spent.clock.sleep(8 * DAY)
    spent.clock.step(DAY)
    assert len(spent.daemon.clock.read().walls) == 2


def test_a_guardian_ends_it_at_once(spent):
    """Also for the boots after, with the record of then."""
    says(spent, spent.clock.wall() + DAY)
    assert not plays(spent, 2)
    spent.daemon.heart.confirm_clock()
    assert (plays(spent, 3), issues(spent)) == (True, [])
    boots(spent)
    assert (issues(spent), spent.daemon.clock.read().walls) == ([], (spent.clock.wall(),))


def test_honest_clocks_raise_nothing(spent):
    """Three days asleep, a week off, four minutes set right, and a clock that loses as much each day."""
    spent.clock.sleep(3 * DAY)
    spent.beat()
    assert plays(spent, 2)
    boots(spent, off=7 * DAY)
    assert plays(spent, 3)
    for _ in range(10):
        spent.clock.sleep(DAY)
        spent.beat()
        spent.clock.step(4 * MINUTE)
        spent.beat()
    assert spent.journal("clock.jump", "issue.raised")[1:] == []  # the first: no list of players yet
