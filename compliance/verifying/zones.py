"""The place's time zone through the log: pseudonyms change and days are summed up in it. Pure.

A seat goes by the zone of the last list that it got, so around a change either may have held: what is asked is asked of each.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from rules.calendar import DAY_MS, ZoneError, calendar, day_bounds

DEFAULT = "Asia/Ho_Chi_Minh"
QUARTER_MS = 900_000  # of an hour: every zone's days begin at one
_MOST = 8  # zones around one moment: who names more changes them only to be asked of none
_NEAR = 1  # days around a change in which either zone may have held
LATELY = 7  # how long a seat may go on by the zone that it knew


class Zones:
    """Changes of the zone, told by `change` in the order of the agent's chain."""

    def __init__(self) -> None:
        self._at: list[int] = []
        self._zones: list[str] = []
        self._dates: dict[int, frozenset[int]] = {}
        self._day = (0, 0)  # the last one of which there is no doubt
        self._changed: dict[int, dict[str, tuple[int, int]]] = {}  # by the day since 1970: the first and last change of each

    def change(self, at: int, zone: str) -> None:
        """From the moment `at` on, the place's zone is `zone`."""
        before = self._zones[-1] if self._zones else zone
        self._at.append(max(at, self._at[-1] if self._at else at))
        self._zones.append(zone)
        self._dates.clear()
        self._day = (0, 0)
        if zone == before:
            return
        for day in range(-1, LATELY + 2):
            known = self._changed.setdefault(at // DAY_MS + day, {})
            for one in (before, zone) if len(known) < _MOST else ():
                known[one] = (known[one][0] if one in known else at, at)

    @property
    def last(self) -> str:
        """The zone at the end of the log, for showing moments."""
        zone = self._zones[-1] if self._zones else DEFAULT
        try:
            day_bounds(zone, 0)
        except ZoneError:
            return DEFAULT
        return zone

    def at(self, moment: int) -> str:
        """The zone in force at a moment. Before the first change it is that one's; without changes, the default."""
        return self._zones[max(0, bisect_right(self._at, moment) - 1)] if self._zones else DEFAULT

    def around(self, moment: int) -> list[str]:
        """All zones that may have been in force then, the most likely first; those that no calendar has left out."""
        return self._of(moment, _NEAR * DAY_MS)

    def lately(self, moment: int) -> list[str]:
        """The same, also those by which a seat may have gone on that has not heard of the last changes for days."""
        return self._of(moment, LATELY * DAY_MS)

    def _of(self, moment: int, after: int) -> list[str]:
        """`after` a change, or a day before, either zone may have held."""
        if not (changed := self._changed.get(moment // DAY_MS, {}).items()):
            return [zone if known(zone := self.at(moment)) else DEFAULT]
        near = [zone for zone, (first, last) in changed if first - DAY_MS <= moment <= last + after]
        return [zone for zone in dict.fromkeys((self.at(moment), *near)) if known(zone)] or [DEFAULT]

    def days(self, moment: int) -> set[tuple[int, int]]:
        """The day of `moment`, as (start, end), by each zone around it."""
        if moment // DAY_MS in self._changed:
            return {day_bounds(zone, moment) for zone in self.around(moment)}
        start, end = self._day
        if not start <= moment < end:
            (zone,) = self.around(moment)
            self._day = day_bounds(zone, moment)
        return {self._day}

    def dates(self, moment: int) -> frozenset[int]:
        """Which day it may have been to a seat that had not heard of the last changes, as in date.toordinal."""
        quarter = moment // QUARTER_MS
        found = self._dates.get(quarter)
        if found is None:
            found = self._dates[quarter] = frozenset(calendar(zone).day(moment).ordinal for zone in self.lately(moment))
        return found


@lru_cache
def known(zone: str) -> bool:
    try:
        day_bounds(zone, 0)
    except ZoneError:
        return False
    return True
