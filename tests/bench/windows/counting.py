"""What is counted against what was played: twenty starts of three seconds, by the times that Windows keeps."""

from __future__ import annotations

import time

from tests.bench.windows.house import House, house, lived_s, until

STARTS, SECONDS = 20, 3.0


def measure() -> dict[str, list[float]]:
    """`off`: seconds counted too much (or, negative, too little) in each play."""
    with house() as made:
        counted, off = made.used_s(), []
        for _ in range(STARTS):
            true, before = _play(made), counted
            counted = made.used_s()
            off.append(counted - before - true)
    return {"off": off}


def _play(made: House) -> float:
    """Seconds that a play really lasted; the daemon has seen its end."""
    with made.play() as game:
        time.sleep(SECONDS)
        game.kill()
        game.wait()
        true = lived_s(game)
    until(lambda: not made.plays())
    return true
