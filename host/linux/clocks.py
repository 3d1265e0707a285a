"""Clocks of Linux beside the wall clock (system.Clocks): CLOCK_MONOTONIC, CLOCK_BOOTTIME (clock_gettime(2))."""

from __future__ import annotations

import time
from pathlib import Path

from host.linux.ntp import synchronised

__all__ = ["boot", "elapsed", "mono", "synchronised"]

_NS = 1_000_000


def mono() -> int:
    return time.monotonic_ns() // _NS


def elapsed() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _NS


def boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
