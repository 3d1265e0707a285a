"""How many decisions a second the pure rules make: loop, refusals and auditor all ask them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sample
from measure import Row, rate

from rules.decide import decide
from rules.facts import Facts


def main() -> Iterator[Row]:
    today, month = sample.facts(2_000), sample.facts(500, 30)
    yield from _row("packs of Vietnam", sample.PACKS[:2], today, 20_000)
    yield from _row("packs of Vietnam and a home", sample.PACKS, today, 20_000)
    yield from _row("… after a month of 180 plays", sample.PACKS, month, None)


def _row(name: str, packs: tuple[str, ...], asked: list[Facts], bound: float | None) -> Iterator[Row]:
    policy, facts = sample.policy(packs), itertools.cycle(asked)
    verdicts = {decide(policy, one).verdict for one in asked}  # also warms what the policy keeps
    assert verdicts == {"allow", "ask", "refuse"}
    samples = rate(lambda: decide(policy, next(facts)), len(asked))
    bare = rate(lambda: _look(next(facts)), len(asked))
    yield Row(f"decide, {name}", samples, "/s", bound, "more")
    yield Row("… in bare looks at the plays", [raw / one for one, raw in zip(samples, bare, strict=True)], "×")


def _look(facts: Facts) -> int:
    """What no decision can do without: each play once."""
    latest = 0
    for play in facts.played:
        latest = max(latest, play.start + play.ms)
    return latest
