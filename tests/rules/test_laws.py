"""Laws that hold whatever the rules and the facts are."""

import os
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rules_worlds import GAMES, PUBLISHERS, worlds

from rules.decide import decide, explain
from rules.engine.alike import AlikeGames
from rules.facts import Grant, Played
from rules.policy import combine

SOAK = os.environ.get("GIOCHOI_SOAK") == "1"
FOREVER = 2**62
KINDS = ("budgets", "windows", "breaks", "ratings", "guardians", "asks", "notices", "saves", "uncounted")
LIMITS = KINDS[:-1]  # what does not count is no limit: it makes others weaker
RANK = {"allow": 0, "ask": 1, "refuse": 2}

law = settings(
    max_examples=5_000 if SOAK else 30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.timeout(1_200)  # for the soak
near = st.integers(-40, 10)


def playable(decision, facts):
    """Until when the play may go on: not at all, to a moment, or as far as anyone looks."""
    if decision.verdict != "allow":
        return facts.now
    return FOREVER if decision.until is None else decision.until


def asked(packs, facts):
    return playable(decide(combine(packs), facts), facts)


def going_on(facts, to):
    """The same facts after play from now to then."""
    play = Played(facts.game, facts.publisher, facts.now, to - facts.now, facts.label, facts.sure)
    return replace(facts, now=to, played=(*facts.played, play))


def changed(pack, **parts):
    return replace(pack, sha256=pack.sha256 + "x", **parts)


@law
@given(worlds(), st.integers(1, 30), st.data())
def test_more_budget_never_shortens_play(world, more, data):
    pack = data.draw(st.sampled_from(world.packs))
    wider = changed(pack, budgets=tuple(replace(rule, ms=rule.ms + more * world.cell) for rule in pack.budgets))
    others = [one for one in world.packs if one is not pack]

    assert asked([*others, wider], world.facts) >= asked(world.packs, world.facts)


@law
@given(worlds(), st.sampled_from(("guardian", "staff")), st.sampled_from((None, "a", "b")), st.integers(0, 30), near)
def test_a_grant_never_shortens_play(world, role, game, cells, ahead):
    grant = Grant(role, cells * world.cell, game, world.facts.now + ahead * world.cell)
    granted = replace(world.facts, grants=(*world.facts.grants, grant))

    assert asked(world.packs, granted) >= asked(world.packs, world.facts)


@law
@given(worlds(), st.data())
def test_a_rule_more_never_lengthens_play(world, data):
    pack = data.draw(st.sampled_from(world.packs))
    kinds = [kind for kind in LIMITS if getattr(pack, kind)]
    assume(kinds)
    kind = data.draw(st.sampled_from(kinds))
    fewer = changed(pack, **{kind: getattr(pack, kind)[1:]})
    others = [one for one in world.packs if one is not pack]
    less, more = decide(combine([*others, fewer]), world.facts), decide(combine(world.packs), world.facts)

    assert RANK[more.verdict] >= RANK[less.verdict]
    assert playable(more, world.facts) <= playable(less, world.facts)


@law
@given(worlds(), st.integers(0, 2**32))
def test_no_order_matters(world, seed):
    """Packs, rules in them, plays and grants may come in any order, and a pack twice."""
    shuffle = random.Random(seed).sample
    packs = [replace(pack, **{kind: tuple(shuffle(getattr(pack, kind), len(getattr(pack, kind)))) for kind in KINDS})
             for pack in shuffle(world.packs, len(world.packs))]
    facts = replace(
        world.facts, played=tuple(shuffle(world.facts.played, len(world.facts.played))),
        grants=tuple(shuffle(world.facts.grants, len(world.facts.grants))),
    )

    assert decide(combine([*packs, packs[0]]), facts) == decide(combine(world.packs), world.facts)
    assert set(map(repr, explain(combine(packs), facts))) == set(map(repr, explain(combine(world.packs), world.facts)))


ANY_GAME = st.tuples(
    st.sampled_from((*GAMES, "another", "a third")), st.sampled_from((*PUBLISHERS, "of nobody", "of nobody else")),
    st.sampled_from((None, 0, 0, 16)), st.sampled_from(("VN", "VN", "OARS")),
)


@law
@given(worlds(), st.lists(ANY_GAME, min_size=2, max_size=12, unique=True))
def test_games_that_no_rule_can_tell_apart_are_decided_alike(world, games):
    """Now and later."""
    policy, alike, said = combine(world.packs), AlikeGames(combine(world.packs), world.facts), {}
    for game, publisher, label, system in games:
        facts = replace(world.facts, game=game, publisher=publisher, label=label, system=system)
        decisions = [decide(policy, replace(facts, now=facts.now + later * world.cell)) for later in (0, 3, 40)]
        assert said.setdefault(alike.likeness(game, publisher, label, system), decisions) == decisions


@law
@given(worlds(), st.floats(0, 1))
def test_a_play_holds_to_its_end_and_no_further(world, part):
    """Asked again anywhere on the way, the answer is the same end; at the end it is another verdict."""
    policy, facts = combine(world.packs), world.facts
    decision = decide(policy, facts)
    if decision.verdict != "allow" or decision.until is None:
        return
    between = facts.now + int(part * (decision.until - 1 - facts.now))

    for moment in (between, decision.until - 1):
        later = decide(policy, going_on(facts, moment))
        assert (later.verdict, later.until, later.reason.rule) == ("allow", decision.until, decision.reason.rule)
        assert {one for one in later.warn_at if one > moment} == {one for one in decision.warn_at if one > moment}
    assert decide(policy, going_on(facts, decision.until)).verdict != "allow"


@law
@given(worlds(), st.floats(0, 1))
def test_a_refusal_holds_to_its_end_and_no_further(world, part):
    policy, facts = combine(world.packs), world.facts
    decision = decide(policy, facts)
    if decision.verdict == "allow" or decision.until is None:
        return
    between = facts.now + int(part * (decision.until - 1 - facts.now))

    for moment in (between, decision.until - 1):
        later = decide(policy, replace(facts, now=moment))
        assert (later.verdict, later.until) == (decision.verdict, decision.until)
    assert decide(policy, replace(facts, now=decision.until)).verdict != decision.verdict


@law
@given(worlds())
def test_what_each_rule_says_makes_the_decision(world):
    """The verdict is the strictest finding's, an allowed play ends with the earliest finding."""
    policy, facts = combine(world.packs), world.facts
    decision = decide(policy, facts)
    findings = [one for one in explain(policy, facts) if not one.advisory]

    assert decision.verdict == max((one.verdict for one in findings), key=RANK.get, default="allow")
    if decision.reason is not None:
        own = next(one for one in findings if one.reason == decision.reason)
        assert own.verdict == decision.verdict
        if decision.verdict == "allow":
            assert own.until == decision.until == min(one.until for one in findings if one.until is not None)


@law
@given(worlds())
def test_numbers_stay_in_their_bounds(world):
    """Warnings and notices lie before the end, what is left is what is left, nothing looks further than 366 days."""
    facts = world.facts
    decision = decide(combine(world.packs), facts)
    end = FOREVER if decision.until is None else decision.until
    left = None if decision.until is None else decision.until - facts.now

    assert decision.until is None or facts.now < decision.until <= facts.now + 366 * 86_400_000
    assert all(facts.now < one.at < end for one in decision.notices)
    assert all(facts.now <= one < end for one in decision.warn_at)
    assert decision.left_ms == (left if decision.verdict == "allow" else 0)
    if decision.verdict != "allow":
        assert (decision.reason is None, decision.warn_at, decision.notices) == (False, (), ())
