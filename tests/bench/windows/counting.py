"""What is counted against what was played: twenty starts of three seconds, by the times that Windows keeps."""

from __future__ import annotations

import time

from house import House, house, lived_s, until

STARTS, SECONDS = 20, 3.0


def measure() -> dict[str, list[float]]:
    """`off`: seconds counted too much (or, negative, too little) in each play."""
    with house() as (made, _):
        return {"off": [_off(made) for _ in range(STARTS)]}


def _off(made: House) -> float:
    before = made.used_s()
    with made.play() as game:
        time.sleep(SECONDS)
        game.kill()
        game.wait()
        true = lived_s(game)
    until(lambda: not made.plays())
    return made.used_s() - before - true
