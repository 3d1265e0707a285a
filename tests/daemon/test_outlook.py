"""What a grant, an extension and a revocation answer: until when play may go on, until when before, and what still binds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from daemon.api import messages as m
from host.wire import ApiError
from i18n.message import plain
from rules.games import Game
from rules.policy import Uncounted
from tests.daemon.test_api import ask
from tests.daemon.test_next import pack as own
from tests.daemon.test_periods import HEAD, run
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster, shipped


def hours(spans, **more):
    """Play within these hours, unless a guardian gives more."""
    pack = own(spans)
    return replace(pack, windows=tuple(replace(one, relax=("guardian",)) for one in pack.windows), asks=(), **more)


def fixed(minutes):
    """A budget of the day that nobody may relax."""
    pack = limit(minutes)
    return replace(pack, id="law", sha256="law", budgets=(replace(pack.budgets[0], id="law.day", relax=()),))


def give(world, minutes, game=None, player="an"):
    return ask(world, "grant.add", m.GrantAdd(player=player, ms=int(minutes * MINUTE), game=game))


def extend(world, hhmm, game=None):
    hour, minute = hhmm.split(":")
    until = int(hour) * HOUR + int(minute) * MINUTE
    return ask(world, "grant.extend", m.GrantExtend(player="An", until=until, game=game))


def ends(answer):
    """Minutes after noon, before and after, and the rule that still binds."""
    before, after = (
        (one.until - NOON) / MINUTE if one.verdict == "allow" and one.until is not None else None
        for one in (answer.before, answer.after)
    )
    return before, after, answer.after.rule if answer.still else None


def test_more_time_moves_the_end(world):
    """By as much as was given, each time; the answer says whose, in which zone, under which id."""
    world.start(roster(packs=(limit(30),)))
    first = give(world, 15)
    assert ends(first) == (30, 45, None)
    assert ends(give(world, 0.5)) == (45, 45.5, None)
    assert (first.player, first.name, first.game, first.zone) == ("an", "An", None, "Asia/Ho_Chi_Minh")
    assert first.id in {one.id for one in ask(world, "grant.list", m.GrantsGet()).grants}


def test_a_window_moves_only_for_what_reaches_over_its_end(world):
    """At 20:40 fifteen minutes change nothing, so they are not given and the window is named; at 20:54 they do."""
    world.clock.run(8 * HOUR + 40 * MINUTE)
    world.start(roster(packs=(hours("10:00-21:00"),)))
    assert ends(give(world, 15)) == (540, 540, "evenings.hours")
    world.pass_time(14 * MINUTE)
    assert ends(give(world, 15)) == (540, 549, None)


def test_a_rule_that_lets_only_part_of_it_be_played_is_named(world):
    """The limit of the day gives way, the one that nobody may relax does not."""
    world.start(roster(packs=(limit(30), fixed(40))))
    assert ends(give(world, 15)) == (30, 40, "law.day")
    assert ends(give(world, 15)) == (40, 40, "law.day")


def test_whoever_had_played_all_of_it_can_play_again(world):
    """Also a little less than was given, where more was played than allowed: that is no other rule's doing."""
    world.start(roster(packs=(limit(1),)))
    world.platform.run(1)
    world.pass_time(2 * MINUTE)
    answer = give(world, 15)
    assert (answer.before.verdict, answer.after.verdict, answer.still) == ("refuse", "allow", False)
    assert (answer.after.until - world.clock.wall()) / MINUTE == pytest.approx(15, abs=0.5)


def test_what_stays_refused_is_said_with_its_rule(world):
    """Outside its hours under a law, and for a game that has to be asked for."""
    packs = (replace(own("18:00-20:00"), asks=()),)
    world.start(roster(packs=packs))
    answer = give(world, 15)
    assert (answer.id, answer.after.verdict, answer.still, answer.after.rule) == (None, "refuse", True, "evenings.hours")
    assert (answer.after.until, ask(world, "grant.list", m.GrantsGet()).grants) == (NOON + 6 * HOUR, ())
    world.adopt(roster(2, packs=(own("10:00-20:00"),)))
    assert (give(world, 15, "teeworlds").after.verdict, give(world, 15, "luanti").after.verdict) == ("ask", "allow")


