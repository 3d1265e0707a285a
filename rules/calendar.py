"""Days and times of day in a rule's own zone, as Unix milliseconds.

One idea makes every zone safe: a zone's clock is read as a clock that is never put back. Where the real one is put back (the
end of summer time), ours stands still until the real one has caught up; where the real one jumps ahead, ours jumps too. So it
only ever goes forward, and a date or a time of day begins exactly once: at the first moment at which that clock shows it, or
more. A day is the half-open interval from the beginning of its date to the beginning of the next; it may have 23, 24 or 25
hours, and where a zone skipped a date, none.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TypeVar

from i18n.message import MessageError, msg, typed

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_KEPT = 8192  # looking a year ahead at the ends of a day's windows asks for some thousand
_MORE_THAN_A_DAY = 2 * DAY_MS  # a time of day may be the end of the day
_T = TypeVar("_T")


class ZoneError(MessageError, ValueError):
    """A name that the tz database does not have."""


class Day:
    """One local day: [start, end) in Unix ms, `ordinal` as in date.toordinal, `weekday` 0 (Monday) to 6."""

    __slots__ = ("end", "ordinal", "start", "weekday")

    def __init__(self, start: int, end: int, ordinal: int) -> None:
        self.start = start
        self.end = end
        self.ordinal = ordinal
        self.weekday = (ordinal + 6) % 7


class Calendar:
    """The days of one zone. What was worked out is kept, so asking again costs one dictionary look-up."""

    __slots__ = ("_days", "_info", "_moments", "_months", "_weeks", "zone")

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._info = _zone_info(zone)
        self._days: dict[int, tuple[Day, ...]] = {}  # by day of UTC: the local days that reach into it and were asked for
        self._moments: dict[int, int] = {}  # by date and time of day
        self._weeks: dict[int, tuple[int, int]] = {}  # by the ordinal of the Monday
        self._months: dict[int, tuple[int, int]] = {}  # by the ordinal of a day

    def day(self, at: int) -> Day:
        """The local day that contains the moment `at`."""
        for day in self._days.get(at // DAY_MS, ()):
            if day.start <= at < day.end:
                return day
        return self._find(at)

    def moment(self, ordinal: int, time_of_day: int) -> int:
        """When the clock first shows this time (in ms, 86,400,000 for the end of the day) of this date, or more."""
        key = ordinal * _MORE_THAN_A_DAY + time_of_day
        found = self._moments.get(key)
        if found is None:
            local = datetime.fromordinal(ordinal) + timedelta(milliseconds=time_of_day)
            found = unix_ms(local.replace(tzinfo=self._info))
            if self._reading(found) != local:
                found = self._jump_over(local)
            _keep(self._moments, key, found)
        return found

    def start(self, day: date) -> int:
        """When this date begins."""
        return self.moment(day.toordinal(), 0)

    def week(self, day: Day) -> tuple[int, int]:
        """[start, end) of the day's week, which begins on Monday."""
        monday = day.ordinal - day.weekday
        found = self._weeks.get(monday)
        if found is None:
            found = (self.moment(monday, 0), self.moment(monday + 7, 0))
            _keep(self._weeks, monday, found)
        return found

    def month(self, day: Day) -> tuple[int, int]:
        """[start, end) of the day's month."""
        found = self._months.get(day.ordinal)
        if found is None:
            first = date.fromordinal(day.ordinal).replace(day=1)
            found = (self.start(first), self.start((first + timedelta(days=31)).replace(day=1)))
            _keep(self._months, day.ordinal, found)
        return found

    def _find(self, at: int) -> Day:
        ordinal = self._reading(at).toordinal()
        start, end = self.moment(ordinal, 0), self.moment(ordinal + 1, 0)
        while at >= end:  # the real clock shows the old date once more after it was put back over midnight
            ordinal, start, end = ordinal + 1, end, self.moment(ordinal + 2, 0)
        day = Day(start, end, ordinal)
        _keep(self._days, at // DAY_MS, (*self._days.get(at // DAY_MS, ()), day))
        return day

    def _reading(self, at: int) -> datetime:
        """What the real clock shows, naive."""
        return (_EPOCH + at * _MILLISECOND).astimezone(self._info).replace(tzinfo=None)

    def _jump_over(self, local: datetime) -> int:
        """The moment of the jump ahead that left out `local`: the first at which the reading is past it."""
        early = unix_ms(local.replace(tzinfo=self._info, fold=1))  # with the offset after the jump: before it
        late = unix_ms(local.replace(tzinfo=self._info, fold=0))  # with the offset before the jump: after it
        while late - early > 1:
            middle = (early + late) // 2
            if self._reading(middle) < local:
                early = middle
            else:
                late = middle
        return late


def _keep(kept: dict[int, _T], key: int, value: _T) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = value


def _zone_info(zone: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the tz database, such as "Asia"
        raise no_zone(zone) from None


def no_zone(name: str) -> ZoneError:
    return ZoneError(msg("there is no time zone {name}: write one such as Asia/Ho_Chi_Minh", name=typed(name[:60])))


@lru_cache(maxsize=64)
def calendar(zone: str) -> Calendar:
    """The calendar of a zone of the tz database. ZoneError if that name is not in it."""
    return Calendar(zone)


def day_bounds(zone: str, at: int) -> tuple[int, int]:
    """(start, end) of the local day that contains `at`, in Unix ms."""
    day = calendar(zone).day(at)
    return day.start, day.end


def day_name(zone: str, at: int) -> date:
    """The date of the local day that contains `at`."""
    return date.fromordinal(calendar(zone).day(at).ordinal)


def rfc3339(at: int, zone: str | tzinfo) -> str:
    """A moment (Unix ms) as 2026-11-24T21:55:00+07:00, with milliseconds only where there are some."""
    there = _zone_info(zone) if isinstance(zone, str) else zone
    return (_EPOCH + at * _MILLISECOND).astimezone(there).isoformat(timespec="milliseconds" if at % 1000 else "seconds")


def unix_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def birthday(born: date, years: int) -> date:
    """The date from which somebody is `years` old: the birthday itself. Born on 29 February: 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age_on(born: date, day: date) -> int:
    """Whole years on that day, at least 0: a year of birth alone is told as its last day, which may lie ahead."""
    return max(0, day.year - born.year - (day < birthday(born, day.year - born.year)))
