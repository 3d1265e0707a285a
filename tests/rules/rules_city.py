"""A city of players, a day at a time: every start of play is decided, cut at `until`, and accounted for. Run as a program:

    rules_city.py FIRST LAST DAYS

lives the players [FIRST, LAST) through so many days, and after each twelfth of them writes a JSON line: what was done since the
beginning, and the memory in use. What the rules say is held against plain sums of each day of Hanoi, always seven hours
ahead of UTC. The first thing that is not as it should be ends the program with an AssertionError that says which.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from rules.decide import decide
from rules.facts import Facts, Played
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Place, Policy, combine
from rules.usage import account, sums

MARKS = 12
ATTEMPTS = 6  # to play, each day
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
EPOCH, FIRST_DAY = date(1970, 1, 1), date(2026, 1, 1)
MEMORY = 8 * DAY  # a week, and what a session may have from the day before it
VIETNAM = ("vn-147", "vn-game-point")
# id, publisher, label
GAMES = (("lien-quan", "one", 12), ("fc", "one", 0), ("free-fire", "one", 16), ("luanti", None, 0), ("new", "two", None))
SHELVES = ((0, 1, 2), (0, 1, 2), (0, 1, 2), (3,), (4,))  # the games of each one's publisher


@dataclass(slots=True)
class Player:
    """`adult` is the eighteenth birthday as a day since 1970; `counts` has the ms of each game by such a day."""

    born: date
    adult: int
    place: Place
    policy: Policy
    approved: frozenset[str]
    played: tuple[Played, ...] = ()
    over: int = 0
    counts: dict[int, list[int]] = field(default_factory=dict)


class City:
    """The same in every run."""

    def __init__(self, first: int, last: int) -> None:
        self.done: Counter[str] = Counter()
        self._chance = random.Random(first)
        texts = shipped_packs()
        point = combine([parse_pack(texts[name], name) for name in VIETNAM])
        homes = [combine([*point.packs, parse_pack(texts[name], name)]) for name in texts if name.startswith("home-")]
        self._players = [self._player(homes, point) for _ in range(first, last)]

    def live(self, day: int) -> None:
        """One day of everybody, from six in the morning until late in the night."""
        midnight = day * DAY - 7 * HOUR
        span = 18 * HOUR // ATTEMPTS
        for player in self._players:
            player.counts = {one: count for one, count in player.counts.items() if one >= day - 1}
            for attempt in range(ATTEMPTS):
                start = midnight + 6 * HOUR + attempt * span + self._chance.randrange(span)
                self._start(player, max(start, player.over), self._chance.randrange(len(GAMES)))

    def _player(self, homes: list[Policy], point: Policy) -> Player:
        chance = self._chance
        born = FIRST_DAY - timedelta(days=chance.randrange(6 * 365, 21 * 365))
        if chance.random() < 0.02:
            born = date(chance.choice((2008, 2012, 2016)), 2, 29)
        leap = (born.month, born.day) == (2, 29)  # eighteen years later there is no such day
        adult = date(born.year + 18, 3, 1) if leap else born.replace(year=born.year + 18)
        at_home = chance.random() < 0.6
        policy = chance.choice(homes) if at_home else point
        approved = frozenset({"new", "free-fire"} if chance.random() < 0.5 else ())
        return Player(born, (adult - EPOCH).days, "home" if at_home else "game-point", policy, approved)

    def _start(self, player: Player, now: int, game: int) -> None:
        found = decide(player.policy, self._facts(player, now, game))
        self.done[found.verdict] += 1
        assert found.until is None or found.until > now, (player, now, game, found)
        if found.verdict != "allow":
            if found.until is not None and self._chance.random() < 0.05:
                later = decide(player.policy, self._facts(player, found.until, game))
                assert later.verdict != found.verdict, (player, now, game, found)
            return
        end = now + self._chance.randrange(MINUTE, 150 * MINUTE)
        if found.until is not None and found.until <= end:
            end = found.until
            self.done["cut"] += 1
        name, publisher, label = GAMES[game]
        player.played = account(player.played, Played(name, publisher, now, end - now, label), now - MEMORY)
        player.over = end
        self.done["played_ms"] += end - now
        self._count(player, now, end, game)
        if end == found.until and self._chance.random() < 0.05:
            assert decide(player.policy, self._facts(player, end, game)).verdict != "allow", (player, now, game, found)

    def _facts(self, player: Player, now: int, game: int) -> Facts:
        name, publisher, label = GAMES[game]
        return Facts(
            now=now, place=player.place, game=name, publisher=publisher, label=label, born=player.born, guardian=True,
            played=player.played, approved=player.approved,
        )  # fmt: skip

    def _count(self, player: Player, now: int, end: int, game: int) -> None:
        """Adds a play to the day's sums, and holds them against the law and against what the rules add up."""
        name, publisher, label = GAMES[game]
        minor = (now + 7 * HOUR) // DAY < player.adult
        assert player.place == "home" or _open(now, end), (player, now, end)
        assert not minor or label is not None or name in player.approved, (player, now, game)
        while now < end:
            day = (now + 7 * HOUR) // DAY
            midnight = (day + 1) * DAY - 7 * HOUR
            stop = min(end, midnight)
            count = player.counts.setdefault(day, [0] * len(GAMES))
            count[game] += stop - now
            of_publisher = sum([count[one] for one in SHELVES[game]])
            counted = sums(player.played, name, publisher, midnight - DAY, stop)
            assert counted == (count[game], of_publisher, sum(count)), (player, stop)
            if day < player.adult:
                assert count[game] <= 60 * MINUTE, (player, stop)
                assert of_publisher <= 180 * MINUTE, (player, stop)
            now = stop


def _open(now: int, end: int) -> bool:
    """Whether a game point is open in all of [now, end)."""
    opened = (now + 7 * HOUR) // DAY * DAY + HOUR
    return opened <= now and end <= opened + 14 * HOUR


def main(first: int, last: int, days: int) -> None:
    city, process = City(first, last), psutil.Process()
    begun, started = (FIRST_DAY - EPOCH).days, time.process_time()
    for day in range(days):
        city.live(begun + day)
        if (day + 1) * MARKS // days > day * MARKS // days:
            gc.collect()
            memory = {"rss": process.memory_info().rss, "blocks": sys.getallocatedblocks()}
            told = {"day": day + 1, "seconds": time.process_time() - started, **memory, **city.done}
            sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
