"""Replay: the player wants exactly the recorded moments, and gets those of them that `decide` allows."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import dataclass, replace
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_worlds import GAMES, LABELS, PLACES, PUBLISHERS, World, worlds

from rules.decide import decide
from rules.facts import Played
from rules.policy import Budget, Span, Window, combine
from rules.replay import Given, Setting, replay

pytestmark = pytest.mark.timeout(1_800)  # the soak's walks

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Recording:
    world: World
    plays: tuple[Played, ...]
    setting: Setting


@st.composite
def recordings(draw):
    """Plays around a random world's now, one or several at once, and a life around them, all on the world's grid."""
    world = draw(worlds())
    facts, cell = world.facts, world.cell

    def near():
        return facts.now + draw(st.integers(-60, 60)) * cell

    plays = draw(st.lists(
        st.builds(
            lambda back, length, *more: Played(*more[:2], facts.now + back * cell, length * cell, *more[2:]),
            st.integers(-60, 60), st.integers(0, 24), st.sampled_from(GAMES), st.sampled_from(PUBLISHERS),
            st.sampled_from(LABELS), st.booleans(),
        ), min_size=1, max_size=6,
    ))
    later = sorted((near(), draw(st.sampled_from(PLACES))) for _ in range(draw(st.integers(0, 2))))
    setting = Setting(
        places=((0, facts.place), *later), born=facts.born, guardian=facts.guardian,
        grants=tuple(Given(one, one.given + draw(st.sampled_from((1 << 62, cell, 5 * cell)))) for one in facts.grants),
        approved=tuple(
            (near(), game, draw(st.sampled_from((1 << 62, near()))))
            for game in draw(st.sets(st.sampled_from(GAMES), max_size=2))
        ),
    )
    return Recording(world, tuple(sorted(plays, key=lambda one: one.start)), setting)


def kept_before(pieces, at):
    return tuple(
        replace(one.play, start=one.start, ms=min(one.end, at) - one.start) for one in pieces if one.kept and one.start < at
    )


EXAMPLES = 3_000 if os.environ.get("GIOCHOI_SOAK") == "1" else 40
quick = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@quick
@given(recordings())
def test_pieces_make_up_the_recorded_play(recording):
    """Nothing is added to what was recorded, nothing gets lost, and touching pieces differ."""
    pieces = list(replay(combine(recording.world.packs), recording.plays, recording.setting))

    for number, play in enumerate(recording.plays):
        own = [one for one in pieces if one.number == number]
        edges = [play.start, *(one.end for one in own)]
        assert [(one.start, one.end) for one in own] == list(pairwise(edges))
        assert edges[-1] == play.start + play.ms
        assert all((one.verdict, one.rule) != (other.verdict, other.rule) for one, other in pairwise(own))


@quick
@given(recordings())
def test_every_moment_is_what_decide_says_of_it(recording):
    """Cell by cell, at its beginning and just before its end: kept if decide allows it after what was kept, otherwise cut."""
    policy, cell = combine(recording.world.packs), recording.world.cell
    pieces = list(replay(policy, recording.plays, recording.setting))

    for piece in pieces:
        for begin in range(piece.start, piece.end, cell):
            for at in {begin, min(begin + cell, piece.end) - 1}:
                facts = recording.setting.facts(piece.play, at, kept_before(pieces, at))
                decision = decide(policy, facts)
                assert (decision.verdict == "allow") == piece.kept, (at, piece, decision)
                if at == piece.start and not piece.kept:
                    assert (decision.verdict, decision.reason.rule) == (piece.verdict, piece.rule)


@quick
@given(recordings())
def test_facts_are_those_of_the_moment(recording):
    """The place that was, the grants that were known and not revoked, the approvals given by then."""
    play = recording.plays[0]
    for at in (play.start, play.start + recording.world.cell * 3, recording.world.facts.now):
        facts = recording.setting.facts(play, at, ())
        place = [one for since, one in recording.setting.places if since <= at][-1]
        known = {one.grant for one in recording.setting.grants if one.grant.given <= at < one.revoked}
        assert facts.place == place
        assert facts.approved == {
            game for since, game, until in recording.setting.approved if since <= at < until
        }  # fmt: skip
        assert set(facts.grants) <= known
        assert all(at >= one.given + max(one.ms, 2 * DAY) for one in known - set(facts.grants))


@quick
@given(recordings())
def test_the_same_rules_change_nothing(recording):
    """What was kept, recorded under these very rules, is kept as it is."""
    policy = combine(recording.world.packs)
    kept = [replace(one.play, start=one.start, ms=one.end - one.start)
            for one in replay(policy, recording.plays, recording.setting) if one.kept]
    again = replay(policy, sorted(kept, key=lambda one: one.start), recording.setting)

    assert all(one.kept for one in again)


@pytest.fixture
def home():
    def setting(**other):
        return Setting(places=((0, "home"),), guardian=True, **other)

    return setting


def short(pieces, moment, day="2026-11-24"):
    """Each piece as (minutes after midnight, minutes after midnight, rule)."""
    start = moment(f"{day} 00:00")
    return [((one.start - start) / MINUTE, (one.end - start) / MINUTE, one.rule) for one in pieces]


def test_what_is_cut_leaves_time_for_later(pack, common, play, home, moment):
    """A morning that the window forbids does not use up the day's hour."""
    policy = combine([pack(
        budgets=(Budget(**common("hour"), ms=HOUR, per="all"),),
        windows=(Window(**common("evening"), spans=(Span(17 * HOUR, 21 * HOUR),)),),
    )])
    plays = [play("2026-11-24 09:00", 50), play("2026-11-24 18:00", 90)]

    assert short(replay(policy, plays, home()), moment) == [
        (540, 590, "t.evening"), (1080, 1140, ""), (1140, 1170, "t.hour"),
    ]  # fmt: skip


