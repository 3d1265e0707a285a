"""A game that comes and goes all the time: every start is decided and counted, and the log tells many plays as one."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from compliance.entries.play import PlayEnded
from daemon.api import messages as m
from daemon.recording.flurries import OF_GAME, OF_PLAYER
from tests.daemon.test_api import ask
from tests.daemon.test_disk import FullDisk
from tests.daemon.test_honest import TOLD, audited, said
from tests.daemon.world import HOUR, MINUTE, limit, roster, shipped


def flicker(world, times, *, game="luanti", played=40, away=60, first=1000, account="an"):
    for pid in range(first, first + times):
        world.platform.run(pid, game, account)
        world.clock.run(played)
        world.platform.exit(pid)
        world.beat()
        world.pass_time(away)


def summed(world, who=None):
    return sum(one.ms for one in world.journal("play.ended") if who in (None, one.who))


def starts(world):
    return sum(1 if one.starts is UNSET else one.starts for one in world.journal("play.ended"))


def clean(world):
    report = audited(world.journal())
    return said(report.failures) + said(one for one in report.findings if one.kind not in TOLD)


def test_a_thousand_starts_are_a_few_lines_with_every_millisecond(world):
    world.start(roster())
    flicker(world, 1_000)
    world.pass_time(MINUTE)
    assert len(world.journal("play.started")) == len(world.journal("play.ended")) < 20
    assert summed(world) == 1_000 * 40
    assert starts(world) == 1_000
    assert world.used() == 40.0
    flicker(world, 30, first=5_000)  # not told yet
    usage = ask(world, "usage", m.UsageGet())
    assert usage.players["an"].games == {"luanti": 41.2}
    assert clean(world) == []


def test_a_few_starts_are_told_one_by_one(world):
    world.start(roster())
    flicker(world, OF_GAME)
    assert [one.starts for one in world.journal("play.ended")] == [UNSET] * OF_GAME


def test_many_games_in_turn_do_not_get_round_it(world):
    world.start(roster(packs=()))
    for turn in range(OF_PLAYER):
        flicker(world, 1, game=("luanti", "teeworlds")[turn % 2], first=1000 + turn, away=400)
    world.pass_time(MINUTE)
    assert starts(world) == OF_PLAYER
    assert len(world.journal("play.ended")) < 3 * OF_GAME
    assert clean(world) == []


def test_a_limit_ends_a_game_that_comes_and_goes_when_its_minutes_are_played(world):
    """A minute a day of 40 ms each: 1,500 starts. What was played is told before what it led to."""
    world.start(roster(packs=(limit(1),)))
    flicker(world, 1_499)
    assert world.journal("launch.refused", "play.due") == []
    world.platform.run(9_000)
    world.pass_time(200)
    due = world.journal("play.due")[0]
    assert 0 <= due.before["game"] - MINUTE < 100
    assert summed(world) in (1_499 * 40, MINUTE)  # the last one closes as soon as it is asked
    world.pass_time(MINUTE)
    world.platform.run(9_001)
    world.beat()
    assert world.journal("launch.refused")
    assert len(world.journal("warned")) < 20
    assert clean(world) == []


@pytest.mark.parametrize("times", [OF_GAME + 1, 50])
@pytest.mark.parametrize("way", ["kill", "power", "stop"])
def test_what_was_played_is_kept_whatever_ends_the_daemon(world, way, times):
    world.start(roster())
    flicker(world, times)
    before = world.used()
    assert before == times * 0.04
    getattr(world, "stop" if way == "stop" else "kill")()
    world.clock.reboot(HOUR) if way == "power" else world.clock.run(HOUR)
    world.start()
    world.beat()
    assert world.used() == before
    assert (summed(world), starts(world)) == (times * 40, times)
    assert clean(world) == []


def test_one_that_stays_is_told_within_the_minute_as_a_play_of_its_own(world):
    world.start(roster())
    flicker(world, 50)
    world.platform.run(9_000)
    world.pass_time(5 * MINUTE)
    last = world.journal("play.started")[-1]
    assert last.pid == 9_000
    assert last.wall - last.since < 1_000
    world.kill()
    world.clock.run(HOUR)
    world.start()
    world.beat()
    assert world.used() == 2.0 + 5 * 60 + 3_600
    assert clean(world) == []


def test_a_new_list_of_players_and_the_night_are_told_after_it(world):
    world.start(roster())
    flicker(world, 50)
    world.adopt(roster(2, packs=(limit(10),)))
    assert summed(world) == 2_000
    world.pass_time(12 * HOUR - 8_000)
    flicker(world, 50, first=5_000)
    world.pass_time(25 * HOUR)
    days = world.journal("usage.day")
    assert sum(one.ms for day in days for one in day.games.values()) == 4_000
    assert clean(world) == []


def test_what_begins_after_midnight_is_no_part_of_the_day_before(world):
    """Though the last end of that is not told yet, as no minute of the heart ends at midnight."""
    world.clock.run(30_000)
    world.start(roster())
    world.pass_time(12 * HOUR - 40_000)
    flicker(world, 150)
    world.pass_time(25 * HOUR)
    assert {one.who: one.games["luanti"].ms for one in world.journal("usage.day")} == {
        who: summed(world, who) for who in {one.who for one in world.journal("play.ended")}
    }
    assert [one.games["luanti"].ms for one in world.journal("usage.day")] == [100 * 40, 50 * 40]
    assert clean(world) == []


def test_a_disk_that_takes_nothing_for_a_while_loses_nothing(world):
    world.start(roster())
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    disk.full = True
    flicker(world, 500)
    assert world.daemon.recorder.waiting < 60
    disk.full = False
    world.pass_time(2 * MINUTE)
    assert (summed(world), starts(world)) == (20_000, 500)
    assert clean(world) == []


def test_what_a_law_wants_told_is_told_though_an_end_is_held_back(world):
    """The game comes and goes in the minute before the player has played for half an hour, and then stays."""
    world.start(roster(packs=(shipped("vn-147"),), approved=("luanti",)))
    world.pass_time(20_000)
    world.platform.run(700)
    world.pass_time(29 * MINUTE + 50_000)
    world.platform.exit(700)
    world.beat()
    flicker(world, 12, played=300, away=100)
    world.platform.run(9_000)
    world.pass_time(2 * MINUTE)
    assert [one.rule is not None for one in world.journal("warned")] == [True]
    assert world.daemon.recorder.lost == 0


def test_what_two_games_did_is_told_in_order_of_time(world):
    """One flickers once more after the PC slept: nobody set the clock back."""
    world.start(roster())
    world.pass_time(MINUTE)
    for turn in range(8):
        flicker(world, 1, first=1_000 + turn)
        flicker(world, 1, first=2_000 + turn, game="teeworlds")
    world.clock.sleep(8 * HOUR)
    flicker(world, 1, first=3_000)
    world.pass_time(3 * MINUTE)
    assert [one.kind for one in audited(world.journal()).findings if one.kind.startswith("clock")] == []


def test_nothing_is_asked_about_a_game_that_did_come_and_go(world):
    """Of one game, or of many in turn; over a restart, midnight, and a new list."""
    world.start(roster())
    world.pass_time(11 * HOUR + 50 * MINUTE)
    for first in range(1_000, 9_000, 1_000):
        flicker(world, 60, first=first, played=200, away=1_400)
        flicker(world, 60, first=first + 500, game="teeworlds", played=20, away=150)
        world.stop() if first == 3_000 else world.kill() if first == 5_000 else world.adopt(roster(first, packs=(limit(90),)))
        if first in {3_000, 5_000}:
            world.clock.run(2_000)
            world.start()
        world.pass_time(2 * MINUTE)
    assert starts(world) == 960
    assert [one.kind for one in audited(world.journal()).findings if one.kind == "clock-play"] == []


def told_of(lines):
    report = audited(lines)
    return said(report.failures), {one.kind for one in report.findings} & {"clock-play", "came-and-went"}


def as_several(line, starts, away):
    """A play, told as if it had come and gone."""
    return msgspec.structs.replace(line, ms=line.ms - away, starts=starts, away=away) if type(line) is PlayEnded else line


def test_one_play_that_is_told_as_several_is_asked_about(world):
    """Two of three minutes are said to have been between them."""
    world.start(roster())
    world.pass_time(MINUTE)
    for pid in range(1, 8):
        world.platform.run(pid)
        world.pass_time(3 * MINUTE)
        world.platform.exit(pid)
        world.pass_time(2 * MINUTE)
    honest = world.journal()
    assert told_of(honest) == ([], set())
    assert told_of([as_several(one, 6, 2 * MINUTE) for one in honest]) == ([], {"clock-play", "came-and-went"})


def test_how_much_is_said_to_lie_between_plays_is_told(world):
    """However often the game is said to have begun."""
    world.start(roster())
    for turn in range(12):
        flicker(world, 60, first=1_000 + 100 * turn, played=50, away=1_000)
    assert told_of(world.journal()) == ([], {"came-and-went"})
