"""The walk of what the watcher sees: troubles, refused starts, second programs, what nobody told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from daemon.api import messages as m
from daemon.deciding.judge import Judge
from daemon.platforms.api import ProgramEnded, WatchTrouble
from i18n.message import msg, plain
from rules.games import Fingerprint
from tests.daemon.test_api import CHILD, ask
from tests.daemon.test_next import pack
from tests.daemon.test_periods import learning
from tests.daemon.world import HOUR, MINUTE, NOON, issues, limit, roster, shipped


@pytest.mark.promise("Failures: Lost events are an Issue, and all processes are read again")
def test_a_trouble_of_the_watcher_is_an_issue_and_calls_a_scan(world):
    """Whatever was missed is found at the next beat."""
    world.start(roster())
    world.platform.appear(1)
    world.platform.trouble("events-lost")
    assert issues(world) == ["events-lost"]
    assert world.daemon.plays.running == {}
    world.beat()
    assert len(world.daemon.plays.running) == 1
    world.platform.trouble("events-lost", over=True)
    assert issues(world) == []


def test_what_the_watcher_says_of_its_trouble_is_the_issues_text(world):
    """Where we know the trouble ourselves, its details stand behind what we say."""
    world.start(roster())
    world.daemon.heart.observe(WatchTrouble("events-lost", msg("{n} starts were not told", n=3)))
    world.daemon.health.report("agent-refuses", trouble=True, details="not you")
    lost, refuses = (plain(one.text) for one in world.daemon.health.open())
    assert lost == "3 starts were not told"
    assert refuses == "the agent does not take this PC's records; limits hold and records are kept (not you)"


def test_the_heart_does_not_race_for_a_moment_that_is_close(world):
    """Two hundredths of a second are soon enough."""
    world.start(roster(packs=(limit(1.5),)))
    world.platform.run(1)
    world.clock.run(90_000 - 5)
    assert world.beat() == 20


def test_news_that_change_something_wake_the_heart(world):
    """A game that ends, a start that the gate refused, a trouble: what follows from it is not left to the next beat."""
    world.platform.kind = "gate"
    world.start(roster(packs=(limit(0, games=("teeworlds",)),)))
    world.platform.run(1)
    refused, trouble = (lambda: world.platform.run(2, "teeworlds")), (lambda: world.platform.trouble("events-lost"))
    for news in (lambda: world.platform.exit(1), refused, trouble):
        world.daemon.heart.wake.clear()
        news()
        assert world.daemon.heart.wake.is_set()
    world.daemon.heart.wake.clear()
    world.platform.run(3, "editor")
    world.platform.exit(3)
    assert not world.daemon.heart.wake.is_set()


def test_all_that_runs_is_looked_through_each_two_minutes(world):
    """It costs too much for every beat."""
    world.start(roster(packs=(limit(60),)))
    world.platform.run(1)
    looks, scan = [], world.platform.scan
    world.platform.scan = lambda: (looks.append(world.clock.mono()), scan())[1]
    world.pass_time(HOUR)
    assert len(looks) == 30
    assert {later - look for look, later in pairwise(looks)} == {2 * MINUTE}


def test_an_end_is_not_counted_from_a_clock_that_is_ahead(world):
    """What the system says of the moment may lie behind the one that the seat has read."""
    world.start(roster())
    program = world.platform.run(1)
    world.pass_time(MINUTE)
    del world.platform.programs[program.identity]
    world.daemon.heart.observe(ProgramEnded(1, program.started, world.clock.mono() + 5_000))
    assert [one.ms for one in world.journal("play.ended")] == [MINUTE]


def test_an_end_that_is_told_late_is_counted_to_when_it_was(world):
    """Not to when it was heard."""
    world.start(roster())
    program = world.platform.run(1)
    world.pass_time(MINUTE)
    del world.platform.programs[program.identity]
    world.daemon.heart.observe(ProgramEnded(1, program.started, world.clock.mono() - 5_000))
    assert [one.ms for one in world.journal("play.ended")] == [MINUTE - 5_000]


def test_the_gate_is_shut_before_a_game_is_asked_to_close(world, monkeypatch):
    """Whoever obeys at once cannot be started anew in the moment until the gate is asked about next; what it starts itself, as
    it saves, is let through already.
    """
    world.start(roster(packs=(limit(1),)))
    game = world.platform.run(1)
    seen = []
    ask = world.platform.ask_close
    monkeypatch.setattr(world.platform, "ask_close", lambda *it: seen.append(world.platform.refusals) or ask(*it))
    world.pass_time(MINUTE)

    ((refused, saving),) = [(one.refused["an"], one.saving) for one in seen]
    assert (refused, saving) == (frozenset({"luanti", "teeworlds"}), {"luanti": {game.identity}})


def test_the_gate_opens_and_closes_when_the_hours_do(world):
    """Nobody plays, nothing happens: it is asked again at the moment that the rules name, between two of the usual beats."""
    world.clock.run(7_000)
    world.start(roster(packs=(pack("16:30-21:00"),)))
    changes, refuse = [(0, world.platform.refusals.refused["an"])], world.platform.refuse

    def hear(news):
        if news.refused["an"] != changes[-1][1]:
            changes.append((world.clock.wall() - NOON, news.refused["an"]))
        refuse(news)

    world.platform.refuse = hear
    world.pass_time(10 * HOUR)
    both, unrated = frozenset({"luanti", "teeworlds"}), frozenset({"teeworlds"})  # without a label it has to be asked for
    assert changes == [(0, both), (4 * HOUR + 30 * MINUTE, unrated), (9 * HOUR, both)]


def test_what_nobody_told_is_found_after_two_minutes(world):
    """At the latest, and counted from its start."""
    world.start(roster())
    world.pass_time(5 * MINUTE)
    world.platform.appear(1)
    world.pass_time(2 * MINUTE)
    assert world.used() == 120.0


def test_a_start_that_the_gate_refused_is_recorded(world):
    """Nobody ended it: it never ran."""
    world.platform.kind = "gate"
    world.start(roster(packs=(limit(0),)))
    world.platform.run(1)
    assert world.platform.ended == []
    assert [(one.how, one.rule) for one in world.journal("launch.refused")] == [("gate", "house.all")]


def test_a_second_program_in_a_minute_of_news_is_the_same_play(world):
    """The game may run until then, in as many programs as it likes."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.adopt(roster(2, packs=(limit(5),)))
    world.platform.run(2)
    world.pass_time(59_000)
    assert (world.platform.asked, world.platform.ended) == ([], [])
    world.pass_time(1_000)
    assert sorted(world.platform.asked) == [1, 2]


