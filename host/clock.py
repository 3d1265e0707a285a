"""The only file that reads time. Everything else is given a Clock.

Lengths and moments are whole milliseconds.
"""

from __future__ import annotations

import time
from typing import Protocol

from host import choose

_NS = 1_000_000


def wall() -> int:
    """Unix milliseconds, for whoever only shows moments."""
    return time.time_ns() // _NS


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

    def zone(self) -> str:
        """What the machine calls its time zone, to notice when somebody changes it; days are computed in the rules' zones."""


class SystemClock:
    """The machine's clocks; which of them do not stop in sleep differs, so that host.api is asked."""

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
