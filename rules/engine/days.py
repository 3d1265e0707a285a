"""Days by name: days of the week, and the holidays and make-up workdays that a pack knows."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from rules.policy import WEEK, DayKind, Pack


class NamedDays:
    """The days that have one of some names. A date has one name only; no names are all days."""

    __slots__ = ("_special", "_weekdays", "every")

    def __init__(self, names: tuple[DayKind, ...], holidays: tuple[date, ...], workdays: tuple[date, ...]) -> None:
        self._weekdays = frozenset(number for number, name in enumerate(WEEK) if not names or name in names)
        special = {one.toordinal(): not names or "workday" in names for one in workdays}
        special.update((one.toordinal(), not names or "holiday" in names) for one in holidays)
        self.every = len(self._weekdays) == len(WEEK) and all(special.values())
        self._special: dict[int, bool] = {} if self.every else special  # by ordinal

    def has(self, ordinal: int) -> bool:
        """Whether the date of this ordinal (date.toordinal) is one of them."""
        special = self._special.get(ordinal)
        return (ordinal + 6) % 7 in self._weekdays if special is None else special


_known = lru_cache(maxsize=1024)(NamedDays)  # each birth date has limits of its own, and all of a pack share these


def named_days(names: tuple[DayKind, ...], pack: Pack) -> NamedDays:
    """The days with these names in this pack."""
    return _known(names, pack.holidays, pack.workdays)


def day_names(pack: Pack) -> tuple[DayKind, ...]:
    """Every name that a date can have in this pack."""
    more: list[DayKind] = []
    more += ["holiday"] if pack.holidays else []
    more += ["workday"] if pack.workdays else []
    return (*WEEK, *more)
