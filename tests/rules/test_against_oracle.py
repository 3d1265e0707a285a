"""`decide` agrees with a second engine that was written from the prose of docs/spec/packs.md and walks time cell by cell."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from rules_oracle import Oracle
from rules_worlds import worlds

from rules.decide import decide
from rules.policy import combine

EXAMPLES = 20_000 if os.environ.get("GIOCHOI_SOAK") == "1" else 90
MINUTES_20 = 1_200_000


@pytest.mark.timeout(3_600)  # the soak's 20,000 walks take a quarter of an hour, and a failure is shrunk after that
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_decide_agrees_with_the_oracle(world):
    """Verdict, reason, until and notices are those that a walk through time finds."""
    decision = decide(combine(world.packs), world.facts)
    walked = world.days * 86_400_000 or MINUTES_20
    answer = Oracle(world.packs, world.facts, world.cell).answer(timedelta(milliseconds=walked) / timedelta(days=1))
    horizon = world.facts.now + walked
    seen = decision.until is not None and decision.until < horizon

    assert (answer.verdict, answer.until) == (decision.verdict, decision.until if seen else None)
    if answer.reason is not None:
        assert answer.reason == decision.reason.rule
        assert answer.grace == decision.grace_ms
    assert answer.notices == {one.rule: one.at for one in decision.notices if one.at < horizon}
