"""A replay as a picture for a terminal: one line a day, midnight to midnight, readable without colours too. Pure.

T3 24/11  │·····································███░░········│  1:30 → 1:00
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from cli.simulate_days import Day, Result
from rules.calendar import DAY_MS, calendar

Line = list[tuple[str, str]]

WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
KEPT, CUT, IDLE = "█", "░", "·"
_STYLES = {KEPT: "green", CUT: "bright_red", IDLE: "dim"}
_WIDTHS = (144, 96, 48)  # cells of 10, 15 and 30 minutes
_LABEL, _NUMBERS = 10, 17
_SKIPPED_DAYS = 4  # so many days without play in a row are one line


def picture(result: Result, width: int) -> Iterator[Line]:
    """The lines, for a terminal of this many columns: months with a heading, days with a bar, the legend first."""
    cells = next((one for one in _WIDTHS if _LABEL + one + _NUMBERS <= width), _WIDTHS[-1])
    yield [*_legend()]
    month, idle = None, list[Day]()
    for day in result.span():
        if not day.stretches:
            idle.append(day)
            continue
        yield from _idle(idle, cells)
        idle.clear()
        if month != (day.day.year, day.day.month):
            month = (day.day.year, day.day.month)
            yield []
            yield [(f"{day.day:%m/%Y}".ljust(_LABEL), "bold"), (_axis(cells), "dim")]
        yield _bar(day, result.zone, cells)


def clock(ms: int) -> str:
    """A length as hours and minutes, 1:05, never rounded up; under a minute in seconds, so that it is not nothing."""
    minutes = ms // 60_000
    return f"{minutes // 60}:{minutes % 60:02}" if minutes or not ms else f"{max(1, ms // 1000)}s"


def label(day: date) -> str:
    """T3 24/11."""
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m}"


def _legend() -> Iterator[tuple[str, str]]:
    names = {KEPT: "được chơi / kept", CUT: "bị cắt / cut", IDLE: "không chơi / no play"}
    for sign, name in names.items():
        yield (sign * 2, _STYLES[sign])
        yield (f" {name}   ", "")


def _idle(days: list[Day], cells: int) -> Iterator[Line]:
    if len(days) >= _SKIPPED_DAYS:
        yield [(f"{'⋮':>{_LABEL - 3}}".ljust(_LABEL), "dim"), (f" {len(days)} ngày không chơi / days without play", "dim")]
        return
    for day in days:
        yield [(label(day.day).ljust(_LABEL), "dim"), (f"│{IDLE * cells}│", "dim")]


def _axis(cells: int) -> str:
    """The hours above the bars."""
    line = [" "] * (cells + 4)
    for hour in range(0, 25, 3):
        at = 1 + hour * cells // 24
        line[at : at + 2] = f"{hour:<2}"
    return "".join(line).rstrip()


def _bar(day: Day, zone: str, cells: int) -> Line:
    ordinal, length = day.day.toordinal(), DAY_MS // cells
    edges = [calendar(zone).moment(ordinal, number * length) for number in range(cells + 1)]
    line: Line = [(label(day.day).ljust(_LABEL), ""), ("│", "dim")]
    signs = [_sign(day, begin, end) for begin, end in pairwise(edges)]
    start = 0
    for at in range(1, cells + 1):
        if at == cells or signs[at] != signs[start]:
            line.append((signs[start] * (at - start), _STYLES[signs[start]]))
            start = at
    told = clock(day.recorded_ms) + (f" → {clock(day.kept_ms)}" if day.cut_ms else "")
    return [*line, ("│", "dim"), (f"  {told}", "")]


def _sign(day: Day, begin: int, end: int) -> str:
    """What a cell shows: whatever was more of it, kept or cut; play as short as it may be is shown."""
    kept = cut = 0
    for one in day.stretches:
        shared = min(one.end, end) - max(one.start, begin)
        if shared > 0:
            kept, cut = (kept, cut + shared) if one.rule else (kept + shared, cut)
    if not kept and not cut:
        return IDLE
    return KEPT if kept > cut else CUT
