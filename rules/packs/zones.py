"""The time zones that a pack or a place may name: those that mean the same on every machine."""

from __future__ import annotations

import zoneinfo
from functools import cache

from rules.calendar import no_zone

# Files beside the zones that say what this machine's own zone is, or that nobody has set one.
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def zones() -> frozenset[str]:
    """All of them. Reads the headers of some hundred files, once."""
    return frozenset(zoneinfo.available_timezones()) - _NO_ZONES


def known_zone(name: str) -> str:
    """The same name. ZoneError if it does not mean the same everywhere."""
    if name not in zones():
        raise no_zone(name)
    return name
