"""Rules that look further back than a day, that only advise, and games that do not count."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from daemon.api.asking import Pause
from daemon.api.messages import WhyGet
from daemon.sessions import KEEP_MS, lookback
from i18n.message import Text
from rules.games import Fingerprint, Game
from rules.policy import AskFirst, Break, Budget, Pack, Uncounted
from tests.daemon.test_api import ask
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

DAY = 24 * HOUR
HEAD = {
    "cite": "Quy tắc nhà", "text": Text("vi", "en"), "authority": "house", "addressee": "household", "relax": ("guardian",),
}  # fmt: skip


def pack(**rules) -> Pack:
    return replace(limit(1), id="own", budgets=(), **rules)


def budget(minutes, **more) -> Budget:
    return Budget(id="own.budget", ms=int(minutes * MINUTE), **{"per": "all", **HEAD, **more})


def break_(after, rest, **more) -> Break:
    return Break(id="own.break", after_ms=after * MINUTE, rest_ms=rest * MINUTE, **{**HEAD, **more})


def play(world, pid, minutes):
    world.platform.run(pid)
    world.pass_time(minutes * MINUTE)
    world.platform.exit(pid)


def night(world, hours=24):
    """Time goes on with nothing to do: not beat by beat."""
    world.clock.run(hours * HOUR)
    world.beat()


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ((budget(1),), 3), ((budget(1, period="week"),), 9), ((budget(1), budget(1, period="month", advisory=True)), 33),
        ((budget(1, period="session", pause_ms=HOUR),), 3), ((budget(1, period="session", pause_ms=7 * HOUR),), 33),
        ((budget(1), budget(1, period="session", pause_ms=7 * HOUR)), 33),
    ],
)  # fmt: skip
def test_play_is_handed_out_as_far_as_a_rule_looks_back(rules, days):
    """Decisions of a policy of days need not walk through a month; sessions over nights have no bound of their own."""
    assert lookback([pack(), replace(pack(), budgets=rules)]) == days * DAY
    assert KEEP_MS == 33 * DAY


def test_a_week_adds_up_over_days_and_restarts(world):
    """From Tuesday to Sunday; the next week begins anew. The entry says what counted on which day."""
    own = replace(pack(), budgets=(budget(60, period="week"),))
    world.start(roster(packs=(own,)))
    for pid in range(1, 5):
        play(world, pid, 10)
        world.kill()
        night_over = DAY - 10 * MINUTE
        world.clock.run(night_over)
        world.start()
    world.platform.run(9)  # Saturday
    world.pass_time(25 * MINUTE)
    (due,) = world.journal("play.due")
    days = [round((start - NOON + 12 * HOUR) / DAY) for start, _ in due.counted]
    assert (days, [ms for _, ms in due.counted]) == ([0, 1, 2, 3, 4], [10 * MINUTE] * 4 + [20 * MINUTE])
    assert due.before["total"] == 20 * MINUTE
    night(world)  # Sunday
    world.platform.run(10)
    assert world.platform.ended == [10]
    night(world)  # Monday
    world.platform.run(11)
    assert world.platform.ended == [10]


def test_a_month_is_remembered_by_who_only_limited_days(world):
    """A rule of a month that comes on its 20th day counts the days before, also those that only the store has by then."""
    world.start(roster(packs=(limit(600),)))
    play(world, 1, 30)
    world.kill()
    world.clock.run(5 * DAY)  # 29 November
    world.start()
    assert world.status().left_s == 600 * 60
    world.adopt(roster(2, packs=(replace(pack(), budgets=(budget(40, period="month"),)),)))
    assert world.status().left_s == 10 * 60
    night(world, 48)  # 1 December
    assert world.status().left_s == 40 * 60


def test_a_break_ends_a_play_and_lets_the_next_one_start(world):
    """After half an hour ten minutes of rest, also over midnight, and the game is let start to the second."""
    world.start(roster(packs=(replace(pack(), breaks=(break_(30, 10),)),)))
    night(world, 11)
    world.pass_time(44 * MINUTE)
    world.platform.run(1)
    world.pass_time(30 * MINUTE)
    (due,) = world.journal("play.due")
    assert (due.rule, due.budget, [ms for _, ms in due.counted]) == ("own.break", 30 * MINUTE, [30 * MINUTE])
    assert due.before["total"] == 14 * MINUTE  # since midnight
    world.pass_time(10 * MINUTE - 1_000)
    world.platform.run(2)
    assert world.platform.ended == [2]
    world.pass_time(1_000)
    world.platform.run(3)
    assert world.platform.ended == [2]


# --- what is only told ------------------------------------------------------------------------------------------------------


def test_advice_is_told_once_and_ends_nothing(world):
    """A budget, and a break, that only advise; grants and new rosters in between are no reason to say it again."""
    own = replace(pack(), budgets=(budget(20, advisory=True),), breaks=(break_(30, 10, advisory=True),))
    world.start(roster(packs=(own,)))
    world.platform.run(1)
    for number in range(2, 8):
        world.pass_time(10 * MINUTE)
        world.adopt(roster(number, packs=(own,)))
    assert world.platform.asked == []
    told = [(one.rule, one.wall - NOON, one.left) for one in world.journal("warned")]
    assert told == [("own.budget", 20 * MINUTE, None), ("own.break", 30 * MINUTE, None)]


# --- games that do not count --------------------------------------------------------------------------------------------------

SCHOOL = Uncounted(id="house.school", games=("sums",), **HEAD)


def learning(minutes=20):
    """Luanti by name, a learning program by content too."""
    games = (
        Game(id="luanti", title="Luanti", label=0, names=("luanti",)),
        Game(id="sums", title="Sums", label=0, names=("sums",), build_ids=("b1",)),
    )
    packs = (replace(limit(minutes), uncounted=(SCHOOL,)),)
    return msgspec.structs.replace(roster(packs=packs), games=games)


def run(world, pid, name, build=None):
    """A program of this name; with `build`, of known content."""
    program = world.platform.appear(pid, name)
    known = replace(program, files=(Fingerprint(f"/usr/games/{name}", 1000, build_id=build),))
    world.platform.programs[program.identity] = known
    world.beat()
    world.daemon.loop.scan(world.daemon.loop.read(), 0)


def test_learning_counts_in_no_limit(world):
    """Neither does its play count nor is it refused; the time is still recorded."""
    world.start(learning())
    run(world, 1, "sums", "b1")
    world.pass_time(HOUR)
    assert (world.platform.asked, world.used(), world.status().left_s) == ([], 3600.0, 1200.0)


def test_what_only_calls_itself_learning_counts(world):
    """A name is anybody's to give."""
    world.start(learning())
    run(world, 1, "sums")
    world.pass_time(21 * MINUTE)
    assert world.platform.asked == [1]
    run(world, 2, "sums")
    assert world.platform.ended == [2]
    run(world, 3, "sums", "b1")
    assert world.platform.ended == [2]


