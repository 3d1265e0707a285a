"""What the daemon costs while nothing happens: 300 sleeping processes, one game that runs, three minutes."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from measure import RUNS, Row
from world import world

SLEEPERS, MINUTES = 300, 3


def main() -> Iterator[Row]:
    sleepers = [subprocess.Popen(["sleep", "3600"]) for _ in range(SLEEPERS)]
    try:
        with world(gate=True) as (made, daemon):
            game = made.play()
            time.sleep(5)  # what a start costs is not idling
            watched = psutil.Process(daemon.pid)
            shares, memory = zip(*(_window(watched, MINUTES * 60 / RUNS) for _ in range(RUNS)), strict=True)
            game.communicate()
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for sleeper in sleepers:
            sleeper.wait()
    yield Row(f"daemon idle, {SLEEPERS} processes and a game: of a core", shares, "%", 0.1, of=statistics.mean)
    yield Row("daemon: memory (PSS)", memory, "MiB", 40.0)


def _window(process: psutil.Process, seconds: float) -> tuple[float, float]:
    """Percent of a core over the window, and MiB at its end."""
    before = _cpu(process)
    time.sleep(seconds)
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
    pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return (_cpu(process) - before) / seconds * 100, pss / 1024


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
