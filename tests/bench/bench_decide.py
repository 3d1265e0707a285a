"""How many decisions a second the pure rules make with the Vietnamese packs: the gate, the loop and the log's auditor all ask them."""

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
    facts = itertools.cycle(_evenings())
    yield Row("decide, Vietnamese packs, eight plays before", rate(lambda: decide(policy, next(facts)), 10_000), "/s", 20_000, "more")


def _evenings() -> list[Facts]:
    """Players of seven ages at every minute of a day, no two facts alike, with plays and a grant behind them."""
    played = tuple(Played(f"game-{n % 3}", "publisher" if n % 2 else None, DAY + (8 * 60 + 40 * n) * MINUTE, 9 * MINUTE) for n in range(8))
    grants = (Grant("guardian", 15 * MINUTE, "game-1", DAY + 600 * MINUTE),)
    births = [None, *(date(year, 5, 1) for year in (1990, 2007, 2009, 2012, 2014, 2018))]
    return [Facts(now=DAY + minute * MINUTE, place="game-point" if minute % 2 else "home", game=f"game-{minute % 3}", publisher="publisher",
                  label=12, born=births[minute % len(births)], guardian=True, played=played, grants=grants)
            for minute in range(24 * 60)]
