"""What the daemon costs while nothing happens: 300 sleeping processes, one game that runs, three quiet minutes; with all of its
processes, those that read and run errands for it too.

Whatever anybody starts makes the daemon look, so windows in which others were busy are left out, and measured anew.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from measure import NotHere, Row
from world import running, world

SLEEPERS = 300
WINDOW_S, WINDOWS, FEW = 6, 30, 3  # three minutes together; up to so many processes made in a window are quiet
_IDLE_SHARE = 0.05 / 60 * 100  # percent: 0.05 s of a processor in a minute


class Window(NamedTuple):
    """Percent of a core and MiB, of the daemon itself and of all its processes; how often any of them woke in a minute."""

    share: float
    share_of_all: float
    memory: float
    memory_of_all: float
    wakes: float


class Used(NamedTuple):
    cpu_s: float
    times: int


def main() -> Iterator[Row]:
    with running(["sleep", "3600"], SLEEPERS), world(gate=True) as (made, daemon):
        game = made.play()
        time.sleep(5)  # what a start costs is not idling
        quiet = list(itertools.islice(_quiet(daemon.pid), WINDOWS))
        game.communicate()
    if len(quiet) < WINDOWS:
        raise NotHere(f"others start programs all the time: {len(quiet)} of {WINDOWS} quiet windows")
    found = Window(*zip(*quiet, strict=True))
    yield Row(f"daemon idle, {SLEEPERS} processes and a game: of a core", found.share, "%", _IDLE_SHARE, of=statistics.mean)
    yield Row("… with its readers and errands", found.share_of_all, "%", _IDLE_SHARE, of=statistics.mean)
    yield Row("… how often it wakes, a minute", found.wakes, "", 90, of=statistics.mean)
    yield Row("daemon: memory (PSS)", found.memory, "MiB", 32.0)
    yield Row("… with its readers and errands", found.memory_of_all, "MiB", 60.0)


def _quiet(pid: int) -> Iterator[Window]:
    """Of each window in which hardly anything was started."""
    for _ in range(2 * WINDOWS):
        before, made = _used(pid), _made()
        time.sleep(WINDOW_S)
        if _made() - made > FEW:
            continue
        now = _used(pid)
        spent = {one: now[one].cpu_s - before[one].cpu_s for one in now.keys() & before.keys()}
        wakes = sum(now[one].times - before[one].times for one in spent)
        memory = {one: _pss(one) for one in now}
        yield Window(
            spent[pid] / WINDOW_S * 100, sum(spent.values()) / WINDOW_S * 100, memory[pid], sum(memory.values()),
            wakes / WINDOW_S * 60,
        )  # fmt: skip


def _used(pid: int) -> dict[int, Used]:
    """Seconds that all threads ran, to the nanosecond, and how often; of it and all that it started."""
    found, pids = {}, [pid]
    for one in pids:
        threads = list(Path(f"/proc/{one}/task").iterdir())
        pids += [int(child) for thread in threads for child in (thread / "children").read_text("ascii").split()]
        spent = [(thread / "schedstat").read_text("ascii").split() for thread in threads]
        found[one] = Used(sum(int(ns) for ns, _, _ in spent) / 1e9, sum(int(times) for _, _, times in spent))
    return found


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def _made() -> int:
    """Processes and threads made since boot."""
    lines = Path("/proc/stat").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("processes "))
