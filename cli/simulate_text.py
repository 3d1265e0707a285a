"""A replay in words and numbers, laid out for a terminal of any width: by day, and by rule. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cli.simulate_days import Day, Result
from cli.simulate_picture import Line, clock, label
from cli.times import length

_HEADS = (("Ngày", "Day"), ("Đã chơi", "Played"), ("Được", "Kept"), ("Cắt", "Cut"), ("Chặn", "Refused"), ("Dừng", "Ended"))
_WIDTHS = (10, 9, 8, 8, 9, 7)
_LEFT = sum(_WIDTHS)
_HANG = 16


def headline(found: Result) -> tuple[str, str]:
    """The answer in one sentence, in Vietnamese and in English."""
    (played_vi, played), (kept_vi, kept), (cut_vi, cut) = map(length, (found.recorded_ms, found.kept_ms, found.cut_ms))
    if not found.rules:
        return (f"Đã chơi {played_vi}; các quy tắc này không cắt gì.", f"Played {played}; these rules would have cut nothing.")
    share = f"{found.cut_ms * 100 // max(1, found.recorded_ms)}%"
    return (
        f"Đã chơi {played_vi}; được chơi {kept_vi}, bị cắt {cut_vi} ({share}).",
        f"Played {played}; {kept} would have been kept, {cut} cut ({share}).",
    )


def days(found: Result, width: int) -> Iterator[Line]:
    """One row a day with play: hours and minutes, how often a start was refused or a play ended, and the rules that did it."""
    for number in (0, 1):
        heads = "".join(head[number].ljust(wide) for head, wide in zip(_HEADS, _WIDTHS, strict=True))
        yield [(heads + ("Vì", "Because")[number], "bold")]
    short = _short_names(found)
    for day in found.days:
        yield from _day(day, short, width)
    total = ("Tổng/All", *_numbers(found))
    yield [("".join(cell.ljust(wide) for cell, wide in zip(total, _WIDTHS, strict=True)), "bold")]


def rules(found: Result, width: int) -> Iterator[Line]:
    """Each rule that cut: how much, how often, what it says and where that stands."""
    yield [("Cắt".ljust(8) + "Lần".ljust(_HANG - 8) + "Quy tắc", "bold")]
    yield [("Cut".ljust(8) + "Times".ljust(_HANG - 8) + "Rule", "bold")]
    for one in found.rules:
        numbers = clock(one.ms).ljust(8) + str(one.times).ljust(_HANG - 8)
        yield [(numbers, ""), (one.reason.rule, "bold")]
        for text, style in ((one.reason.cite, ""), (one.reason.text.vi, "dim"), (one.reason.text.en, "dim")):
            for line in textwrap.wrap(text, max(30, width - _HANG)):
                yield [(" " * _HANG + line, style)]


def _day(day: Day, short: dict[str, str], width: int) -> Iterator[Line]:
    # A rule and its time stay on one line, so the space between them is a fixed one until the text is wrapped.
    because = ", ".join(f"{short[rule]}\u00a0{clock(ms)}" for rule, ms in day.by_rule.items()) or "–"
    first, *more = textwrap.wrap(because, max(20, width - _LEFT), break_on_hyphens=False)
    cells = (label(day.day), *_numbers(day))
    yield [("".join(cell.ljust(wide) for cell, wide in zip(cells, _WIDTHS, strict=True)) + first.replace("\u00a0", " "), "")]
    for line in more:
        yield [(" " * _LEFT + line.replace("\u00a0", " "), "")]


def _numbers(one: Day | Result) -> tuple[str, ...]:
    cut = clock(one.cut_ms) if one.cut_ms else "–"
    refused, ended = (str(number) if number else "–" for number in (one.refused, one.ended))
    return (clock(one.recorded_ms), clock(one.kept_ms), cut, refused, ended)


def _short_names(found: Result) -> dict[str, str]:
    """Rules without their pack's name, where that is enough to tell them apart."""
    names = [one.reason.rule for one in found.rules]
    ends = [name.rpartition(".")[2] for name in names]
    return {name: end if ends.count(end) == 1 else name for name, end in zip(names, ends, strict=True)}
