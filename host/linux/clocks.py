"""Clocks of Linux beside the wall clock (api.Clocks): CLOCK_MONOTONIC, CLOCK_BOOTTIME (clock_gettime(2)); the hardware's."""

from __future__ import annotations

import os
import time
from pathlib import Path

_NS = 1_000_000
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_TOLD = "GIOCHOI_BOOT"
_RTC = Path("/sys/class/rtc/rtc0/since_epoch")
_ADJTIME = Path("/etc/adjtime")


def mono() -> int:
    return time.monotonic_ns() // _NS


def wall() -> int:
    return time.time_ns() // _NS


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


def hardware() -> int | None:
    """Of rtc(4). Where it keeps local time, as beside Windows, /etc/adjtime says so (hwclock(8))."""
    try:
        seconds = int(_RTC.read_text(encoding="ascii"))
    except FileNotFoundError:  # it has none: nothing of it is known at a boot
        return 0
    except (OSError, ValueError):
        return None
    try:
        local = "LOCAL" in _ADJTIME.read_text(encoding="ascii", errors="replace").split()
    except OSError:
        local = False
    return (seconds - time.localtime(seconds).tm_gmtoff if local else seconds) * 1000


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
