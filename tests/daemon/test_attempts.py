"""Thousands of attempts at a refused game: all are counted, few become lines; and no event stands in another's way."""

from __future__ import annotations

from daemon.recording.attempts import FULL, Attempts
from rules.games import Fingerprint, Program
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import MINUTE, limit, roster


def test_attempts_are_all_counted_and_few_are_written():
    """A start every half second for an hour."""
    attempts = Attempts()
    moments = range(0, 60 * MINUTE, 500)
    lines = sum(attempts.worth_a_line(("an", "luanti"), mono) for mono in moments)
    assert FULL < lines < FULL + 62
    assert attempts.take() == {("an", "luanti"): len(moments) - lines}
    assert attempts.take() == {}


def test_another_game_is_another_series():
    """What one game's loop does hides nothing of the other's."""
    attempts = Attempts()
    assert [attempts.worth_a_line(("an", game), 0) for game in ("luanti", "teeworlds", "luanti")] == [True, True, False]


def test_every_attempt_is_in_the_days_summary(world):
    """Five starts in a row are one line, and five refusals."""
    world.start(roster(packs=(limit(0),)))
    for pid in range(1, 6):
        world.platform.run(pid)
    world.pass_time(2 * MINUTE)
    assert len(world.journal("launch.refused")) == 1
    assert world.daemon.store.refusals("2026-11-24") == {("an", "luanti"): 5}


def test_a_program_that_is_no_game_wakes_nobody(world):
    """Ordinary programs cost no decision."""
    world.start(roster(packs=(limit(5),)))
    world.beat()
    world.daemon.heart.wake.clear()
    world.platform.run(1, "editor")
    assert not world.daemon.heart.wake.is_set()
    world.platform.run(2, "luanti")
    assert world.daemon.heart.wake.is_set()


def test_a_game_that_was_removed_is_no_play_any_more(world):
    """A program added by mistake is let go, though it runs."""
    world.start(roster(packs=(limit(1),)))
    program = world.platform.run(1)
    world.platform.programs[program.identity] = Program(
        1, program.started, program.since, "an", (Fingerprint("/usr/bin/browser", 1),)
    )
    world.adopt(roster(2, packs=(limit(1),)))
    world.pass_time(5 * MINUTE)
    assert world.platform.asked == world.platform.ended == []
    assert world.status().games == ()


def test_what_waited_is_written_as_it_was(world):
    """The limit that ended a play is gone by the time the disk takes the line: it still names it."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
    world.pass_time(2 * MINUTE)
    disk.full = False
    world.daemon.store.db = disk.database
    world.adopt(roster(2))
    world.pass_time(MINUTE)
    (due,) = world.journal("play.due")
    assert (due.rule, due.inline["ms"]) == ("house.all", MINUTE)


def test_one_event_that_cannot_be_written_holds_up_no_other(world):
    """It is lost, loudly; what comes with it and after it is not."""
    world.start(roster())
    recorder = world.daemon.recorder

    def broken(_):
        raise ValueError("broken")

    recorder.do(broken)
    world.platform.run(1)
    world.pass_time(1_000)
    assert len(world.journal("play.started")) == 1
    assert [one.id for one in world.daemon.health.open()] == ["record-lost"]
