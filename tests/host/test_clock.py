"""Clocks: they pass, and say which boot they count from."""

from __future__ import annotations

import subprocess
import sys
import time

from host.clock import SystemClock, together


def test_all_of_them_pass() -> None:
    """Half a second on the clock of the test is half a second on each, as far as their steps go."""
    clock = SystemClock()
    readings = (clock.wall, clock.mono, clock.elapsed)
    began, before = time.perf_counter(), [read() for read in readings]
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


def test_who_is_held_up_between_two_clocks_reads_them_again(make_clock) -> None:
    """Else a busy machine would seem to have slept."""

    class HeldUp(make_clock):
        def elapsed(self) -> int:
            if self.boots:
                self.boots = 0
                self.run(1_500)
            return super().elapsed()

    clock = HeldUp()
    began = clock.mono()
    mono, elapsed, _ = together(clock)
    assert (mono, elapsed) == (began + 1_500, began + 1_500)
