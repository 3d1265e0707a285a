"""What a grant answers beside the end that it moved, and how extra time shows in status."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.api import messages as m
from i18n.catalogue import Catalogue
from tests.daemon.test_api import ask
from tests.daemon.test_next import pack as fixed_hours
from tests.daemon.test_outlook import extend, fixed, give, hours
from tests.daemon.test_periods import break_
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster
from words.extra_time import beside, follows

CLOSING = 9 * HOUR  # 21:00
SAID = Catalogue("en", now=NOON)


def at(world, before_closing, *packs):
    """So many minutes before the hours are over."""
    world.clock.run(CLOSING - before_closing * MINUTE)
    world.start(roster(packs=packs))


def minutes(moment):
    return None if moment is None else (moment - NOON - CLOSING) / MINUTE


@pytest.mark.parametrize(("before", "given", "end", "beyond"), [(8, 10, 2, 10), (40, 15, 0, 15), (8, 8.5, 0.5, 9)])
def test_where_hours_are_over_soon_minutes_count_from_now(world, before, given, end, beyond):
    """They move the end by less than they are, or are not given at all: the answer says so, and which command gives as many."""
    at(world, before, hours("10:00-21:00"))
    answer = give(world, given)
    moved = end > 0
    assert (answer.id is not None, answer.from_now) == (moved, moved)
    assert (minutes(answer.after.until), minutes(answer.beyond)) == (end, beyond)
    (line,) = map(SAID, beside(answer))
    assert line.endswith(f"to play past 21:0{int(end)}: giochoi\u00a0extend\u00a0An\u00a0--until\u00a021:{beyond:02}")
    assert ("count from now" in line) == moved
    assert minutes(extend(world, f"21:{beyond:02}").after.until) == beyond


def test_what_is_given_for_a_game_is_extended_for_it(world):
    at(world, 8, hours("10:00-21:00"))
    (line,) = map(SAID, beside(give(world, 10, "luanti")))
    assert line.endswith("--until\u00a021:10\u00a0--game\u00a0luanti")


def test_no_command_is_told_that_would_be_refused(world):
    """Past midnight, or where nobody may relax the hours."""
    world.clock.run(11 * HOUR + 58 * MINUTE)
    world.start(roster(packs=(hours("10:00-24:00"),)))
    assert [SAID(one) for one in beside(give(world, 10))] == ["the 10 min count from now"]
    world.adopt(roster(2, packs=(replace(fixed_hours("10:00-24:00"), asks=()),)))
    answer = give(world, 10)
    assert (answer.from_now, answer.still, list(beside(answer))) == (False, True, [])


def test_a_limit_that_moved_by_all_that_was_given_needs_no_word(world):
    world.start(roster(packs=(limit(30), hours("10:00-21:00"))))
    answer = give(world, 15)
    assert (answer.from_now, answer.beyond, list(beside(answer))) == (False, None, [])


@pytest.mark.parametrize(("packs", "longer"), [
    ((hours("10:00-21:00"),), False), ((limit(60), hours("10:00-21:00")), True), ((hours("10:00-21:00"), fixed(60)), False),
    ((limit(60, per="game", games=("luanti",)), hours("10:00-21:00")), True),
    ((limit(60, per="game"), hours("10:00-21:00")), True),
])  # fmt: skip
def test_where_the_end_stays_only_longer_limits_are_given(world, packs, longer):
    """Those of the day, where there are any that give way; else nothing is kept."""
    at(world, 40, *packs)
    answer = give(world, 15)
    assert (answer.before, answer.longer, answer.still) == (answer.after, longer, True)
    assert [one.id for one in ask(world, "grant.list", m.GrantsGet()).grants] == ([answer.id] if longer else [])
    assert SAID(follows(answer)) == (
        "An: the end stays 21:00, because of: Evenings only (evenings.hours); today's limits are 15 min longer" if longer else
        "nothing changes: An can play until 21:00 because of: Evenings only (evenings.hours)"
    )  # fmt: skip


def test_where_nothing_ends_play_nothing_changes(world):
    world.start(roster())
    assert SAID(follows(give(world, 15))) == "nothing changes: An can play; no rule counts all games together"


def test_an_extension_names_the_limits_that_give_way(world):
    """Those that would have ended play before; not what would not."""
    at(world, 40, limit(20), hours("10:00-21:00"))
    (line,) = map(SAID, beside(extend(world, "20:50")))
    assert line == "these limits give way: A limit of the house (house.all)"
    (line,) = map(SAID, beside(extend(world, "21:10")))
    assert line == "these limits give way: Evenings only (evenings.hours); A limit of the house (house.all)"
    assert list(beside(extend(world, "20:50"))) == []


def test_taking_back_again_says_that_it_was_done_before(world):
    """Also of a player who is gone."""
    world.start(roster(packs=(limit(30),)))
    id_ = give(world, 15).id
    for number, again in ((1, False), (2, True)):
        answer = ask(world, "grant.revoke", m.GrantRevoke(id=id_))
        assert answer.again is again
        world.adopt(roster(number + 1, packs=(limit(30),)))
    assert SAID(follows(answer)) == "An can play until 12:30 because of: A limit of the house"
    world.adopt(roster(9, players=()))
    assert ask(world, "grant.revoke", m.GrantRevoke(id=id_)).again


def test_the_hours_say_all_that_puts_them_off_and_until_when(world):
    """Before they are over and after; the same over a restart, whatever the ids of what was given."""
    at(world, 8, hours("10:00-21:00"))
    for _ in range(6):
        give(world, 10)  # all but the first change nothing
    extend(world, "21:10")
    for given in (None, 28 * 60.0):
        for _ in range(2):
            reason = world.status().reason
            assert (reason.granted_s, reason.extended) == (given, "2026-11-24T21:10:00+07:00")
            world.kill()
            world.start()
        world.clock.run(8 * MINUTE + 30_000)


def test_a_break_that_is_put_off_says_until_when(world):
    """And one that is not due before the extra time is over does not."""
    world.start(roster(packs=(replace(limit(600), breaks=(break_(30, 10, relax=("guardian",)),)),)))
    give(world, 20)
    assert world.status().reason.extended is None
    give(world, 40)
    reason = world.status().reason
    assert (reason.rule, reason.extended, reason.granted_s) == ("own.break", "2026-11-24T12:40:00+07:00", 60 * 60.0)


def test_hours_that_open_by_themselves_are_extended_by_nothing(world):
    """Though what was given bridged the time before."""
    world.start(roster(packs=(hours("12:10-21:00"),)))
    give(world, 15)
    an = world.status()
    assert (an.verdict, an.until, an.reason.extended) == ("allow", "2026-11-24T21:00:00+07:00", None)


def test_by_another_clock_extra_time_ends_where_the_answer_does(world):
    """Both are told by the trusted one."""
    at(world, 8, hours("10:00-21:00"))
    extend(world, "21:10")
    world.clock.step(10 * MINUTE)
    an = world.status()
    assert an.reason.extended == an.until


def test_what_is_told_to_save_says_when_it_closes(world):
    """By the second: first until its windows are asked, then until it is told to end; before and after nothing."""
    world.start(roster(packs=(replace(limit(1), grace_ms=30_000),)))
    world.platform.run(1)
    world.platform.stubborn.add(1)
    world.pass_time(30_000)
    assert [game.saving_s for game in world.status().games] == [None]
    for passed, left in ((40_000, 10), (11_000, 9)):
        world.pass_time(passed)
        (game,) = world.status().games
        assert game.running
        assert game.saving_s == pytest.approx(left, abs=1)
    world.pass_time(60_000)
    assert [game.saving_s for game in world.status().games] == [None]
