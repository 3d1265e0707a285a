"""What the daemon uses of a core while nothing changes: with a game that runs, looking four times a second, and without any."""

from __future__ import annotations

import subprocess
import time

import psutil
from house import house, times, until

WINDOW_S, WINDOWS = 10.0, 6
_SETTLED_S = 5.0


def measure() -> dict[str, list[float]]:
    """Percent of a core in each window, `slow` (every two seconds) and `fast`; `processes` that were there."""
    with house() as (made, daemon):
        slow, few = _windows(daemon)
        with made.play() as game:
            until(made.plays)
            fast, many = _windows(daemon)
            game.kill()
    return {"slow": slow, "fast": fast, "processes": [*few, *many]}


def _windows(daemon: subprocess.Popen[bytes]) -> tuple[list[float], list[int]]:
    time.sleep(_SETTLED_S)  # what a start and our questions cost is not idling
    return tuple(zip(*(_window(daemon) for _ in range(WINDOWS)), strict=True))


def _window(daemon: subprocess.Popen[bytes]) -> tuple[float, int]:
    begun, before = time.perf_counter(), times(daemon)[2]
    time.sleep(WINDOW_S)
    used, took = times(daemon)[2] - before, time.perf_counter() - begun
    return used / took * 100, len(psutil.pids())
