"""A play from its start to its end under a limit: counted, warned about, due, asked, ended, refused, granted."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from agent.api.roster import GrantEvent
from compliance.entries.play import GameDay
from daemon.ending import SIGNAL_MS
from i18n.message import Text
from rules.games import Game
from rules.policy import AskFirst
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster, shipped


def grant(minutes: float, given: int, id_: str = "g1", *, revoked: int | None = None) -> GrantEvent:
    return GrantEvent(id=id_, player="an", by="guardian", who="me", ms=int(minutes * MINUTE), given=given, revoked=revoked)


def test_play_is_counted_while_it_runs_and_after(world):
    """Seconds of play are those between the program's start and its end."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(90_000)
    assert world.used() == 90.0
    world.platform.exit(1)
    world.pass_time(60_000)
    assert world.used() == 90.0
    (ended,) = world.journal("play.ended")
    assert (ended.ms, ended.how, ended.late) == (90_000, "by itself", False)


@pytest.mark.promise("End of play: A limit warns, asks the game to close, ends it, and then refuses it")
def test_a_limit_warns_asks_ends_and_then_refuses(world):
    """Warned at 15, 5 and 1 minute, due at the limit; told to end after the time to save, ended a moment later; a new start is
    ended at once.
    """
    world.start(roster(packs=(limit(20),)))
    world.platform.obedient = False
    world.platform.run(1)
    world.pass_time(20 * MINUTE)
    assert world.platform.asked == [1]
    world.pass_time(9_999)
    assert (world.platform.told, world.platform.ended) == ([], [])
    world.pass_time(1)
    assert (world.platform.told, world.platform.ended) == ([1], [])
    world.pass_time(SIGNAL_MS)
    assert (world.platform.told, world.platform.ended) == ([1], [1])
    world.platform.run(2)
    assert world.platform.ended == [1, 2]
    told = [(one.left, one.shown) for one in world.journal("warned")]
    assert told == [(15 * MINUTE, False), (5 * MINUTE, False), (1 * MINUTE, False)]
    kinds = [type(one).__name__ for one in world.journal("play.started", "warned", "play.due", "play.ended", "launch.refused")]
    assert kinds == ["PlayStarted", "Warned", "Warned", "Warned", "PlayDue", "PlayEnded", "LaunchRefused"]
    (ended,) = world.journal("play.ended")
    assert (ended.how, ended.ms) == ("killed", 20 * MINUTE + 10_000 + SIGNAL_MS)
    (started,) = world.journal("play.started")
    assert {one.play for one in world.journal("warned", "play.due", "play.ended")} == {started.seq}


def test_an_obedient_game_is_never_killed(world):
    """Asked to close, it closes; how it ended says so."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    assert world.platform.ended == []
    assert [one.how for one in world.journal("play.ended")] == ["asked"]


def test_what_a_due_entry_says(world):
    """The decision can be made again from its own entry."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(MINUTE)
    (due,) = world.journal("play.due")
    assert (due.verdict, due.rule, due.pack, due.age, due.budget) == ("refuse", "house.all", "house", 12, MINUTE)
    assert due.before == {"game": MINUTE, "publisher": MINUTE, "total": MINUTE}
    assert due.at == NOON + MINUTE
    assert due.inline["kind"] == "budget"
    assert "text" not in due.inline


def test_a_grant_gives_more_and_the_start_is_allowed_again(world):
    """A refused game may start again, and ends after the granted minutes."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    world.adopt(roster(2, packs=(limit(1),), grants=(grant(2, world.clock.wall()),)))
    world.platform.run(2)
    assert world.status().games[0].left_s == 120.0
    world.pass_time(3 * MINUTE)
    assert world.used() == 180.0


def test_a_new_limit_leaves_a_running_play_a_minute(world):
    """A limit that is already passed warns first and ends sixty seconds later."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(HOUR)
    world.adopt(roster(2, packs=(limit(30),)))
    world.pass_time(59_000)
    assert world.platform.asked == []
    assert [one.left for one in world.journal("warned")] == [MINUTE]
    world.pass_time(2_000)
    assert world.platform.asked == [1]


