"""The verifier's only look at a clock: it is a program of its own, which is carried without `host`."""

from __future__ import annotations

import time


def wall() -> int:
    """Unix milliseconds, to know how old a cosignature is."""
    return time.time_ns() // 1_000_000
