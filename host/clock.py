"""The only file that reads time. Everything else is given a Clock.

Lengths and moments are whole milliseconds.
"""

from __future__ import annotations

import time
from typing import Protocol

from host import system

_NS = 1_000_000


class Clock(Protocol):
    """Three readings of time, and which boot they belong to."""

    def wall(self) -> int:
        """Unix milliseconds. Anybody with rights can step it: never trusted alone."""

    def mono(self) -> int:
        """Milliseconds that never step and do not pass while the machine sleeps: what play is counted on."""

    def elapsed(self) -> int:
        """Milliseconds since boot that do pass while the machine sleeps: carries trusted wall time forward."""

    def boot(self) -> str:
        """The boot that `mono` and `elapsed` count from."""

    def synchronised(self) -> bool:
        """Whether a time service vouches for `wall`."""


class SystemClock:
    """The machine's clocks: CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME (clock_gettime(2))."""

    __slots__ = ("_boot",)

    def __init__(self) -> None:
        self._boot = system.files().boot()

    def wall(self) -> int:
        return time.time_ns() // _NS

    def mono(self) -> int:
        return time.monotonic_ns() // _NS

    def elapsed(self) -> int:
        # typeshed has neither name on Windows, where SystemClock does not get past __init__ yet.
        elapsed: int = time.clock_gettime_ns(time.CLOCK_BOOTTIME)  # type: ignore[attr-defined,unused-ignore]
        return elapsed // _NS

    def boot(self) -> str:
        return self._boot

    def synchronised(self) -> bool:
        return system.files().synchronised()