def test_the_gate_follows_a_grant_at_the_seat_at_once(world):
    """And its end."""
    world.start(roster(packs=(limit(0),)))
    given = ask(world, "grant.add", m.GrantAdd(player="an", ms=MINUTE))
    assert world.platform.refusals.refused == {}
    ask(world, "grant.revoke", m.GrantRevoke(id=given.id))
    assert world.platform.refusals.refused == {"an": frozenset({"luanti", "teeworlds"})}


def test_the_gate_follows_a_clock_that_was_set(world):
    """Into the closing hours: the stricter reading is refused at once, and no longer than it holds."""
    world.start(roster(place="game-point", place_packs=(shipped("vn-game-point"),)))
    assert world.platform.refusals.refused == {}
    world.clock.step(11 * HOUR)
    world.beat()
    assert set(world.platform.refusals.refused) == {"an", "binh", "friend"}
    world.clock.step(-11 * HOUR)
    world.beat()
    assert world.platform.refusals.refused == {}


def test_a_guests_first_start_is_refused(world):
    """Every account of this PC's may be a guest's, whether it played before or not."""
    world.start(roster(guest_packs=(limit(0),)))
    assert set(world.platform.refusals.refused) == {"binh", "friend"}


def test_the_gate_hears_each_half_minute_what_it_refuses(world):
    """It knows accounts by their numbers, and somebody may have got another one, or be new."""
    world.start(roster(packs=(limit(0),)))
    world.platform.refusals = None
    world.pass_time(29_000)
    assert world.platform.refusals is None
    world.pass_time(2_000)
    assert world.platform.refusals.refused == {"an": frozenset({"luanti", "teeworlds"})}


