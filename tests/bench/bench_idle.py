"""What the daemon costs while nothing happens: 300 sleeping processes, one game that runs, three quiet minutes.

Whatever anybody starts makes the daemon look, so windows in which others were busy are left out, and measured anew.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from measure import NotHere, Row
from world import world

SLEEPERS = 300
WINDOW_S, WINDOWS, FEW = 6, 30, 3  # three minutes together; up to so many processes made in a window are quiet


def main() -> Iterator[Row]:
    sleepers = [subprocess.Popen(["sleep", "3600"]) for _ in range(SLEEPERS)]
    try:
        with world(gate=True) as (made, daemon):
            game = made.play()
            time.sleep(5)  # what a start costs is not idling
            quiet = list(itertools.islice(_quiet(daemon.pid), WINDOWS))
            game.communicate()
    finally:
        for sleeper in sleepers:
            sleeper.kill()
        for sleeper in sleepers:
            sleeper.wait()
    if len(quiet) < WINDOWS:
        raise NotHere(f"others start programs all the time: {len(quiet)} of {WINDOWS} quiet windows")
    shares, memory = zip(*quiet, strict=True)
    yield Row(f"daemon idle, {SLEEPERS} processes and a game: of a core", shares, "%", 0.1, of=statistics.mean)
    yield Row("daemon: memory (PSS)", memory, "MiB", 40.0)


def _quiet(pid: int) -> Iterator[tuple[float, float]]:
    """Of each window in which hardly anything was started: percent of a core, and MiB at its end."""
    for _ in range(2 * WINDOWS):
        before, made = _cpu_s(pid), _made()
        time.sleep(WINDOW_S)
        if _made() - made <= FEW:
            yield (_cpu_s(pid) - before) / WINDOW_S * 100, _pss(pid)


def _cpu_s(pid: int) -> float:
    """Seconds that all threads ran, to the nanosecond."""
    return sum(int(file.read_text("ascii").split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def _made() -> int:
    """Processes and threads made since boot."""
    lines = Path("/proc/stat").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("processes "))
