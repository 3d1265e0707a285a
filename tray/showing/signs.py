"""The picture beside what is shown: that of the icon which says the same. Pure."""

from __future__ import annotations

from typing import Final

FREE: Final = "giochoi-free"
OVER: Final = "giochoi-over"
WRONG: Final = "giochoi-unenforced"
ASKS: Final = "giochoi-asks"
PAUSED: Final = "giochoi-paused"
_MINUTE: Final = 60_000
_SOON: Final = 5
_MOST: Final = 99  # minutes that a picture can tell


def of_answer(how: str | None) -> str:
    return OVER if how == "denied" else FREE


def of_minutes(left: int) -> str:
    """To the nearest one, as it is said."""
    minutes = (left + _MINUTE // 2) // _MINUTE
    if minutes > _MOST:
        return FREE
    return f"giochoi-{'soon' if minutes <= _SOON else 'playing'}-{minutes or 'under1'}"