def test_a_name_counts_for_something_where_only_root_installs(world):
    """Distributions' learning programs have no content that is known; a script is whatever its interpreter makes of it."""
    world.start(learning())
    world.platform.packaged = {1, 2}
    run(world, 1, "sums")
    world.pass_time(HOUR)
    assert (world.platform.asked, world.status().left_s) == ([], 1200.0)
    world.platform.exit(1)
    script = replace(world.platform.appear(2, "sums"), interpreted=True)
    world.platform.programs[script.identity] = script
    world.daemon.loop.scan(world.daemon.loop.read(), 0)
    world.pass_time(21 * MINUTE)
    assert world.platform.asked == [2]


def test_a_false_program_beside_the_true_one_counts_while_it_runs(world):
    """The play of one game in two programs is as sure as its least sure one, from then on, and until that is over."""
    world.start(learning())
    run(world, 1, "sums", "b1")
    world.pass_time(10 * MINUTE)
    run(world, 2, "sums")
    world.pass_time(5 * MINUTE)
    world.platform.exit(2)
    world.pass_time(10 * MINUTE)
    assert (world.used(), world.status().left_s) == (25 * 60.0, 15 * 60.0)
    world.kill()
    world.start()
    assert (world.used(), world.status().left_s) == (25 * 60.0, 15 * 60.0)
    world.platform.exit(1)
    world.kill()
    world.start()
    assert (world.used(), world.status().left_s) == (25 * 60.0, 15 * 60.0)
    assert [one.ms for one in world.journal("play.ended")] == [25 * MINUTE]


# --- learning programs -------------------------------------------------------------------------------------------------------

NEVER = replace(limit(0), asks=(AskFirst(id="house.ask", which="all", **HEAD),))

SUMS = Game(id="sums", title="Sums", names=("sums",), learning=True)


@pytest.fixture
def barred(world):
    """A house in which everything waits for a yes and nothing may be played; Sums is for learning."""
    world.start(msgspec.structs.replace(roster(packs=(NEVER,)), games=(Game(id="luanti", title="", names=("luanti",)), SUMS)))
    return world


@pytest.mark.promise("Games: Learning programs are never limited, and a game under their name is still the game")
def test_a_learning_program_runs_where_nothing_may_be_played(barred):
    """Uncounted, and at the gate as well; it is no play, so that a pause leaves it alone, too."""
    run(barred, 1, "sums")
    ask(barred, "pause", Pause(player="an"))
    barred.pass_time(HOUR)

    assert (barred.platform.ended, barred.platform.asked, barred.used(), barred.journal("play.started")) == ([], [], 0.0, [])
    assert barred.platform.refusals.refused == {"an": frozenset({"luanti"})}
    assert ask(barred, "why", WhyGet(player="an", game="sums")).decision.verdict == "allow"


@pytest.mark.promise("Games: Learning programs are never limited, and a game under their name is still the game")
def test_a_game_under_the_name_of_a_learning_program_is_the_game(barred):
    run(barred, 1, "sums", "b1")
    assert barred.platform.ended == []
    barred.adopt(msgspec.structs.replace(roster(2, packs=(NEVER,)), games=(Game(id="x", title="X", build_ids=("b1",)), SUMS)))
    run(barred, 2, "sums", "b1")
    assert 2 in barred.platform.ended
