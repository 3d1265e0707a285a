"""Time to save, for real: from the end of a play to the first signal that a game cannot answer with "save?"."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from daemon.ending import SIGNAL_MS
from daemon.enforce import MOST_SAVING
from rules.save_time import CLOSE_MS
from tests.daemon.world import HOUR, MINUTE, limit, roster, shipped

SAVE = 10_000


@pytest.fixture
def saving(world):
    """An's minute is over, and the game, which does not obey, has ten seconds to save."""
    world.start(roster(packs=(limit(1),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(MINUTE)
    assert world.platform.asked == [1]
    return world


@pytest.fixture
def patient(world):
    """An's minute is over five seconds ago, and the game has half a minute to save."""
    world.start(roster(packs=(replace(limit(1), grace_ms=30_000),)))
    world.platform.run(1)
    world.pass_time(MINUTE + 5_000)
    assert (world.platform.asked, len(world.journal("play.due"))) == ([], 1)
    return world


def ends(world):
    return [(one.how, one.ms) for one in world.journal("play.ended")]


# --- how it ended -----------------------------------------------------------------------------------------------------------


def test_a_game_without_a_window_gets_no_signal_before_its_time_to_save_is_over(world):
    """It was not asked, so when it is told to end and obeys, nobody says that it closed when asked."""
    world.start(roster(packs=(limit(1),)))
    world.platform.windowless = {1}
    world.platform.run(1)
    world.pass_time(MINUTE + SAVE - 1)
    assert (world.platform.told, ends(world)) == ([], [])
    world.pass_time(1)
    assert (world.platform.told, world.platform.ended) == ([1], [])
    assert ends(world) == [("killed", MINUTE + SAVE)]


@pytest.mark.parametrize(("windowless", "how"), [((), "asked"), ((1,), "by itself")])
def test_asked_is_only_what_a_request_has_reached(saving, windowless, how):
    """It closes within its time to save: if it had no window, its player closed it, who was told to."""
    saving.platform._reached -= {one for one in saving.platform._reached if one[0] in windowless}
    saving.pass_time(3_000)
    saving.platform.exit(1)
    assert ends(saving) == [(how, MINUTE + 3_000)]


def test_the_play_is_due_before_its_windows_are_asked(world):
    """Invariant 3: the entry that says why is durable by then."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    ask, due = world.platform.ask_close, []
    world.platform.ask_close = lambda programs: (due.extend(world.journal("play.due")), ask(programs))[1]
    world.pass_time(MINUTE)
    assert len(due) == 1


def test_two_programs_of_a_play_are_asked_together(world):
    """A launcher and its game: a window that belongs to both is asked once."""
    world.start(roster(packs=(limit(1),)))
    asked = []
    world.platform.ask_close = lambda programs: bool(asked.append(sorted(pid for pid, _ in programs)))
    world.platform.run(1)
    world.platform.run(2, parent=1)
    world.pass_time(MINUTE)
    assert asked == [[1, 2]]


@pytest.mark.parametrize(("pack", "grace"), [("home-school-week", 90_000), ("home-balanced", 120_000), ("vn-147", 10_000)])
def test_what_a_pack_promises_is_what_a_game_gets(world, pack, grace):
    """Ten seconds without a word about it."""
    world.clock.run(5 * HOUR)
    world.start(roster(packs=(shipped(pack), limit(1))))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(MINUTE)
    (due,) = world.journal("play.due")
    assert due.grace == grace
    world.pass_time(grace - 1)
    assert world.platform.told == []
    world.pass_time(1)
    assert world.platform.told == [1]


@pytest.mark.parametrize("obedient", [True, False])
def test_a_game_that_closes_at_once_has_the_time_that_was_promised(world, obedient):
    """Its windows are asked ten seconds before the time to save ends; who asks back has these for it."""
    world.clock.run(5 * HOUR)
    world.start(roster(packs=(shipped("home-school-week"), limit(1))))
    world.platform.obedient = obedient
    world.platform.run(1)
    world.pass_time(MINUTE + 90_000 - CLOSE_MS - 1)
    assert (world.platform.asked, ends(world), len(world.journal("play.due"))) == ([], [], 1)
    world.pass_time(1)
    assert world.platform.asked == [1]
    assert ends(world) == ([("asked", MINUTE + 80_000)] if obedient else [])
    world.pass_time(CLOSE_MS)
    assert (world.platform.asked, world.platform.told) == ([1], [] if obedient else [1])


def test_who_closes_it_before_it_is_asked_has_closed_it(patient):
    """And starts it no more: for the gate its play was over when it was told to save."""
    assert patient.platform.refusals.refused["an"] >= {"luanti"}
    patient.platform.exit(1)
    assert ends(patient) == [("by itself", MINUTE + 5_000)]
    patient.platform.run(2, parent=77)
    assert patient.platform.ended == [2]


def test_more_time_before_it_was_asked_is_as_if_nothing_had_been(patient):
    """A guardian answers while the child saves: nothing was closed."""
    patient.adopt(roster(2, packs=(replace(limit(30), grace_ms=30_000),)))
    patient.pass_time(MINUTE)
    assert (patient.platform.asked, patient.platform.told, ends(patient)) == ([], [], [])


@pytest.mark.parametrize(("before", "asked"), [(10_000, []), (16_000, [1])])
def test_a_restart_asks_what_was_not_asked_yet_and_nothing_twice(patient, before, asked):
    """How far it was is written down before it is done."""
    patient.platform.obedient = False
    patient.pass_time(before)
    assert patient.platform.asked == asked
    patient.kill()
    patient.clock.run(1_000)
    patient.start()
    patient.pass_time(25_000 - 1_000 - before - 1)
    assert (patient.platform.asked, patient.platform.told) == ([1], [])
    patient.pass_time(1)
    assert patient.platform.told == [1]


def test_what_loses_its_parent_before_it_was_asked_belongs_to_it(world):
    """The game's helper was there when it was told to save, and goes with it."""
    world.start(roster(packs=(replace(limit(1), grace_ms=30_000),)))
    world.platform.run(1)
    world.platform.run(2, "helper", parent=1)
    world.pass_time(MINUTE + 5_000)
    helper = next(one for one in world.platform.programs if one[0] == 2)
    world.platform.programs[helper] = replace(world.platform.programs[helper], parent=0)
    world.platform.obedient = False
    world.pass_time(25_000 + SIGNAL_MS)
    assert (world.platform.asked, world.platform.programs) == ([1], {})


@pytest.mark.parametrize(("gone_first", "hows"), [(False, ["asked"]), (True, ["by itself", "asked"])])
def test_what_it_starts_before_it_was_asked_is_asked_in_its_place(patient, gone_first, hows):
    """Also where that is told when the game is gone, and its play over."""
    for step in (lambda: patient.platform.exit(1), lambda: patient.platform.run(2, parent=1))[:: 1 if gone_first else -1]:
        step()
    patient.pass_time(15_000)
    assert patient.platform.asked == [2]
    assert [how for how, _ in ends(patient)] == hows


# --- what it does meanwhile -------------------------------------------------------------------------------------------------


@pytest.mark.promise("End of play: What a game starts while it saves belongs to its play; another game is refused")
def test_what_a_game_starts_while_it_saves_belongs_to_it(saving):
    """It is no refused start, it lives as long as the game may save, and then it goes with it."""
    saving.platform.run(2, parent=1)
    saving.platform.run(3, "helper", parent=2)
    saving.pass_time(SAVE - 1)
    assert (saving.journal("launch.refused"), saving.platform.told, saving.platform.ended) == ([], [], [])
    saving.pass_time(1)
    assert sorted(saving.platform.told) == [1, 2]
    saving.pass_time(SIGNAL_MS)
    assert (saving.platform.programs, ends(saving)) == ({}, [("killed", MINUTE + SAVE + SIGNAL_MS)])


def test_what_a_game_leaves_behind_saves_on_and_counts(saving):
    """The game is gone; the one that it started to save is the play now, until that is done."""
    saving.platform.run(2, parent=1)
    saving.platform.exit(1)
    saving.pass_time(5_000)
    assert ends(saving) == []
    saving.platform.exit(2)
    assert ends(saving) == [("asked", MINUTE + 5_000)]
    assert saving.used() == 65.0
    assert saving.journal("launch.refused") == []


def test_what_is_seen_only_when_the_game_is_gone_was_started_by_it_too(saving):
    """Where nobody tells of starts, the next look finds the one gone and the other there."""
    saving.platform.appear(2)
    (two,) = (one for one in saving.platform.programs.values() if one.pid == 2)
    saving.platform.programs[two.identity] = replace(two, parent=1)
    del saving.platform.programs[next(one for one in saving.platform.programs if one[0] == 1)]
    saving.pass_time(1_000)
    saving.seat.look_again()
    assert (saving.journal("launch.refused"), saving.platform.ended) == ([], [])
    saving.pass_time(SAVE + SIGNAL_MS)
    assert saving.platform.programs == {}
    assert sum(ms for _, ms in ends(saving)) >= MINUTE + SAVE


@pytest.mark.promise("End of play: What a game starts while it saves belongs to its play; another game is refused")
def test_another_game_that_it_starts_is_refused(saving):
    """Or many games that end one after the other would keep a refused one going."""
    saving.platform.run(2, "teeworlds", parent=1)
    assert (saving.platform.ended, len(saving.journal("launch.refused"))) == ([2], 1)


def test_a_flood_of_starts_while_it_saves_is_refused(saving):
    """What a game needs to save are few programs; each that left something behind would be looked after by itself."""
    for pid in range(2, 2 + 2 * MOST_SAVING):
        saving.platform.run(pid, parent=1)
        if pid % 2 and pid not in saving.platform.ended:
            saving.platform.exit(pid)
    assert len(saving.platform.programs) < MOST_SAVING < len(saving.platform.ended) + 3
    assert len(saving.journal("launch.refused")) == 1
    saving.pass_time(1)
    assert saving.platform.refusals.saving == {}


def test_who_starts_the_game_anew_while_it_saves_is_refused(saving):
    """It was not the game that started it."""
    saving.platform.run(2, parent=77)
    assert saving.platform.ended == [2]
    assert len(saving.journal("launch.refused")) == 1


def test_what_a_game_starts_when_its_time_to_save_is_over_is_ended(saving):
    """It was told to end, not to go on; that nobody started it is no refused start either."""
    saving.pass_time(SAVE)
    saving.platform.run(2, parent=1)
    assert (saving.platform.ended, saving.journal("launch.refused")) == ([2], [])


def test_the_gate_knows_who_saves(saving):
    """So that it lets through what these start."""
    assert {game: {pid for pid, _ in ones} for game, ones in saving.platform.refusals.saving.items()} == {"luanti": {1}}
    assert saving.platform.refusals.refused["an"] >= {"luanti"}
    saving.pass_time(SAVE)
    assert saving.platform.refusals.saving == {}


def test_a_restart_in_the_time_to_save_goes_on_where_it_was(saving):
    """What it may do it still may; it is not asked again, which could answer its "save?" with no."""
    saving.pass_time(4_000)
    saving.kill()
    saving.clock.run(1_000)
    saving.start()
    saving.platform.run(2, parent=1)
    assert (saving.platform.asked, saving.platform.ended, saving.journal("launch.refused")) == ([1], [], [])
    saving.pass_time(5_000 - 1)
    assert saving.platform.told == []
    saving.pass_time(1)
    assert sorted(saving.platform.told) == [1, 2]


# --- several accounts of one player -----------------------------------------------------------------------------------------


def test_a_program_of_an_account_that_became_another_players_is_his(world):
    """It was in a guest's play, which another account had begun."""
    binh = msgspec.structs.replace(roster().players[0], id="binh", name="Bình", account="binh", key="33" * 32)
    world.start(roster())
    world.platform.run(1, account="friend")
    world.platform.run(2, account="binh")
    assert set(world.daemon.plays.running) == {("guest", "luanti")}
    world.adopt(roster(2, players=(roster().players[0], binh)))
    assert set(world.daemon.plays.running) == {("guest", "luanti"), ("binh", "luanti")}
