"""A beat of a seat that was given extra time ten thousand times: what lapsed with its day costs nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import Row

from agent.api.roster import GrantEvent
from host.clock import SystemClock
from tests.daemon.world import World, limit, roster

GRANTS, BEATS, DAY_MS = 10_000, 50, 86_400_000


def main() -> Iterator[Row]:
    yield Row(f"a beat with {GRANTS} grants of past days", _beats(GRANTS), "ms", 1.0)
    yield Row("… with none", _beats(0), "ms")


def _beats(count: int) -> list[float]:
    """One account plays; milliseconds of each beat. The agent has the grants, and a restart leaves them where they are."""
    clock = SystemClock()
    grants = tuple(
        GrantEvent(
            id=f"g{n}", player="an", by="guardian", who="root", ms=60_000, given=clock.wall() - (2 + n % 6) * DAY_MS - n
        )
        for n in range(count)
    )
    with tempfile.TemporaryDirectory(prefix="gc-bench-") as folder:
        world = World(Path(folder), clock)
        world.start()
        world.adopt(roster(packs=(limit(600),)))
        with world.daemon.store.transaction():
            for event in grants:
                world.daemon._grants.take(event, sent=True)
            world.daemon._grants.write()
        world.kill()
        world.start()
        world.platform.run(1)
        took = []
        for _ in range(BEATS):
            begun = time.perf_counter()
            world.daemon.heart.beat()
            took.append((time.perf_counter() - begun) * 1000)
        world.kill()
    return took
