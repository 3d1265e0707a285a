"""Without the gate: how long a refused game runs from its exec to its end, by process events. Needs root."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row, p99

from daemon.platforms import choose
from daemon.platforms.api import Observation, ProgramStarted, Refusals
from host.clock import SystemClock
from rules.games import Catalogue
from tests.contracts.programs import Launcher, copy_with_own_build

_STARTS = 200


def main() -> Iterator[Row]:
    if os.geteuid() != 0:
        raise NotHere("needs root")
    launcher = Launcher()
    with tempfile.TemporaryDirectory(prefix="gc-") as folder:
        game = copy_with_own_build("/bin/sleep", Path(folder) / "game")
        unwatched = [launcher("life", args=["/bin/true"])["ms"] for _ in range(20)]
        lives = asyncio.run(_lives(launcher, Path(folder) / "game", Catalogue([game])))
    launcher.close()
    yield Row("a program that ends by itself at once (raw limit)", unwatched, "ms")
    yield Row("a game's exec to its end by events, median", lives, "ms", of=statistics.median)
    yield Row("a game's exec to its end by events, p99", lives, "ms", bound=50, of=p99)


async def _lives(launcher: Launcher, path: Path, catalogue: Catalogue) -> list[float]:
    watcher, control = (platform := choose.platform(SystemClock(), ())).watcher, platform.control

    def sink(seen: Observation) -> None:
        if isinstance(seen, ProgramStarted) and catalogue.recognise(seen.program):
            control.end(*seen.program.identity)

    watcher.start(sink)
    watcher.refuse(Refusals(catalogue, {}))
    try:
        return [(await launcher.aside("life", args=[str(path), "5"]))["ms"] for _ in range(_STARTS)]
    finally:
        watcher.stop()
