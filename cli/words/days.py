"""Names of days as people say them, short for lists and long for sentences. Each in Vietnamese and in English."""

from __future__ import annotations

from collections.abc import Iterable

Both = tuple[str, str]

_ORDER = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday", "workday")
_SHORT: dict[str, Both] = {
    "mon": ("T2", "Mon"), "tue": ("T3", "Tue"), "wed": ("T4", "Wed"), "thu": ("T5", "Thu"), "fri": ("T6", "Fri"),
    "sat": ("T7", "Sat"), "sun": ("CN", "Sun"),
    "holiday": ("ngày lễ", "holidays"), "workday": ("ngày làm bù", "make-up workdays"),
}  # fmt: skip
_LONG: dict[str, Both] = {
    "mon": ("thứ Hai", "Monday"), "tue": ("thứ Ba", "Tuesday"), "wed": ("thứ Tư", "Wednesday"), "thu": ("thứ Năm", "Thursday"),
    "fri": ("thứ Sáu", "Friday"), "sat": ("thứ Bảy", "Saturday"), "sun": ("Chủ nhật", "Sunday"),
    "holiday": ("ngày nghỉ lễ", "holidays"), "workday": ("ngày đi làm bù", "make-up workdays"),
}  # fmt: skip
_WEEK = frozenset(_ORDER[:7])


def short(days: Iterable[str]) -> Both:
    """T2–T6, CN and Mon–Fri, Sun."""
    vi, en = zip(*(_run(run, _SHORT, "–", "–") for run in _runs(days)), strict=True)
    return ", ".join(vi), ", ".join(en)


def spoken(days: Iterable[str]) -> Both:
    """từ thứ Hai đến thứ Sáu và Chủ nhật; with all days of the week but no holidays: ngày không phải ngày lễ."""
    named = set(days)
    if named >= _WEEK:
        return ("mọi ngày", "every day") if "holiday" in named else ("mọi ngày trừ ngày nghỉ lễ", "every day but holidays")
    vi, en = zip(*(_run(run, _LONG, " đến ", " to ") for run in _runs(named)), strict=True)
    return _listed(vi, "và"), _listed(en, "and")


def _listed(words: tuple[str, ...], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _runs(days: Iterable[str]) -> list[list[str]]:
    """Days of the week that follow each other, three or more together; the others alone."""
    runs: list[list[str]] = []
    for day in sorted(set(days), key=_ORDER.index):
        if runs and day in _WEEK and _ORDER.index(day) == _ORDER.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [part for run in runs for part in ([run] if len(run) > 2 else [[day] for day in run])]


def _run(run: list[str], names: dict[str, Both], vi: str, en: str) -> Both:
    first, last = names[run[0]], names[run[-1]]
    return first if len(run) == 1 else (f"{first[0]}{vi}{last[0]}", f"{first[1]}{en}{last[1]}")
