"""Decisions from sums are those from all plays, one by one; the sums are worked on in any order, and asked in between."""

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_worlds import worlds

from rules.decide import decide, explain
from rules.facts import Facts, Played
from rules.history import Counted, History, Spans, day_sums
from rules.policy import combine
from rules.usage import session, sums, union_ms

EXAMPLES = 20_000 if os.environ.get("GIOCHOI_SOAK") == "1" else 60
FACTS = Facts(now=0, place="home", game="a")
MOMENT = st.integers(0, 200)
PLAYS = st.lists(st.builds(lambda start, ms: Played("a", None, start, ms), MOMENT, st.integers(0, 20)), max_size=30)


@pytest.mark.timeout(3_600)  # as many as the soak asks for
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_a_decision_from_sums_is_the_one_from_all_plays(world, data):
    """Also while plays are added, in whatever order, and whichever of them go on: in every zone, with grants given and gone."""
    policy, facts, history = combine(world.packs), world.facts, History()
    plays = data.draw(st.permutations(facts.played))
    going = plays[: data.draw(st.integers(0, min(3, len(plays))))]
    over = [play for play in plays[len(going) :] if play.ms]  # what took no time is in no history
    for number in range(len(over) + 1):
        if number:
            history.add(over[number - 1])
        grants = facts.grants[: len(facts.grants) * data.draw(st.booleans())]
        plain = replace(facts, played=(*going, *over[:number]), grants=grants)
        summed = replace(facts, played=tuple(going), past=history.since(0), grants=grants)
        assert decide(policy, summed) == decide(policy, plain)
        assert explain(policy, summed) == explain(policy, plain)


@settings(max_examples=EXAMPLES)
@given(PLAYS, PLAYS, MOMENT, MOMENT, st.integers(1, 30), st.integers(0, 100))
def test_unions_and_sessions_are_those_of_a_walk(over, going, start, now, pause, forgotten):
    """However often it was asked while plays were added; what is forgotten is missed only before."""
    spans = Spans()
    for number, play in enumerate(over):
        spans.add(play.start, play.start + play.ms)
        counted, walked = Counted(spans, going), [*over[: number + 1], *going]
        assert counted.ms(start, now) == union_ms(walked, start, now)
        assert counted.session(now, pause) == session(walked, now, pause)
    spans.drop_before(forgotten)
    kept = [(begin, stop) for begin, stop in spans.all]
    assert all(stop >= forgotten for _, stop in kept)
    assert Counted(spans, going).ms(max(start, forgotten), now) == union_ms([*over, *going], max(start, forgotten), now)
    left = [Played("a", None, begin, stop - begin) for begin, stop in kept]
    assert Counted(spans, going).session(now, pause) == session([*left, *going], now, pause)


@given(
    st.lists(st.builds(Played, st.sampled_from("ab"), st.sampled_from((None, "p")), MOMENT, st.integers(0, 20))), MOMENT, MOMENT
)
def test_the_sums_of_a_day_are_those_of_a_walk(plays, start, end):
    """Of the game, its publisher and all."""
    history = History()
    for play in plays[1:]:
        history.add(play)
    facts = replace(FACTS, game="a", publisher="p", played=tuple(plays[:1]), past=history.since(-1))
    assert day_sums(facts, start, end) == sums(plays, "a", "p", start, end)


def test_what_nobody_may_ask_about_is_forgotten():
    """A kind of play that ended before is none that was met, and leaves memory."""
    history = History()
    history.add(Played("a", None, 0, 10))
    history.add(Played("b", None, 100, 10))
    asked = replace(FACTS, past=history.since(50))
    assert {kind.game for kind in asked.past.kinds} == {"b"}
    history.forget_before(200)
    assert not history.kinds(0)
    assert day_sums(asked, 0, 1_000) == (0, 0, 0)
