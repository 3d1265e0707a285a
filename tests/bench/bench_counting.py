"""What is counted against what was played: twenty starts of three seconds, held against stamps that the daemon does not see."""

from __future__ import annotations

import time
from collections.abc import Iterator

from measure import Row
from world import World, until, world

STARTS, SECONDS = 20, 3.0


def main() -> Iterator[Row]:
    with world(gate=False) as (made, _):
        errors = [_error(made) for _ in range(STARTS)]
    yield Row("play counted against true, off in 60 s together", errors, "s", 0.1, of=lambda each: abs(sum(each)))


def _error(made: World) -> float:
    """Seconds counted too much (or, negative, too little) in one play."""
    before = made.used_s()
    begun = time.clock_gettime(time.CLOCK_MONOTONIC)
    game = made.play()
    time.sleep(SECONDS)
    game.communicate()
    true = time.clock_gettime(time.CLOCK_MONOTONIC) - begun

    def settled() -> bool:
        games = made.say("status")["players"][0]["games"]
        return not any(game["running"] for game in games)

    until(settled)
    return made.used_s() - before - true
