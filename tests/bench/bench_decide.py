"""How many decisions a second the pure rules make with the Vietnamese packs: loop, refusals and auditor all ask them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date

from measure import Row, rate

from rules.decide import decide
from rules.facts import Facts, Grant, Played
from rules.parse import parse_pack
from rules.policy import combine
from rules.shipped import shipped_packs

DAY = 1_795_453_200_000  # 2026-11-24 00:00 in Hanoi
MINUTE = 60_000


def main() -> Iterator[Row]:
    texts = shipped_packs()
    policy = combine(parse_pack(texts[name], name) for name in ("vn-147", "vn-game-point"))
    facts = itertools.cycle(_day())
    samples = rate(lambda: decide(policy, next(facts)), 10_000)
    bare = rate(lambda: _look(next(facts)), 10_000)
    yield Row("decide, Vietnamese packs, eight plays before", samples, "/s", 20_000, "more")
    yield Row("the same, in bare looks at the plays", [raw / one for one, raw in zip(samples, bare, strict=True)], "×")


def _look(facts: Facts) -> int:
    """What no decision can do without: each play once."""
    latest = 0
    for play in facts.played:
        latest = max(latest, play.start + play.ms)
    return latest


def _day() -> list[Facts]:
    """Players of seven ages, one at every minute of a day: no two facts are alike. Plays and a grant lie behind them."""
    games = itertools.cycle((("a", "one"), ("b", "two"), ("c", None)))
    played = tuple(Played(*next(games), DAY + minute * MINUTE, 9 * MINUTE) for minute in range(480, 800, 40))
    grants = (Grant("guardian", 15 * MINUTE, "b", DAY + 600 * MINUTE),)
    births = itertools.cycle((None, *(date(year, 5, 1) for year in (1990, 2007, 2009, 2012, 2014, 2018))))
    places = itertools.cycle(("home", "game-point"))
    return [
        Facts(now=DAY + minute * MINUTE, place=next(places), game=game, publisher=publisher, label=12, born=next(births),
              guardian=True, played=played, grants=grants)
        for minute, (game, publisher) in zip(range(24 * 60), games, strict=False)
    ]
