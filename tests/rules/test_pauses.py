"""A pause is a fact that comes before every rule: it refuses until its end, and loosens nothing."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules_worlds import worlds

from i18n.message import plain
from rules.decide import decide, explain
from rules.facts import Facts, Grant, Pause
from rules.policy import combine

SOAK = os.environ.get("GIOCHOI_SOAK") == "1"
RANK = {"allow": 0, "ask": 1, "refuse": 2}
FOREVER = 2**62
MINUTE = 60_000
HOUR = 60 * MINUTE
ZONE = "Asia/Ho_Chi_Minh"
NOON = 1795496400000  # 2026-11-24 12:00 in Vietnam

law = settings(max_examples=2_000 if SOAK else 20, deadline=None, suppress_health_check=list(HealthCheck))


def length(decision, now):
    """How long it refuses."""
    return FOREVER if decision.until is None else decision.until - now


@law
@given(worlds(), st.integers(-10, 200) | st.none())
def test_a_pause_loosens_no_decision(world, cells):
    """Neither the verdict nor how long it is refused; one that is over changes nothing at all."""
    policy, facts = combine(world.packs), world.facts
    until = None if cells is None else facts.now + cells * world.cell
    before, after = decide(policy, facts), decide(policy, replace(facts, paused=Pause(until, ZONE)))
    if until is not None and until <= facts.now:
        assert after == before
        return
    assert (after.verdict, after.left_ms, after.reason.rule) == ("refuse", 0, "pause")
    assert RANK[after.verdict] >= RANK[before.verdict]
    if before.verdict == "refuse":
        assert length(after, facts.now) >= length(before, facts.now)


@law
@given(worlds(), st.integers(1, 200))
def test_when_it_is_over_the_rules_say_what_follows(world, cells):
    """At its `until` the verdict is another, and just before it is not."""
    policy, pause = combine(world.packs), Pause(world.facts.now + cells * world.cell, ZONE)
    facts = replace(world.facts, paused=pause)
    until = decide(policy, facts).until
    if until is None:
        return
    assert until >= pause.until
    assert decide(policy, replace(facts, now=until)).verdict != "refuse"
    assert decide(policy, replace(facts, now=until - 1)).verdict == "refuse"


def facts(**more):
    return Facts(**{"now": NOON, "place": "home", "game": "luanti", "label": 0, "guardian": True, **more})


@pytest.mark.parametrize(("until", "found"), [(NOON + HOUR, NOON + HOUR), (None, None), (NOON + 400 * 24 * HOUR, None)])
def test_it_needs_no_rule(until, found):
    decision = decide(combine([]), facts(paused=Pause(until, ZONE, "p1")))
    assert (decision.verdict, decision.until, decision.reason.cite, decision.reason.pack) == ("refuse", found, "", "")


def test_it_says_until_when():
    told = decide(combine([]), facts(paused=Pause(NOON + HOUR, ZONE))).reason.text
    assert plain(told).startswith("paused by a guardian until ")
    assert plain(decide(combine([]), facts(paused=Pause(None, ZONE))).reason.text) == "paused by a guardian"


def test_no_grant_lifts_it(shipped):
    """Nor does letting the game through."""
    given_ = Grant("guardian", 24 * HOUR, None, NOON)
    decision = decide(
        combine([shipped("vn-147")]),
        facts(paused=Pause(NOON + HOUR, ZONE), grants=(given_,), approved=frozenset({"luanti"})),
    )
    assert (decision.verdict, decision.reason.rule) == ("refuse", "pause")


def test_it_comes_first_of_what_each_rule_says(shipped):
    policy, paused = combine([shipped("vn-147")]), facts(paused=Pause(NOON + HOUR, ZONE))
    first, *others = explain(policy, paused)
    assert (first.reason.rule, first.verdict, first.until) == ("pause", "refuse", NOON + HOUR)
    assert tuple(others) == explain(policy, replace(paused, paused=None))


def test_the_time_to_save_is_the_longest_that_the_rules_leave(shipped):
    """No law is behind it, so none makes that shorter."""
    policy = replace(combine([]), grace_ms=5 * MINUTE)
    assert decide(policy, facts(paused=Pause(None, ZONE))).grace_ms == 5 * MINUTE