def test_where_nothing_ends_play_there_is_no_end(world):
    """Neither before nor after, and no rule still binds."""
    world.start(roster())
    assert ends(give(world, 15)) == (None, None, None)


@pytest.mark.parametrize(("running", "game"), [
    ((), "luanti"), (("teeworlds", "luanti"), "luanti"), (("teeworlds",), "teeworlds"),
])  # fmt: skip
def test_the_answer_is_about_the_game_that_is_played_and_ends_first(world, running, game):
    """Where no rule is over all games: what is played, else what was played today."""
    world.start(roster(packs=(limit(20, games=("luanti",), per="game"),)))
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.exit(1)
    for pid, id_ in enumerate(running, 2):
        world.platform.run(pid, id_)
    world.beat()
    answer = give(world, 15)
    assert answer.game == game
    assert ends(answer) == ((20, 35, None) if game == "luanti" else (None, None, None))


@pytest.mark.parametrize(("running", "game", "end"), [
    ((), None, 75), (("sums",), None, 75), (("none",), None, 75), (("sums", "luanti"), "luanti", 55),
    (("luanti", "none"), "luanti", 55),
])  # fmt: skip
def test_the_end_is_that_of_all_games_or_of_a_game_that_ends_before(world, running, game, end):
    """Never that of a game that no budget counts, or that may not be played at all, because it happens to run."""
    pack = hours("10:00-21:30", uncounted=(Uncounted(id="evenings.sums", games=("sums",), **HEAD),))
    games = tuple(Game(id=id_, title=id_, label=0, names=(id_,), build_ids=(id_,)) for id_ in ("luanti", "sums", "none"))
    single = tuple(
        replace(limit(minutes).budgets[0], id=f"house.{id_}", games=(id_,), per="game", relax=relax)
        for id_, minutes, relax in (("luanti", 40, ("guardian",)), ("none", 0, ()))
    )
    house = replace(limit(60), budgets=(*limit(60).budgets, *single))
    world.start(msgspec.structs.replace(roster(packs=(house, pack)), games=games))
    for pid, id_ in enumerate(running, 1):
        run(world, pid, id_, id_)
    answer = give(world, 15)
    assert (answer.game, ends(answer)[1]) == (game, end)


def test_more_time_for_one_game_says_what_becomes_of_that_game(world):
    """Whatever is played; the rule over all games moves with it, as the game is part of it."""
    world.start(roster(packs=(limit(20, games=("luanti",), per="game"),)))
    world.platform.run(1, "teeworlds")
    world.pass_time(MINUTE)
    assert ends(give(world, 15, "luanti")) == (21, 36, None)
    assert ends(give(world, 15, "teeworlds")) == (None, None, None)


def test_what_is_left_of_a_day_at_its_end(world):
    """The next day has its own limit, and play goes on into it."""
    world.clock.run(11 * HOUR + 50 * MINUTE)  # 23:50
    world.start(roster(packs=(limit(5),)))
    before, after, still = ends(give(world, 15))
    assert (before, after, still) == (715, 725, None)  # 10 of 20 minutes today, 5 of tomorrow's


def test_an_end_is_put_off_by_as_little_as_it_takes(world):
    """What a window needs is more than what a limit needs."""
    world.start(roster(packs=(limit(30),)))
    assert ends(extend(world, "12:40")) == (30, 40, None)
    assert ends(extend(world, "12:40")) == (40, 40, None)
    (event,) = ask(world, "grant.list", m.GrantsGet()).grants
    assert event.ms == 10 * MINUTE
    world.adopt(roster(2, packs=(hours("10:00-12:20"),)))
    answer = extend(world, "12:40", "luanti")
    assert (ends(answer), answer.game) == ((20, 40, None), "luanti")
    given = {(one.ms, one.game) for one in ask(world, "grant.list", m.GrantsGet()).grants}
    assert given == {(10 * MINUTE, None), (40 * MINUTE, "luanti")}


