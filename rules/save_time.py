"""The time to save: first nothing happens to a game, then its windows are asked to close, then it is told to end."""

from __future__ import annotations

CLOSE_MS = 10_000  # before the time to save ends windows are asked: so long is there to answer "save?"


def promised(grace: int) -> int:
    """How long of it a game is surely left alone; all of it where it is asked at once, though it may close then."""
    return grace - CLOSE_MS if grace > CLOSE_MS else grace
