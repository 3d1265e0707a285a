"""Until when, as people type it: 20:00 · fri · "t6 18h" · tomorrow · 28/11/2026 · "2026-11-28 07:00" · RFC 3339."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from cli.errors import CommandError
from cli.given.days import plain, weekday
from cli.given.values import like_a_day, parse_day, parse_time
from i18n.message import Arg, msg, typed
from rules.calendar import unix_ms

_AHEAD: Final = {"today": 0, "hôm nay": 0, "tomorrow": 1, "ngày mai": 1, "mai": 1}


class Until(NamedTuple):
    """A moment `at`; else milliseconds after the midnight of a day: `day` itself, the next `weekday`, or `ahead` of today."""

    of_day: int = 0
    at: int | None = None
    day: date | None = None
    weekday: int | None = None
    ahead: int = 0

    def day_after(self, today: date) -> date:
        """Which day is meant. Today's own weekday is the one in a week."""
        if self.day is not None:
            return self.day
        ahead = self.ahead if self.weekday is None else (self.weekday - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)


def parse_until(text: str) -> Until:
    """CommandError says what is wrong."""
    if "T" in text and text[:1].isdigit():
        return Until(at=_moment(text))
    day, _, time = text.rpartition(" ")
    try:
        of_day = parse_time(time)
    except CommandError:
        return _of_day(text, 0)
    return _of_day(day, of_day) if day else Until(of_day)


def _of_day(text: str, of_day: int) -> Until:
    said = plain(text)
    if said in _AHEAD:
        return Until(of_day, ahead=_AHEAD[said])
    number = weekday(said)
    if number is not None:
        return Until(of_day, weekday=number)
    try:
        day = parse_day(text)
    except CommandError:
        if like_a_day(text):  # one that the calendar lacks
            raise
        day = None
    if day is None or not 1970 < day.year < 9000:
        raise _no_time(text)
    return Until(of_day, day=day)


def _moment(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _no_time(text) from None
    if at.tzinfo is None or not 1970 < at.year < 9000:
        raise _no_time(text)
    return unix_ms(at)


def _no_time(text: str) -> CommandError:
    told: dict[str, Arg] = {"text": typed(text), "time": "21:30", "day": "24/11/2026", "moment": "2026-11-24T21:30:00+07:00"}
    return CommandError(msg("{text} is not a time such as {time}, a day such as fri or {day}, or {moment}", **told))
