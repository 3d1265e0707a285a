"""Days by name: days of the week, and the holidays and make-up workdays that a pack knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from rules.policy import DayKind, Pack, Weekday

_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class NamedDays:
    """The days that have one of these names in this pack; no names are all days. A date has one name only."""

    __slots__ = ("_special", "_weekdays", "every")

    def __init__(self, names: Iterable[DayKind], pack: Pack) -> None:
        chosen = frozenset(names)
        self.every = not chosen
        self._weekdays = frozenset(number for number, name in enumerate(_WEEKDAYS) if self.every or name in chosen)
        self._special: dict[int, bool] = {}  # by ordinal
        if not self.every:
            self._special.update((one.toordinal(), "workday" in chosen) for one in pack.workdays)
            self._special.update((one.toordinal(), "holiday" in chosen) for one in pack.holidays)

    def has(self, ordinal: int) -> bool:
        """Whether the date of this ordinal (date.toordinal) is one of them."""
        special = self._special.get(ordinal)
        return (ordinal + 6) % 7 in self._weekdays if special is None else special
