"""What a decision costs after a day of very many plays, and what it costs that one more is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import sample
from measure import Row, rate

from rules.decide import decide
from rules.facts import Facts, Played
from rules.history import History

PLAYS, DECISIONS = 10_000, 200
BOUND_MS = 1.0


def main() -> Iterator[Row]:
    policy = sample.policy(sample.PACKS)
    facts = sample.facts(1)[0]
    start = facts.now - 7 * sample.HOUR
    kinds = [(game, publisher, label) for game, publisher, label in sample.GAMES]
    history, begun = History(), time.perf_counter()
    for number in range(PLAYS):
        game, publisher, label = kinds[number % len(kinds)]
        history.add(Played(game, publisher, start + number * 2_000, 900, label))
    built = time.perf_counter() - begun
    summed = replace(facts, played=(), past=history.since(start - sample.DAY))
    decide(policy, summed)
    rates = rate(lambda: decide(policy, summed), DECISIONS)
    yield Row(f"a decision after {PLAYS:,} plays that day", [1000 / one for one in rates], "ms", BOUND_MS)
    yield Row("… when one more is over each time", [_grown(policy, summed, history) for _ in range(5)], "ms", BOUND_MS)
    yield Row("… by a walk over all of them", [1000 / one for one in _walked(policy, facts, start, kinds)], "ms")
    yield Row("sums of one more play, while none was asked", [built / PLAYS * 1000] * 5, "ms")


def _grown(policy: object, facts: Facts, history: History) -> float:
    spent = 0.0
    for number in range(DECISIONS):
        history.add(Played("a", "one", facts.now - 1_000 + number, 1, 12))
        begun = time.perf_counter()
        decide(policy, facts)  # type: ignore[arg-type]
        spent += time.perf_counter() - begun
    return spent / DECISIONS * 1000


def _walked(policy: object, facts: Facts, start: int, kinds: list[tuple[str, str | None, int | None]]) -> list[float]:
    every = tuple(
        Played(*kinds[number % len(kinds)][:2], start + number * 2_000, 900, kinds[number % len(kinds)][2])
        for number in range(PLAYS)
    )
    walked = replace(facts, played=every)
    return rate(lambda: decide(policy, walked), 5)  # type: ignore[arg-type]
