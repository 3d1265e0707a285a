"""How many times a second one more play is added to what was played: every look at a running game asks for it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sample
from measure import Row, rate

from rules.facts import Played
from rules.usage import account


def main() -> Iterator[Row]:
    for name, days in (("five to eight plays", 1), ("a month of 180", 30)):
        looks = itertools.cycle(_looks(days))
        samples = rate(lambda looks=looks: account(*next(looks)), 50_000)
        bare = rate(lambda looks=looks: _append(*next(looks)), 50_000)
        yield Row(f"account, {name}", samples, "/s", 200_000, "more")
        yield Row("… in bare appends to the tuple", [raw / one for one, raw in zip(samples, bare, strict=True)], "×")


def _append(played: tuple[Played, ...], seen: Played, since: int) -> tuple[Played, ...]:
    """What no account of frozen plays can do without."""
    return (*played, seen)


def _looks(days: int) -> list[tuple[tuple[Played, ...], Played, int]]:
    """Half of them find the play of the look before, half a new one; in every tenth the oldest play is forgotten."""
    found = []
    for number, facts in enumerate(sample.facts(500, days)):
        played, last = facts.played, facts.played[-1]
        new = Played("z", "z", last.start + last.ms, 1_000)
        seen = new if number % 2 else Played(last.game, last.publisher, last.start + last.ms, 1_000, last.label)
        since = played[0].start + (played[0].ms if number % 10 == 0 else 0)
        found.append((played, seen, since))
    return found
