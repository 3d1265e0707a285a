"""Facts as a seat has them in a week of November 2026, drawn anew for each decision but the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date

from rules.facts import Facts, Grant, Played
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Policy, combine

MONDAY = 1_795_366_800_000  # 2026-11-23 00:00 in Hanoi
DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
PACKS = ("vn-147", "vn-game-point", "home-balanced")
GAMES = (("a", "one", 12), ("b", "one", 0), ("c", "two", None), ("d", "two", 16), ("e", None, 18))
BORN = (None, *(date(year, 5, 1) for year in (1990, 2007, 2009, 2011, 2012, 2014, 2018)))


def policy(names: Iterable[str]) -> Policy:
    """Shipped packs, combined."""
    texts = shipped_packs()
    return combine(parse_pack(texts[name], name) for name in names)


def facts(count: int, days: int = 1) -> list[Facts]:
    """Players of eight ages at home and at a game point, between 9:00 and 22:30 of the week's days.

    Each has played five to eight times today, six times on each of the `days` - 1 before, and was granted a quarter of an hour.
    """
    chance = random.Random(2026)
    return [_one(chance, days) for _ in range(count)]


def _one(chance: random.Random, days: int) -> Facts:
    today = MONDAY + chance.randrange(7) * DAY
    now = today + chance.randrange(9 * 60, 22 * 60 + 30) * MINUTE
    played = [play for back in range(days - 1, 0, -1) for play in _plays(chance, 6, today - back * DAY, 14 * HOUR)]
    played += _plays(chance, chance.randint(5, 8), today, now - today - 7 * HOUR)
    game, publisher, label = chance.choice(GAMES)
    return Facts(
        now=now, place=chance.choice(("home", "home", "game-point")), game=game, publisher=publisher, label=label,
        born=chance.choice(BORN), guardian=chance.random() < 0.95, played=tuple(played),
        grants=(Grant("guardian", 15 * MINUTE, chance.choice((None, game)), now - chance.randrange(2 * HOUR)),),
        approved=chance.choice((frozenset(), frozenset({"c"}))),
    )  # fmt: skip


def _plays(chance: random.Random, count: int, midnight: int, span: int) -> list[Played]:
    """One after the other in the `span` from 7:00 on, with pauses."""
    slot = span // count
    return [
        Played(game, publisher, midnight + 7 * HOUR + number * slot, min(slot, chance.randint(2, 40) * MINUTE), label)
        for number in range(count)
        for game, publisher, label in (chance.choice(GAMES),)
    ]
