"""When a place says that it is open. Pure."""

from __future__ import annotations

import re

GAME_POINT = "game-point"
LAW_HOURS = "08:00-22:00"  # of a game point that says no hours of its own: those of rules/packs/vn-game-point.toml
DAY = 24 * 60
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def said(hours: str) -> bool:
    """Whether these are hours, or none are set."""
    found = _SPAN.fullmatch(hours)
    return not hours or (found is not None and max(opening("", hours)) <= DAY)


def opening(place: str, hours: str) -> tuple[int, int]:
    """From which minute of the day to which, which may be past midnight; the whole day where it says none, as a home does."""
    found = _SPAN.fullmatch(hours or (LAW_HOURS if place == GAME_POINT else ""))
    if found is None:
        return 0, DAY
    first, minutes, last, last_minutes = map(int, found.groups())
    return first * 60 + minutes, last * 60 + last_minutes
