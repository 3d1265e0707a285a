"""When a place says that it is open. Pure."""

from __future__ import annotations

import re

from rules.packs.params import SPAN

GAME_POINT = "game-point"
LAW_HOURS = "08:00-22:00"  # of a game point that says no hours of its own: those of rules/packs/vn-game-point.toml
DAY = 24 * 60


def said(hours: str) -> bool:
    """Whether these are hours, or none are set."""
    return not hours or re.fullmatch(SPAN, hours) is not None


def lawful(place: str, hours: str) -> bool:
    """Whether the place may have such hours of its own: the agent takes no others of a game point, and never did."""
    if place != GAME_POINT or not hours:
        return True
    (first, last), (opens, closes) = opening(place, LAW_HOURS), opening(place, hours)
    return first <= opens < closes <= last


def opening(place: str, hours: str) -> tuple[int, int]:
    """From which minute of the day to which, which may be past midnight; the whole day where it says none, as a home does."""
    found = re.fullmatch(SPAN, hours or (LAW_HOURS if place == GAME_POINT else ""))
    if found is None:
        return 0, DAY
    first, minutes, last, last_minutes = found.groups()
    return int(first) * 60 + int(minutes), DAY if last is None else int(last) * 60 + int(last_minutes)
