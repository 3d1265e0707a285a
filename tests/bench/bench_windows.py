"""The daemon on Windows, in the lab (tests/lab/windows): how fast, how exact and how cheap it is by polling, and the demo.

Wine does part of a process's work in its server, whose time serves all: of processor time only the daemon's own can be told.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import RUNS, NotHere, Row, p99

TREE = Path(__file__).resolve().parents[2]
LAB = TREE / "tests" / "lab" / "windows"


def main() -> Iterator[Row]:
    if os.geteuid() != 0 or platform.machine() != "x86_64":
        raise NotHere("the lab needs root on x86_64")
    made = _run("python", "-c", "")  # and with that makes the lab, where it is not there yet
    if made.returncode:
        raise NotHere(f"the lab cannot be had: {_last_line(made.stderr)}")
    yield from _refusal()
    yield from _idle()
    off = _measured("counting")["off"]
    yield Row("Windows: play counted against true, off in 60 s together", off, "s", 0.3, of=lambda each: abs(sum(each)))
    yield Row("Windows: the demo, whole", [_demo() for _ in range(RUNS)], "s", 90.0, of=max)


def _refusal() -> Iterator[Row]:
    found = _measured("refusal")
    ours, bare = ([ms for one in found[which] for ms in one] for which in ("ours", "bare"))
    yield Row("Windows, by polling: start to the game's end, p50", ours, "ms", 180.0)
    yield Row("Windows, by polling: start to the game's end, p99", ours, "ms", 400.0, of=p99)
    yield Row("Windows, a bare poll of pids at 100 ms: the same, p50", bare, "ms")
    yield Row("Windows, a bare poll of pids at 100 ms: the same, p99", bare, "ms", of=p99)
    for name, of in (("p50", statistics.median), ("p99", p99)):
        times = [of(mine) / of(theirs) for mine, theirs in zip(found["ours"], found["bare"], strict=True)]
        yield Row(f"Windows: ours to the bare poll's, {name} of each round", times, "times")


def _idle() -> Iterator[Row]:
    found = _measured("idle")
    here = f"{statistics.median(found['processes']):.0f} processes: the daemon's own time (not Wine's server's), of a core"
    yield Row(f"Windows at 250 ms, a game and {here}", found["fast"], "%", 1.5, of=statistics.mean)
    yield Row(f"Windows at 2 s, no game and {here}", found["slow"], "%", 0.3, of=statistics.mean)


def _demo() -> float:
    begun = time.perf_counter()
    done = _run("python", "-m", "cli", "demo")
    if done.returncode:
        raise RuntimeError(f"the demo failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - begun


def _measured(what: str) -> Any:
    """What tests/bench/windows measured in the lab."""
    done = _run("python", "-m", "tests.bench.windows", what)
    if done.returncode:
        raise RuntimeError(f"{what}, in the lab: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(LAB), "run", *words], cwd=TREE, capture_output=True, encoding="utf-8", errors="replace",
                          check=False, input="")


def _last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "–")