def test_who_is_refused_waits(pack, common, play, home, moment):
    """A play that begins before the window opens goes on when it opens."""
    policy = combine([pack(windows=(Window(**common("evening"), spans=(Span(17 * HOUR, 21 * HOUR),)),))])

    assert short(replay(policy, [play("2026-11-24 16:30", 60)], home()), moment) == [(990, 1020, "t.evening"), (1020, 1050, "")]


def test_a_grant_counts_from_when_it_was_given(pack, common, play, home, moment, grant):
    """Nobody who was ended at eight knew of the quarter that was given at half past; revoked, it gives no more."""
    policy = combine([pack(budgets=(Budget(**common("hour"), ms=HOUR, per="all"),))])
    given = Given(grant("2026-11-24 20:30", 15), revoked=moment("2026-11-24 20:40"))

    pieces = replay(policy, [play("2026-11-24 19:00", 120)], home(grants=(given,)))
    assert short(pieces, moment) == [
        (1140, 1200, ""), (1200, 1230, "t.hour"), (1230, 1240, ""), (1240, 1260, "t.hour"),
    ]  # fmt: skip


def test_two_games_at_once_use_one_hour(pack, common, play, home, moment):
    """Both end when the union of both has lasted an hour."""
    policy = combine([pack(budgets=(Budget(**common("hour"), ms=HOUR, per="all"),))])
    plays = [play("2026-11-24 19:00", 90), play("2026-11-24 19:30", 90, game="y")]

    pieces = sorted(replay(policy, plays, home()), key=lambda one: (one.number, one.start))
    assert short(pieces, moment) == [(1140, 1200, ""), (1200, 1230, "t.hour"), (1170, 1200, ""), (1200, 1260, "t.hour")]


def test_plays_out_of_order_are_refused(pack, play, home):
    """A replay reads them one by one, so an earlier one would come too late."""
    with pytest.raises(ValueError, match="play 1 begins before"):
        list(replay(combine([pack()]), [play("2026-11-24 19:00", 5), play("2026-11-24 18:00", 5)], home()))


def test_memory_is_flat_in_the_number_of_days(pack, common, home, moment, soak):
    """Ten times the days need no more room, but what a calendar keeps of each."""
    policy = combine([pack(
        budgets=(Budget(**common("hour"), ms=HOUR, per="all"), Budget(**common("week"), ms=5 * HOUR, per="all", period="week")),
    )])
    start = moment("2026-01-01 00:00")

    def peak(days):
        moments = (start + day * DAY + hour * HOUR for day, hour in product(range(days), (8, 12, 16, 20)))
        plays = (Played("x", "p", at, 30 * MINUTE) for at in moments)
        tracemalloc.start()
        for _ in replay(policy, plays, home()):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    days = soak(300, 3_000)
    peak(days)  # the calendar knows them by now
    assert peak(30) * 1.3 + 100_000 > peak(days)


def test_a_grant_for_a_game_reaches_its_publisher_once_it_is_played(pack, common, play, home, moment, grant):
    """Refused under the publisher's budget, x goes on when y, which the grant names, turns out to be the same publisher's."""
    policy = combine([pack(budgets=(Budget(**common("p"), ms=HOUR, per="publisher"),))])
    given = Given(grant("2026-11-24 18:00", 30, game="y"))
    plays = [play("2026-11-24 19:00", 90), play("2026-11-24 20:15", 1, game="y")]

    pieces = sorted(replay(policy, plays, home(grants=(given,))), key=lambda one: (one.number, one.start))
    tick = 1 / MINUTE
    assert short(pieces, moment) == [
        (1140, 1200, ""), (1200, 1215 + tick, "t.p"), (1215 + tick, 1230, ""), (1215, 1216, ""),
    ]  # fmt: skip


def test_a_lapsed_grant_is_forgotten(grant):
    """What can no longer matter is not handed to decide."""
    one = Given(grant("2026-11-24 18:00", 30))

    assert [one.known(one.grant.given + after) for after in (-1, 0, 2 * DAY)] == [False, True, False]
