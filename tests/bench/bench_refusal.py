"""From a refused game's exec to its end: with the gate no instruction of it runs, without it the game is ended at its start."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from measure import Row, p99
from world import PLAYER, World, world

STARTS = 50


def main() -> Iterator[Row]:
    with world("touch", gate=True) as (made, _):
        made.say("limit", PLAYER, "0")
        refused, asked = zip(*(_refused(made) for _ in range(STARTS)), strict=True)
    yield Row("gate: refused starts of which nothing ran", refused, "of all", 1.0, "more", of=statistics.mean)
    yield Row("gate: the kernel's question to its answer, whole start, p99", asked, "ms", of=p99)

    with world(gate=False) as (made, _):
        made.say("limit", PLAYER, "0")
        yield Row("no gate: exec to the game's end, p99", [_ended(made) for _ in range(STARTS)], "ms", 50.0, of=p99)


def _refused(made: World) -> tuple[float, float]:
    """1.0 if the start was refused and left no trace, and the milliseconds until the caller was told."""
    trace = made.game.parent / "trace"
    begun = time.perf_counter()
    try:
        made.play(str(trace)).communicate()
    except PermissionError:
        ran = trace.exists()
    else:
        ran = True
    told = (time.perf_counter() - begun) * 1000
    trace.unlink(missing_ok=True)
    return float(not ran), told


def _ended(made: World) -> float:
    begun = time.perf_counter()  # before the fork: the exec itself is a little later, so this never flatters
    game = made.play()
    game.wait(20)
    ended = time.perf_counter()
    game.stdin.close()
    return (ended - begun) * 1000