def test_a_limit_that_was_withdrawn_in_its_minute_leaves_another_minute_when_it_comes_again(world):
    """What was announced the first time counts no longer, and in between the heart has nothing to do."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(HOUR)
    world.adopt(roster(2, packs=(limit(30),)))
    world.pass_time(30_000)
    world.adopt(roster(3))
    beats = world.beats
    world.pass_time(HOUR)
    assert world.beats - beats < 200
    world.adopt(roster(4, packs=(limit(30),)))
    world.pass_time(59_000)
    assert world.platform.asked == []
    assert [one.left for one in world.journal("warned")] == [MINUTE, MINUTE]
    world.pass_time(2_000)
    assert world.platform.asked == [1]


def test_a_game_that_is_no_longer_let_through_has_a_minute(world):
    """Teeworlds has no label: by the decree's pack a child asks first."""
    world.start(roster(packs=(shipped("vn-147"),), approved=("teeworlds",)))
    world.platform.run(1, "teeworlds")
    world.pass_time(MINUTE)
    world.adopt(roster(2, packs=(shipped("vn-147"),)))
    world.pass_time(59_000)
    assert world.journal("play.due") == []
    world.pass_time(2_000)
    assert [(one.rule, one.verdict) for one in world.journal("play.due")] == [("vn-147.ask-first", "ask")]
    assert [one.left for one in world.journal("warned")] == [MINUTE]


def test_a_revoked_grant_leaves_a_minute(world):
    """Taking time back is a new limit."""
    given = grant(60, NOON)
    world.start(roster(packs=(limit(1),), grants=(given,)))
    world.platform.run(1)
    world.pass_time(10 * MINUTE)
    world.adopt(roster(2, packs=(limit(1),), grants=(grant(60, NOON, revoked=world.clock.wall()),)))
    world.pass_time(59_000)
    assert world.platform.asked == []
    world.pass_time(2_000)
    assert world.platform.asked == [1]


def test_a_second_program_of_a_game_is_the_same_play(world):
    """A launcher and its game, or a server beside it: one play until the last of them is gone."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(10_000)
    world.platform.run(2)
    world.platform.exit(1)
    world.pass_time(10_000)
    world.platform.exit(2)
    assert [one.ms for one in world.journal("play.ended")] == [20_000]


def test_a_play_of_which_nothing_changed_is_one_piece(world):
    """Each look at what runs finds it as it was; its row does not grow with them."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(HOUR)
    (row,) = world.daemon.store.plays(NOON)
    assert (row.pieces, row.ms) == ((), HOUR)


def test_two_games_at_once_count_their_union(world):
    """An hour with two games open is an hour."""
    world.start(roster())
    world.platform.run(1, "luanti")
    world.platform.run(2, "teeworlds")
    world.pass_time(HOUR)
    assert world.used() == 3600.0


@pytest.mark.promise("Games: Accounts without a rule are not limited")
def test_other_accounts_are_not_limited(world):
    """A guest without packs is recorded; root is neither."""
    world.start(roster(packs=(limit(0),)))
    world.platform.run(1, account="friend")
    world.platform.run(2, account="root")
    world.pass_time(HOUR)
    assert world.platform.ended == []
    assert [one.game for one in world.journal("play.started")] == ["luanti"]


def test_no_budget_at_all_refuses_the_first_start(world):
    """Zero means not at all, and the gate is told before anybody tries."""
    world.start(roster(packs=(limit(0),)))
    assert world.platform.refusals.refused == {"an": frozenset({"luanti", "teeworlds"})}
    world.platform.run(1)
    assert world.platform.ended == [1]
    (refused,) = world.journal("launch.refused")
    assert (refused.how, refused.rule) == ("ended", "house.all")


def test_the_gate_learns_of_a_spent_budget_and_of_a_grant(world):
    """What may not start now follows play and grants."""
    world.start(roster(packs=(limit(1, games=("luanti",)),)))
    world.platform.run(1)
    assert world.platform.refusals.refused == {}
    world.pass_time(MINUTE)
    assert world.platform.refusals.refused == {"an": frozenset({"luanti"})}
    world.adopt(roster(2, packs=(limit(1, games=("luanti",)),), grants=(grant(5, world.clock.wall()),)))
    assert world.platform.refusals.refused == {}


