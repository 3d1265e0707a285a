"""Which version is newer, and when one is looked for or tried. Pure."""

from __future__ import annotations

import re
from typing import Final

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,5}")


def parts(version: str) -> tuple[int, ...]:
    """What is compared: 1.0 is 1.0.0. ValueError: no version of ours, which has numbers only."""
    if not _VERSION.fullmatch(version):
        raise ValueError(version)
    numbers = [int(one) for one in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def newer(found: str, ours: str) -> bool:
    """ValueError."""
    return parts(found) > parts(ours)


def due(now: int, tried: int, succeeded: int) -> bool:
    """Whether to look again: once a day, and after a failure once an hour. A clock that went back says nothing."""
    if now < max(tried, succeeded):
        return True
    return now - succeeded >= DAY_MS and now - tried >= HOUR_MS
