"""The place's time zone through the log: pseudonyms change and days are summed up in it. Pure."""

from __future__ import annotations

from rules.calendar import DAY_MS, ZoneError, day_bounds

DEFAULT = "Asia/Ho_Chi_Minh"


class Zones:
    """Changes of the zone, told by `change` in the order of the agent's chain."""

    def __init__(self) -> None:
        self._changes: list[tuple[int, str]] = []

    def change(self, at: int, zone: str) -> None:
        """From the moment `at` on, the place's zone is `zone`."""
        self._changes.append((at, zone))

    @property
    def last(self) -> str:
        """The zone at the end of the log, for showing moments."""
        zone = self._changes[-1][1] if self._changes else DEFAULT
        try:
            day_bounds(zone, 0)
        except ZoneError:
            return DEFAULT
        return zone

    def at(self, moment: int) -> str:
        """The zone in force at a moment. Before the first change it is that one's; without changes, the default."""
        zone = self._changes[0][1] if self._changes else DEFAULT
        for at, changed in self._changes:
            if at <= moment:
                zone = changed
        return zone

    def day(self, moment: int, *others: str) -> tuple[int, int] | None:
        """The day that contains `moment`, as (start, end); None if the zones in force around it and `others` disagree on it."""
        near = {changed for at, changed in self._changes if abs(at - moment) <= DAY_MS}
        try:
            days = {day_bounds(zone, moment) for zone in (self.at(moment), *near, *others)}
        except ZoneError:
            return None
        return days.pop() if len(days) == 1 else None
