"""Many short plays, counted against true: a second that is lost at each start or end would show here."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from measure import Row, runs
from world import World, until, world

STARTS, SECONDS = 50, 1.2


def main() -> Iterator[Row]:
    with world(gate=True) as (made, _), prompt():
        errors = [_error(made) for _ in range(runs(STARTS))]
    yield Row("gate: counted against true, off in 60 s (50 starts)", errors, "s", 0.05 * len(errors) / STARTS,
              of=lambda each: abs(sum(each)))


@contextmanager
def prompt() -> Iterator[None]:
    """This process runs as soon as it can: its stamps would be late by as long as it waits for a processor."""
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _error(made: World) -> float:
    """Seconds counted too much (or, negative, too little) in one play, from its exec, after which Popen returns, to its end."""
    before = made.played_ms()
    game = made.play()
    begun = time.clock_gettime(time.CLOCK_MONOTONIC)
    until(made.playing)
    time.sleep(max(0.0, SECONDS - (time.clock_gettime(time.CLOCK_MONOTONIC) - begun)))
    game.stdin.close()
    game.wait()
    true = time.clock_gettime(time.CLOCK_MONOTONIC) - begun
    until(lambda: not made.playing())
    return (made.played_ms() - before) / 1000 - true
