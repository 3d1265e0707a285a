"""Kinds of days as people say them: Monday to Friday and Sunday."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from i18n.message import Arg, Day, Listed, msg
from i18n.message import Weekday as DayName
from rules.policy import WEEK

_OTHERS: Final = {"holiday": msg("holidays"), "workday": msg("make-up workdays")}
_ORDER: Final = (*WEEK, *_OTHERS)


def day_or(text: str) -> Arg:
    """An ISO date as it is shown everywhere; a year alone, or whatever else somebody wrote, as it is."""
    try:
        return Day(date.fromisoformat(text)) if len(text) == len("2014-05-01") else text
    except ValueError:
        return text


def spoken(days: Iterable[str]) -> Arg:
    """Three days and more in a row as a run, the others one by one."""
    named = set(days)
    if named >= set(WEEK):
        return msg("every day") if "holiday" in named else msg("every day but holidays")
    runs: list[list[str]] = []
    for day in sorted(named, key=_ORDER.index):
        follows = runs and day in WEEK and _ORDER.index(day) == _ORDER.index(runs[-1][-1]) + 1
        runs[-1].append(day) if follows else runs.append([day])
    told: list[Arg] = []
    for run in runs:
        names = [_OTHERS.get(day) or DayName(WEEK.index(day)) for day in run]
        told += [msg("{first} to {last}", first=names[0], last=names[-1])] if len(run) > 2 else names
    return Listed(tuple(told))
