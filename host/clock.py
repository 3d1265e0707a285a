"""The only file that reads time. Everything else is given a Clock.

Lengths and moments are whole milliseconds.
"""

from __future__ import annotations

import time
from typing import Protocol

from host import choose
from host.api import Clocks

_NS = 1_000_000
_APART_MS = 2
_TRIES = 5


def wall() -> int:
    """Unix milliseconds, for whoever only shows moments."""
    return time.time_ns() // _NS


class Clock(Clocks, Protocol):
    """The machine's clocks, and the wall clock beside them."""

    def wall(self) -> int:
        """Unix milliseconds. Anybody with rights can step it: never trusted alone."""


def together(clock: Clock) -> tuple[int, int, int]:
    """mono, elapsed and wall of one moment. Where we were held up between them, as on a busy machine, that would look like a
    sleep of the machine, so they are read again.
    """
    found = clock.mono(), clock.elapsed(), clock.wall()
    for _ in range(_TRIES):
        if clock.mono() - found[0] <= _APART_MS:
            break
        found = clock.mono(), clock.elapsed(), clock.wall()
    return found


class SystemClock:
    """The machine's clocks; how they are read differs from system to system."""

    __slots__ = ("_boot", "elapsed", "hardware", "mono", "zone")

    def __init__(self) -> None:
        clocks = choose.clocks()
        self._boot = clocks.boot()
        self.mono = clocks.mono
        self.elapsed = clocks.elapsed
        self.hardware = clocks.hardware
        self.zone = clocks.zone

    def wall(self) -> int:
        return wall()

    def boot(self) -> str:
        return self._boot
