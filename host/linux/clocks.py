"""Clocks of Linux beside the wall clock (api.Clocks): CLOCK_MONOTONIC, CLOCK_BOOTTIME (clock_gettime(2)); adjtimex(2)."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

_NS = 1_000_000
_TIME_ERROR = 5
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_TOLD = "GIOCHOI_BOOT"
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; zeroed, `modes` 0 only asks


def mono() -> int:
    return time.monotonic_ns() // _NS


def elapsed() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // _NS


def boot() -> str:
    """The kernel's own word or, to a service that sees nothing of /proc but processes (ProcSubset=pid), the service manager's.
    HiddenError: neither.
    """
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return _told_boot()


def _told_boot() -> str:
    from uuid import UUID  # noqa: PLC0415 - readers load this file, and as little else as they can

    from host.api import HiddenError  # noqa: PLC0415 - as above, nothing that needs packages
    from i18n.message import msg  # noqa: PLC0415 - as above

    try:
        return str(UUID(os.environ.get(_TOLD, "")))
    except ValueError:
        told = {"path": str(_BOOT), "setting": f"Environment={_TOLD}=%b"}
        raise HiddenError(msg("{path} is hidden: the service's unit has to say {setting}", **told)) from None


def synchronised() -> bool:
    """False where no time service keeps the clock, or it cannot be asked."""
    state = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    return 0 <= state != _TIME_ERROR


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
