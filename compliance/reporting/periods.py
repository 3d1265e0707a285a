"""Which days a report is about. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Span = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Period:
    """From the day `first` to the day `last`, both of them in it."""

    first: date
    last: date

    def __contains__(self, ordinal: int) -> bool:
        """Whether the day with this number (date.toordinal) is in it."""
        return self.first.toordinal() <= ordinal <= self.last.toordinal()


def period(span: Span, last: date) -> Period:
    """The day, the month or the year that ends with `last`: from the day after the same date of a month or year before, so that
    one follows the other. What ends with a month begins with one.
    """
    if span == "day":
        return Period(last, last)
    months = last.year * 12 + last.month - 1 - (1 if span == "month" else 12)
    year, month = divmod(months, 12)
    if year < 1:
        return Period(date.min, last)
    end = monthrange(year, month + 1)[1]
    whole = last.day == monthrange(last.year, last.month)[1]
    return Period(date(year, month + 1, end if whole else min(last.day, end)) + timedelta(days=1), last)
