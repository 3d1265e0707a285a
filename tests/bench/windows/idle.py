"""What the daemon uses of a core while nothing changes: with a game that runs, looking four times a second, and without any.

Wine tells no process what another one used (GetProcessTimes gives 0), so it is read from Linux, which drive Z: leads to.
"""

from __future__ import annotations

import time
from pathlib import Path

import psutil

from tests.bench.windows.house import House, house, until

WINDOW_S, WINDOWS = 10.0, 5
_SETTLED_S = 5.0
_PROC = Path("Z:/proc")


def measure() -> dict[str, list[float]]:
    """Percent of a core in each window, `slow` (every two seconds) and `fast`; `processes` that were there."""
    with house() as made:
        daemon = _on_linux("daemon", made)
        slow, few = _windows(daemon)
        with made.play() as game:
            until(made.plays)
            fast, many = _windows(daemon)
            game.kill()
    return {"slow": slow, "fast": fast, "processes": [*few, *many]}


def _on_linux(room: str, made: House) -> Path:
    """The folder in /proc of this house's server."""
    for file in _PROC.glob("[0-9]*/cmdline"):
        words = file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        if f"-m {room} --home {made.home}" in words:
            return file.parent
    raise RuntimeError(f"no {room} in {_PROC}")


def _windows(daemon: Path) -> tuple[list[float], list[int]]:
    time.sleep(_SETTLED_S)  # what a start and our questions cost is not idling
    return tuple(zip(*(_window(daemon) for _ in range(WINDOWS)), strict=True))


def _window(daemon: Path) -> tuple[float, int]:
    begun, before = time.perf_counter(), _cpu_s(daemon)
    time.sleep(WINDOW_S)
    used, took = _cpu_s(daemon) - before, time.perf_counter() - begun
    return used / took * 100, len(psutil.pids())


def _cpu_s(process: Path) -> float:
    """Seconds that all its threads ran, to the nanosecond."""
    return sum(int(file.read_text("ascii").split()[0]) for file in (process / "task").glob("*/schedstat")) / 1e9