def test_the_gate_asks_of_each_game_what_only_that_one_may(world):
    """Of two hundred games that nothing tells apart, one is played, one has its publisher, one is given time for, and so on."""
    def game(id_, label=0, publisher=None):
        rated = {} if label is None else {"label": label, "label_source": f"VN{label:02}, its box"}
        return Game(id=id_, title="", names=(id_,), publisher=publisher, **rated)

    games = (
        *(game(f"g{at}") for at in range(200)), game("luanti", publisher="P"), game("its", publisher="P"), game("given"),
        game("adults", 18), game("unrated", None), game("let", None), game("none"),
    )  # fmt: skip
    packs = (limit(2, per="publisher"), replace(limit(0, games=("none",)), id="more"), shipped("vn-147"))
    given = msgspec.structs.replace(grant(5, world.clock.wall()), game="given")
    world.start(msgspec.structs.replace(roster(packs=packs, approved=("let",), grants=(given,)), games=games))
    refused = {"adults", "unrated", "none"}
    assert world.platform.refusals.refused == {"an": refused}
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    assert world.platform.refusals.refused == {"an": refused | {"luanti", "its"}}


def test_an_approved_game_starts_in_an_engine_that_is_not_approved(world):
    """The gate sees the engine alone. With nothing to run, or another game, it is ended as it starts."""
    games = (
        Game(id="renpy", title="Ren'Py", names=("renpy",), kind="emulator"),
        Game(id="question", title="The Question", names=("question",), words=("/g/question",)),
    )  # fmt: skip

    def start(pid, *told):
        program = replace(world.platform.appear(pid, "renpy"), args=("python3", "/usr/games/renpy", *told), interpreted=True)
        world.platform.programs[program.identity] = program
        world.daemon.loop.scan(world.daemon.loop.read(), 0)

    said = {"cite": "c", "text": Text("vi", "en"), "authority": "house", "addressee": "household", "relax": ("guardian",)}
    packs = (replace(limit(60), asks=(AskFirst(id="ask", which="all", **said),)),)
    world.start(msgspec.structs.replace(roster(packs=packs), games=games))
    assert world.platform.refusals.refused == {"an": frozenset({"renpy", "question"})}
    world.adopt(msgspec.structs.replace(roster(2, packs=packs, approved=("question",)), games=games))
    assert world.platform.refusals.refused == {}
    start(1, "/g/question")
    start(2)
    start(3, "/home/an/other")
    assert (world.platform.ended, [one.game for one in world.journal("play.started")]) == ([2, 3], ["question"])


def test_vn_147_ends_a_game_after_its_hour_and_warns_every_half(world):
    """The decree's sentence is shown at 30 minutes; the game ends at 60, the next one may start."""
    world.start(roster(packs=(shipped("vn-147"),), approved=("teeworlds",)))
    world.platform.run(1)
    world.pass_time(61 * MINUTE)
    assert [one.rule for one in world.journal("play.due")] == ["vn-147.daily-game"]
    assert [one.rule for one in world.journal("warned") if one.rule] == ["vn-147.notice"]
    world.platform.run(2, "teeworlds")
    world.pass_time(MINUTE)
    assert world.status().games[1].running


def test_an_unrated_game_is_refused_until_it_is_approved(world):
    """Ask first: the start is ended and recorded as a question."""
    world.start(roster(packs=(shipped("vn-147"),)))
    world.platform.run(1, "teeworlds")
    assert world.platform.ended == [1]
    assert [one.verdict for one in world.journal("launch.refused")] == ["ask"]
    world.adopt(roster(2, packs=(shipped("vn-147"),), approved=("teeworlds",)))
    world.platform.run(2, "teeworlds")
    assert world.platform.ended == [1]


def test_at_a_game_point_closing_hours_bind_everyone(world):
    """At 22:00 root's play ends as anybody's."""
    world.clock.run(9 * HOUR + 30 * MINUTE)
    world.start(roster(place="game-point", place_packs=(shipped("vn-game-point"),)))
    world.platform.run(1, account="root")
    world.pass_time(31 * MINUTE)
    assert world.platform.asked == [1]
    (due,) = world.journal("play.due")
    assert due.age is None
    assert due.rule.startswith("vn-game-point.")


