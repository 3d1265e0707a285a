"""Clocks on Linux: each says what the kernel says."""

from __future__ import annotations

import time
from pathlib import Path

from host.clock import SystemClock


def test_readings_are_the_kernels() -> None:
    """Wall, monotonic and boot time lie between two readings of the kernel's own; the boot id is the kernel's."""
    clock = SystemClock()
    for read, truth in (
        (clock.wall, time.CLOCK_REALTIME),
        (clock.mono, time.CLOCK_MONOTONIC),
        (clock.elapsed, time.CLOCK_BOOTTIME),
    ):
        before = time.clock_gettime_ns(truth) // 1_000_000
        assert before <= read() <= time.clock_gettime_ns(truth) // 1_000_000
    assert clock.boot() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
