"""Lengths of time, as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from i18n.message import Arg, Length, Moment, msg
from rules.calendar import rfc3339
from words.shell import whole

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


def elsewhere(place: str, zone: str, now: int, here: tzinfo | None = None) -> Iterator[Arg]:
    """That the clocks of the place's `zone` show another time `now` (Unix ms) than those `here` (None: this PC's), if so."""
    here = here or datetime.fromtimestamp(now / 1000, UTC).astimezone().tzinfo or UTC
    if zone and rfc3339(now, zone) != rfc3339(now, here):
        command = whole(f"giochoi place set {'home' if place == 'home' else '…'} --zone …")
        told: dict[str, Arg] = {"zone": zone, "now": Moment(now, zone, "time"), "command": command}
        yield msg("times are those of {zone}, {now} now; another: {command}", **told)