def test_midnight_cuts_a_play_and_no_rule_notices(world):
    """Closed and opened again, so that days add up; the new day's budget is whole."""
    world.clock.run(11 * HOUR + 30 * MINUTE)
    world.start(roster(packs=(limit(60),)))
    world.platform.run(1)
    world.pass_time(85 * MINUTE)
    assert world.platform.asked == []
    first, second = world.journal("play.started")
    (ended,) = world.journal("play.ended")
    assert (ended.how, ended.ms, second.resumed) == ("midnight", 30 * MINUTE, first.seq)
    assert first.who != second.who
    world.pass_time(6 * MINUTE)
    assert world.platform.asked == [1]
    (day,) = world.journal("usage.day")
    assert day.games == {"luanti": GameDay(30 * MINUTE, 0, 0)}


def test_what_belonged_to_a_game_that_closed_has_no_more_than_its_grace(world):
    """The game obeys and is gone; a helper of it that does not is told to end, and ended, when the game would have been."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    helper = world.platform.run(2, "helper", parent=1)
    world.platform.stubborn = {2}
    gone, leave = [], world.platform.exit
    world.platform.exit = lambda pid: (gone.append((pid, world.clock.mono() - helper.since)), leave(pid))
    world.pass_time(2 * MINUTE)
    assert (world.platform.asked, gone) == ([1], [(1, MINUTE), (2, MINUTE + 10_000 + SIGNAL_MS)])
    assert world.platform.told == []


@pytest.mark.parametrize("other", ["helper", "luanti"])
def test_what_belongs_to_a_game_is_spared_where_the_game_is_allowed_again(world, other):
    """More time while it saves: what is left of it goes on, be it the play itself or what starts the game anew."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.platform.run(2, other, parent=1)
    world.platform.stubborn = {2}
    world.pass_time(MINUTE + 1_000)
    world.adopt(roster(2, packs=(limit(1),), grants=(grant(30, world.clock.wall()),)))
    world.platform.run(3)
    world.pass_time(10 * MINUTE)
    assert sorted(pid for pid, _ in world.platform.programs) == [2, 3]


def test_the_reminders_go_on_after_a_restart(world):
    """Those that are still to come; none is given twice."""
    world.start(roster(packs=(limit(20),)))
    world.platform.run(1)
    world.pass_time(7 * MINUTE)
    world.stop()
    world.start()
    world.pass_time(13 * MINUTE)
    assert [round(one.left / MINUTE) for one in world.journal("warned")] == [15, 5, 1]


def test_what_cannot_be_ended_is_tried_each_second(world):
    """And the Issue says so, until it is gone."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.platform.obedient = False
    tried = []
    world.platform.end = lambda *_: tried.append(world.clock.mono())
    world.pass_time(MINUTE + 10_000 + SIGNAL_MS)
    first = tried[0]
    world.pass_time(5_000)
    assert tried == [first + n * 1_000 for n in range(6)]
    assert [one.id for one in world.daemon.health.open()] == ["not-ended"]
    assert world.platform.disconnected == []
    del world.platform.end
    world.pass_time(1_000)
    assert world.platform.ended == [1]
    assert world.daemon.health.open() == ()


def test_what_cannot_be_ended_and_is_allowed_again_keeps_its_screen(world):
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.platform.obedient, world.platform.screens = False, True
    world.platform.end = lambda *_: False
    world.pass_time(MINUTE + 10_000 + SIGNAL_MS + 2_000)
    assert "not-ended" in [one.id for one in world.daemon.health.open()]
    world.adopt(roster(2, packs=(limit(1),), grants=(grant(30, world.clock.wall()),)))
    world.pass_time(MINUTE)
    assert (world.platform.disconnected, world.daemon.health.open()) == ([], ())


@pytest.mark.promise("Windows (under Wine): A game that cannot be ended loses its screen every ten seconds")
@pytest.mark.parametrize("screens", [True, False])
def test_what_cannot_be_ended_loses_its_screen_every_ten_seconds(world, screens):
    """Where the system can do that; the Issue and the log say so, until it is gone."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.platform.obedient, world.platform.screens = False, screens
    world.platform.end = lambda *_: False
    world.pass_time(MINUTE + 10_000 + SIGNAL_MS)
    world.pass_time(8_000)
    assert world.platform.disconnected == []
    world.pass_time(15_000)
    assert world.platform.disconnected == [1, 1] * screens
    issues = ["not-ended"] + ["session-disconnected"] * screens
    assert [one.id for one in world.daemon.health.open()] == issues
    assert [one.id for one in world.journal("issue.raised")][1:] == issues  # first there was no roster
    del world.platform.end
    world.pass_time(1_000)
    assert world.daemon.health.open() == ()
