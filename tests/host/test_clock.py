"""Clocks: they pass, and say which boot they count from."""

from __future__ import annotations

import subprocess
import sys
import time

from host.clock import SystemClock


def test_all_of_them_pass() -> None:
    """Half a second on the clock of the test is half a second on each, as far as their steps go."""
    clock = SystemClock()
    readings = (clock.wall, clock.mono, clock.elapsed)
    before, began = [read() for read in readings], time.perf_counter()
    time.sleep(0.5)
    after, took = [read() for read in readings], (time.perf_counter() - began) * 1000
    assert all(400 < new - old < took + 100 for old, new in zip(before, after, strict=True)), (before, after, took)


def test_elapsed_is_never_behind_mono() -> None:
    """What passes in sleep as well is at least what passes without."""
    clock = SystemClock()
    assert clock.mono() <= clock.elapsed() + 20  # milliseconds: a step of the coarser one


def test_another_process_is_in_the_same_boot() -> None:
    """The boot is the machine's, not the process's."""
    code = "from host.clock import SystemClock; print(SystemClock().boot())"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, input=b"").stdout
    assert told.decode().strip() == SystemClock().boot()