def test_a_guest_who_played_is_watched_from_then_on(world):
    """Nobody knows all accounts of a network."""
    world.platform.of_network.add("friend")
    world.start(roster(guest_packs=(limit(1),)))
    world.platform.run(1, account="friend")
    world.pass_time(2 * MINUTE)
    assert set(world.platform.refusals.refused) == {"binh", "friend"}


def test_a_players_refused_start_asks_about_no_other_game(world, monkeypatch):
    """The account is watched already: asking about a whole catalogue would hold up the next start."""
    world.platform.kind = "events"
    world.start(roster(packs=(limit(0),)))
    world.beat()
    asked, rule = [], Judge.rule
    monkeypatch.setattr(Judge, "rule", lambda self, player, game, *args, **more: (
        asked.append(game.id), rule(self, player, game, *args, **more))[1])  # fmt: skip
    world.platform.run(1)
    world.beat()
    assert (asked, world.platform.ended) == (["luanti"], [1])


@pytest.mark.promise("End of play: A warning that no display confirmed is logged as not shown")
def test_a_warning_that_no_display_confirms_was_not_shown(world):
    """It waits a moment for that, not for ever."""

    async def run():
        watch = world.daemon.routes["watch"].handler(CHILD, m.Watch())
        first = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        world.platform.run(1)
        assert (await first).kind == "started"
        world.pass_time(1_000)
        assert world.journal("warned") == []
        world.pass_time(1_000)
        assert [one.shown for one in world.journal("warned")] == [False]

    world.start(roster(packs=(limit(1),)))
    asyncio.run(run())


def test_a_program_that_turns_out_to_be_what_it_says_counts_as_that_from_then_on(world):
    """Its content was known late: what was played before counts, what comes after does not."""
    world.start(learning())
    program = world.platform.run(1, "sums")
    world.pass_time(5 * MINUTE)
    known = replace(program, files=(Fingerprint("/usr/games/sums", 1000, build_id="b1"),))
    world.platform.programs[program.identity] = known
    world.daemon.seat.look_again()
    world.pass_time(HOUR)
    assert (world.platform.asked, world.status().left_s) == ([], 15 * 60.0)
    assert [one.match for one in world.status().games] == [("build-id", "name")]


def test_a_play_goes_on_in_a_child_that_is_told_late(world, monkeypatch):
    """The end of a program is seen before it was told: what else happened until then is heard first."""
    world.start(roster())
    program = world.platform.run(1)
    world.pass_time(MINUTE)
    monkeypatch.setattr(world.platform, "look", lambda: world.platform.run(2))
    del world.platform.programs[program.identity]
    world.beat()
    assert world.journal("play.ended") == []
    assert [pid for play in world.daemon.plays.running.values() for pid, _ in play.programs] == [2]


def test_an_end_that_is_seen_is_not_told_before_all_that_came_before_it(world):
    """The system has told more than was heard yet: of a child, and then of this end."""
    world.start(roster())
    program = world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.caught_up = False
    del world.platform.programs[program.identity]
    world.beat()
    world.platform.run(2)
    world.daemon.heart.observe(ProgramEnded(1, program.started, world.clock.mono()))
    world.platform.caught_up = True
    world.beat()
    assert world.journal("play.ended") == []
    assert [pid for play in world.daemon.plays.running.values() for pid, _ in play.programs] == [2]
