"""Lengths of time, as people read them."""

from __future__ import annotations

from i18n.message import Arg, Length, msg

_DAY_MS = 86_400_000


def left(ms: float | None) -> Arg:
    """How long is left; None is no end in sight."""
    if ms is None:
        return msg("no limit")
    if ms <= 0:
        return msg("none left")
    if ms > _DAY_MS:
        return msg("more than a day left")
    return msg("{length} left", length=Length(int(ms)))
