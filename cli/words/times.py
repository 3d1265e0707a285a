"""Moments and lengths of time, as people read them."""

from __future__ import annotations

from datetime import datetime

from i18n.message import Arg, Length, Moment, msg

_DAY_MS = 86_400_000


def moment(text: str) -> Moment:
    """What RFC 3339 says, to be shown by its own offset."""
    there = datetime.fromisoformat(text)
    return Moment(round(there.timestamp() * 1000), there.isoformat()[-6:])


def left(ms: float | None) -> Arg:
    """How long is left; None is no end in sight."""
    if ms is None:
        return msg("no limit")
    if ms <= 0:
        return msg("none left")
    if ms > _DAY_MS:
        return msg("more than a day left")
    return msg("{length} left", length=Length(int(ms)))
