"""Clocks of Linux beside the wall clock (api.Clocks): CLOCK_MONOTONIC, CLOCK_BOOTTIME (clock_gettime(2))."""

from __future__ import annotations

import time
from pathlib import Path

from host.linux.ntp import synchronised

__all__ = ["boot", "elapsed", "mono", "synchronised", "zone"]

_NS = 1_000_000


def mono() -> int:
    return time.monotonic_ns() // _NS


def elapsed() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _NS


def boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def zone() -> str:
    """Of localtime(5); "UTC" where there is no such file, as the manual says."""
    try:
        target = Path("/etc/localtime").readlink()
    except FileNotFoundError:
        return "UTC"
    except OSError:  # a copy instead of a link: Debian keeps the name beside it
        try:
            return Path("/etc/timezone").read_text(encoding="ascii", errors="replace").strip()[:64]
        except OSError:
            return "local"
    return str(target).rpartition("zoneinfo/")[2][:64]
