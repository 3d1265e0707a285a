"""A place that closes before its hours end: a pack of rules, so that games end by it as always and the log proves it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from rules.calendar import DAY_MS, day_bounds, day_name
from rules.policy import WEEK

PACK: Final = "place-closing"
_MINUTE_MS: Final = 60_000
_MOST_DAYS: Final = 6  # spans are named by the day of the week

_TEXT: Final = """\
id = "{pack}"
jurisdiction = "house"
zone = "{zone}"
source = "giochoi place close"
status = "verified"
title = {{ vi = "Đóng cửa sớm", en = "Closed early" }}
effective = {{ from = {first}, to = {end} }}

[[window]]
id = "early"
cite = "giochoi place close"
status = "verified"
authority = "house"
addressee = "player"
places = ["game-point", "agent-without-games"]
spans = [{spans}]
text = {{ vi = "Điểm đóng cửa từ {at}", en = "The place is closed from {at}" }}
"""


def text(zone: str, since: int, until: int | None) -> str:
    """Of a pack that keeps the place closed from `since` to `until` (Unix ms, whole minutes of `zone`); None: all that day."""
    start, end = day_bounds(zone, since)
    until = min(until or end, start + _MOST_DAYS * DAY_MS)
    spans = [f'{{ span = "{span}", days = ["{day}"] }}' for day, span in _open(zone, since, until)]
    first, last = day_name(zone, since), day_name(zone, until - 1)
    unused = WEEK[(first.weekday() - 1) % 7]  # a rule has to have a span: one of a day on which the pack does not apply
    spans.append(f'{{ span = "00:00-24:00", days = ["{unused}"] }}')
    at = clock(since - start)
    return _TEXT.format(
        pack=PACK, zone=zone, first=first, end=last + timedelta(days=1), spans=", ".join(spans), at=at
    )  # fmt: skip


def _open(zone: str, since: int, until: int) -> Iterator[tuple[str, str]]:
    """What is left of each of these days: the day of the week, and a span of it."""
    at = since
    while at < until:
        start, end = day_bounds(zone, at)
        day = WEEK[day_name(zone, at).weekday()]
        if at > start:
            yield day, f"00:00-{clock(at - start)}"
        if until < end:
            yield day, f"{clock(until - start)}-24:00"
        at = end


def clock(ms: int) -> str:
    """A time of day, HH:MM."""
    return "{:02}:{:02}".format(*divmod(ms // _MINUTE_MS, 60))
