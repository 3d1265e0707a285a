"""Moments, lengths and days as people write and read them. Inside they are Unix milliseconds and milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

DAY_MS = 86_400_000
_MINUTES = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?", re.ASCII)


def parse_minutes(text: str) -> int:
    """Decimal minutes ("30", "0.5", "0,5") as milliseconds, at most a day. ValueError says what is wrong."""
    if not _MINUTES.fullmatch(text):
        raise ValueError(f"{text!r} không phải số phút, ví dụ 30 hoặc 0.5 / is no number of minutes, such as 30 or 0.5")
    ms = int(Decimal(text.replace(",", ".")) * 60_000)
    if ms > DAY_MS:
        raise ValueError(f"{text} phút nhiều hơn một ngày (1440) / minutes are more than a day (1440)")
    return ms


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD and in no other form. ValueError says what is wrong."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(
            f"{text!r} không phải ngày dạng YYYY-MM-DD, ví dụ 2014-05-01 / is no day as YYYY-MM-DD, such as 2014-05-01"
        )
    return day


def moment(ms: int, zone: str) -> datetime:
    """The moment in that zone, to the millisecond."""
    return datetime.fromtimestamp(ms // 1000, ZoneInfo(zone)) + timedelta(milliseconds=ms % 1000)


def at(when: int | str, now: int, zone: str | None = None) -> str:
    """A moment as read by a person at `now`: 15:04, or 25/11 15:04 on another day, with the year if that is another.

    `when` is RFC 3339, whose own offset is used, or milliseconds, which need a `zone`.
    """
    there = datetime.fromisoformat(when) if isinstance(when, str) else moment(when, zone or "UTC")
    # The offset of the moment itself stands for "here": a day boundary a few hours off across a DST change is still read right.
    here = datetime.fromtimestamp(now / 1000, timezone(there.utcoffset() or timedelta(), "") if there.tzinfo else UTC)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{there:%d/%m %H:%M}" if there.year == here.year else f"{there:%d/%m/%Y %H:%M}"


def length(ms: float) -> tuple[str, str]:
    """A length in Vietnamese and in English, never rounded up: 45 giây, 4 phút 30 giây, 12 phút, 1 giờ 05 phút."""
    seconds = int(ms // 1000)
    minutes, rest = divmod(seconds, 60)
    if minutes == 0:
        return f"{seconds} giây", f"{seconds} s"
    if minutes < 10 and rest:
        return f"{minutes} phút {rest} giây", f"{minutes} min {rest} s"
    if minutes < 60:
        return f"{minutes} phút", f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if minutes == 0:
        return f"{hours} giờ", f"{hours} h"
    return f"{hours} giờ {minutes:02} phút", f"{hours} h {minutes:02} min"


def exact(ms: int) -> tuple[str, str]:
    """A length with everything there is of it, as somebody set it: 20 phút 30 giây, 0,3 giây."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:g}"
    parts = [(str(hours), "giờ", "h"), (str(minutes), "phút", "min"), (seconds, "giây", "s")]
    told = [part for part in parts if part[0] != "0"] or parts[-1:]
    return (
        " ".join(f"{number.replace('.', ',')} {unit}" for number, unit, _ in told),
        " ".join(f"{number} {unit}" for number, _, unit in told),
    )


def both(ms: float) -> str:
    """A length in both languages."""
    return " / ".join(length(ms))


def left(ms: float | None) -> str:
    """How long is left, in both languages; None is no end in sight."""
    if ms is None:
        return "không giới hạn / no limit"
    if ms <= 0:
        return "hết giờ / none left"
    if ms > DAY_MS:
        return "còn hơn một ngày / more than a day left"
    vi, en = length(ms)
    return f"còn {vi} / {en} left"