def test_more_was_played_than_is_allowed_now(world):
    """That has to be made good, too."""
    world.start(roster(packs=(limit(60),)))
    world.platform.run(1)
    world.pass_time(30 * MINUTE)
    world.platform.exit(1)
    world.adopt(roster(2, packs=(limit(10),)))
    assert ends(extend(world, "12:45")) == (None, 45, None)
    assert [one.ms for one in ask(world, "grant.list", m.GrantsGet()).grants] == [35 * MINUTE]


def test_nothing_is_given_where_nothing_is_needed(world):
    """The answer has no id then."""
    world.start(roster(packs=(limit(30),)))
    answer = extend(world, "12:20")
    assert (answer.id, ends(answer)) == (None, (30, 30, None))
    assert ask(world, "grant.list", m.GrantsGet()).grants == ()


@pytest.mark.parametrize(("hhmm", "code", "said"), [
    ("12:00", "bad-input", "is past"), ("00:00", "bad-input", "is past"), ("25:00", "bad-input", "one of today"),
    ("12:41", "refused", "A limit of the house (law.day)"),
])  # fmt: skip
def test_an_end_that_cannot_be_is_one_line(world, hhmm, code, said):
    """And nothing changed."""
    world.start(roster(packs=(limit(30), fixed(40))))
    with pytest.raises(ApiError) as error:
        extend(world, hhmm)
    assert error.value.code == code
    assert said in plain(error.value.message)
    assert ask(world, "grant.list", m.GrantsGet()).grants == ()


def test_midnight_is_the_latest_that_a_day_can_be_made_longer(world):
    """Written 24:00; the zone is the place's."""
    world.start(msgspec.structs.replace(roster(packs=(limit(30),)), zone="Asia/Tokyo"))
    answer = extend(world, "24:00")
    assert answer.after.until == int(datetime(2026, 11, 24, 15, tzinfo=UTC).timestamp() * 1000)


def test_what_is_taken_back_moves_the_end_back(world):
    """Once; taking it back again changes nothing, and after all was played nobody may play."""
    world.start(roster(packs=(limit(30),)))
    id_ = give(world, 15).id
    for wanted in ((45, 30, None), (30, 30, "house.all")):
        assert ends(ask(world, "grant.revoke", m.GrantRevoke(id=id_))) == wanted
    again = give(world, 15)
    world.platform.run(1)
    world.pass_time(31 * MINUTE)
    answer = ask(world, "grant.revoke", m.GrantRevoke(id=again.id))
    assert (answer.after.verdict, answer.still, answer.id, answer.game) == ("refuse", True, again.id, None)


def test_what_was_given_to_somebody_who_is_gone_can_be_taken_back(world):
    """Nothing follows from it."""
    world.start(roster(packs=(limit(30),)))
    id_ = give(world, 15).id
    world.adopt(roster(2, players=()))
    answer = ask(world, "grant.revoke", m.GrantRevoke(id=id_))
    assert (answer.id, answer.name, ends(answer)) == (id_, "an", (None, None, None))


def test_the_list_says_which_still_count(world):
    """Those of the day, and those that suspend a rule beyond it; by the clock of the rules."""
    world.start(roster(packs=(limit(30), hours("10:00-21:00"))))
    first, second = give(world, 15), give(world, 23 * 60)
    ask(world, "grant.revoke", m.GrantRevoke(id=first.id))
    told = ask(world, "grant.list", m.GrantsGet())
    assert (told.counting, told.names, told.zone) == ((second.id,), {"an": "An"}, "Asia/Ho_Chi_Minh")
    world.clock.run(22 * HOUR)
    assert ask(world, "grant.list", m.GrantsGet()).counting == (second.id,)
    world.clock.run(2 * HOUR)
    assert ask(world, "grant.list", m.GrantsGet()).counting == ()


def test_in_a_school_week_bedtime_still_binds(world):
    """As a parent meets it, on a Wednesday."""
    world.clock.run(32 * HOUR + 40 * MINUTE)  # the next day, 20:40
    world.start(roster(packs=(shipped("home-school-week"),)))
    answer = give(world, 15)
    assert (answer.after.until - NOON, answer.after.rule, answer.still) == (33 * HOUR, "home-school-week.hours", True)
