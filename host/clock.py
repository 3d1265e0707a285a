"""The only file that reads time. Everything else is given a Clock.

Lengths and moments are whole milliseconds.
"""

from __future__ import annotations

import time
from typing import Protocol

from host import choose
from host.api import Clocks

_NS = 1_000_000


def wall() -> int:
    """Unix milliseconds, for whoever only shows moments."""
    return time.time_ns() // _NS


class Clock(Clocks, Protocol):
    """The machine's clocks, and the wall clock beside them."""

    def wall(self) -> int:
        """Unix milliseconds. Anybody with rights can step it: never trusted alone."""


class SystemClock:
    """The machine's clocks; how they are read differs from system to system."""

    __slots__ = ("_boot", "elapsed", "mono", "synchronised", "zone")

    def __init__(self) -> None:
        clocks = choose.clocks()
        self._boot = clocks.boot()
        self.mono = clocks.mono
        self.elapsed = clocks.elapsed
        self.synchronised = clocks.synchronised
        self.zone = clocks.zone

    def wall(self) -> int:
        return wall()

    def boot(self) -> str:
        return self._boot
