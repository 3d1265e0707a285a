"""A replay as a calendar in one SVG file: months as on a wall, in each day its hours. Pure.

Self-contained: no script, no font, no address. Kept and cut differ in colour and in pattern, so that a black-and-white printer
and every kind of eye tell them apart; dark viewers get dark paper, printers white.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import groupby

from cli.output import clean
from cli.simulate_days import Day, Result
from cli.simulate_picture import clock
from cli.times import length
from rules.calendar import calendar

_WIDTH, _MARGIN = 800, 28
_COLUMN, _ROW, _GAP = (_WIDTH - 2 * _MARGIN + 4) / 7, 66, 4
_BAR_TOP, _BAR = 27, 14
_HOUR = 3_600_000
_WEEKDAYS = ("T2 / Mon", "T3 / Tue", "T4 / Wed", "T5 / Thu", "T6 / Fri", "T7 / Sat", "CN / Sun")
_STYLE = """
text { font: 12px system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1d232b }
.paper { fill: #ffffff } .h { font-size: 22px; font-weight: 700 } .m { font-size: 16px; font-weight: 700 }
.b { font-size: 14px } .soft { fill: #5b6571 } .n { font-weight: 600; font-size: 13px }
.cell { fill: none; stroke: #c9d0d8 } .off { stroke: #e6e9ed } .track { fill: #eef1f4 } .tick { stroke: #aab3bd }
.kept { fill: #1668b8 } .cut { fill: #f6b88a } .hatch { stroke: #b33c00; stroke-width: 2 }
.kept-t { fill: #10559a; font-weight: 600 } .cut-t { fill: #a83800; font-weight: 600 }
@media screen and (prefers-color-scheme: dark) {
text { fill: #e6eaef } .paper { fill: #14181d } .soft { fill: #9aa5b1 } .cell { stroke: #3b444e } .off { stroke: #262c33 }
.track { fill: #262c33 } .tick { stroke: #55606c } .kept { fill: #5aa9f5 } .cut { fill: #7a3a12 } .hatch { stroke: #ff9d5c }
.kept-t { fill: #8cc4fa } .cut-t { fill: #ffb07c } }
"""
_HATCH = (
    '<pattern id="gc-cut" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="cut" width="5" height="5"/><path class="hatch" d="M0 0V5"/></pattern>'
)


def calendar_svg(result: Result, player: str, packs: list[str]) -> str:
    """The whole file."""
    page = _Page()
    hours = _hours(result)
    _head(page, result, player, packs, hours)
    for _, days in groupby(result.days, key=lambda one: (one.day.year, one.day.month)):
        _month(page, result, {one.day.day: one for one in days}, hours)
    _rules(page, result)
    page.down(40)
    page.text(_MARGIN, "Mô phỏng, không phải điều đã xảy ra / A simulation, not what happened — Giờ Chơi", "soft")
    height = page.y + 20
    title = f"{player}: lịch chơi mô phỏng / simulated play, {', '.join(packs)}"
    size = f'viewBox="0 0 {_WIDTH} {height:g}" width="{_WIDTH}" height="{height:g}"'
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} lang="vi" role="img" aria-labelledby="gc-title gc-desc">',
        f'<title id="gc-title">{_safe(title)}</title>',
        f'<desc id="gc-desc">{_safe(" ".join(_described(result)))}</desc>',
        f"<style>{_STYLE}</style>",
        f"<defs>{_HATCH}</defs>",
        f'<rect class="paper" width="{_WIDTH}" height="{height:g}"/>',
        *page.parts,
        "</svg>",
        "",
    ))  # fmt: skip


class _Page:
    """Elements from top to bottom; `y` is how far down the last line lies."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 0.0

    def down(self, by: float) -> None:
        self.y += by

    def text(self, x: float, text: str, style: str = "", anchor: str = "start") -> None:
        self.parts.append(f'<text x="{x:g}" y="{self.y:g}" class="{style}" text-anchor="{anchor}">{_safe(text)}</text>')

    def add(self, element: str) -> None:
        self.parts.append(element)


def _safe(text: str) -> str:
    return escape(clean(text))


def _head(page: _Page, result: Result, player: str, packs: list[str], hours: tuple[int, int]) -> None:
    page.down(44)
    page.text(_MARGIN, textwrap.shorten(player, 50, placeholder="…"), "h")
    when = f"{result.days[0].day:%d/%m/%Y} – {result.days[-1].day:%d/%m/%Y}, " if result.days else ""
    for line in textwrap.wrap(f"{when}nếu theo / under: {', '.join(packs)}", 100):
        page.down(24)
        page.text(_MARGIN, line, "soft b")
    page.down(30)
    x = float(_MARGIN)
    for ms, name, style in (
        (result.recorded_ms, "đã chơi / played", "n"),
        (result.kept_ms, "được chơi / kept", "kept-t"),
        (result.cut_ms, "bị cắt / cut", "cut-t"),
    ):
        page.add(f'<text x="{x:g}" y="{page.y:g}" class="{style}" style="font-size:20px">{length(ms)[0]}</text>')
        page.add(f'<text x="{x:g}" y="{page.y + 18:g}" class="soft">{name}</text>')
        x += 190
    page.down(44)
    page.add(f'<rect class="kept" x="{_MARGIN}" y="{page.y - 10:g}" width="28" height="11"/>')
    page.text(_MARGIN + 34, "được chơi / kept")
    page.add(f'<rect fill="url(#gc-cut)" x="{_MARGIN + 150}" y="{page.y - 10:g}" width="28" height="11"/>')
    page.text(_MARGIN + 184, "bị cắt / cut")
    first, last = hours
    each = f"mỗi ô một ngày, {first} – {last} giờ / a box is a day from {first} to {last} h"
    page.text(_WIDTH - _MARGIN, each, "soft", "end")


def _hours(result: Result) -> tuple[int, int]:
    """The hours of the day that are worth drawing: those in which anything was played, in steps of three, at least nine."""
    first, last = 24 * _HOUR, 0
    for day in result.days:
        first = min(first, day.stretches[0].start - day.start)
        last = max(last, day.stretches[-1].end - day.start)
    begin = max(0, min(first // _HOUR // 3 * 3, 15))
    return begin, min(24, max(begin + 9, -(-last // _HOUR // 3) * 3))


def _month(page: _Page, result: Result, days: dict[int, Day], hours: tuple[int, int]) -> None:
    """The weeks of a month in which anything was played."""
    some = next(iter(days.values())).day
    first = some.replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    page.down(40)
    page.text(_MARGIN, f"Tháng {some.month}/{some.year}", "m")
    kept, played = (clock(sum(ms)) for ms in zip(*((one.kept_ms, one.recorded_ms) for one in days.values()), strict=True))
    page.text(_WIDTH - _MARGIN, f"được chơi / kept {kept}, đã chơi / played {played}", "soft", "end")
    page.down(20)
    for number, name in enumerate(_WEEKDAYS):
        page.text(_MARGIN + (number + 0.5) * _COLUMN - _GAP / 2, name, "soft", "middle")
    page.down(7)
    weeks = range((first.weekday() + min(days) - 1) // 7, (first.weekday() + max(days) - 1) // 7 + 1)
    for number in range(1, (next_month - first).days + 1):
        week, place = divmod(first.weekday() + number - 1, 7)
        if week in weeks:
            at = (_MARGIN + place * _COLUMN, page.y + (week - weeks.start) * _ROW)
            page.add(_cell(days.get(number), number, at, _Scale(result.zone, *hours)))
    page.down(len(weeks) * _ROW)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where in a bar a moment lies, by the clock of the zone from one full hour to another."""

    zone: str
    first: int
    last: int

    def x(self, day: Day, at: int, width: float) -> float:
        begin, end = (calendar(self.zone).moment(day.day.toordinal(), hour * _HOUR) for hour in (self.first, self.last))
        return 8 + width * min(1.0, max(0.0, (at - begin) / max(1, end - begin)))

    def ticks(self, width: float) -> Iterator[float]:
        for hour in range(self.first + 3, self.last, 3):
            yield 8 + width * (hour - self.first) / (self.last - self.first)


def _cell(day: Day | None, number: int, at: tuple[float, float], scale: _Scale) -> str:
    width = _COLUMN - _GAP
    box = f'<rect class="cell{"" if day else " off"}" width="{width:g}" height="{_ROW - _GAP}" rx="5"/>'
    place = f'transform="translate({at[0]:g} {at[1]:g})"'
    if day is None:
        return f'<g {place}>{box}<text x="8" y="18" class="soft">{number}</text></g>'
    inner = width - 16
    parts = [f"<title>{_safe(_told(day))}</title>", box, f'<text x="8" y="18" class="n">{number}</text>']
    parts.append(f'<rect class="track" x="8" y="{_BAR_TOP}" width="{inner:g}" height="{_BAR}"/>')
    for one in day.stretches:
        left, right = (scale.x(day, moment, inner) for moment in (one.start, one.end))
        look = 'fill="url(#gc-cut)"' if one.rule else 'class="kept"'
        wide = max(1.0, right - left)  # a minute is to be seen
        parts.append(f'<rect {look} x="{left:.2f}" y="{_BAR_TOP}" width="{wide:.2f}" height="{_BAR}"/>')
    parts += [f'<path class="tick" d="M{x:g} {_BAR_TOP + _BAR}v3"/>' for x in scale.ticks(inner)]
    parts.append(f'<text x="8" y="56" class="kept-t">{clock(day.kept_ms)}</text>')
    if day.cut_ms:
        parts.append(f'<text x="{width - 8:g}" y="56" class="cut-t" text-anchor="end">−{clock(day.cut_ms)}</text>')
    return f'<g {place}>{"".join(parts)}</g>'


def _rules(page: _Page, result: Result) -> None:
    if not result.rules:
        return
    page.down(34)
    page.text(_MARGIN, "Vì quy tắc nào / By which rule", "m")
    for one in result.rules:
        page.down(26)
        page.text(_MARGIN, length(one.ms)[0], "cut-t")
        page.text(_MARGIN + 110, f"{one.reason.rule} — {one.reason.cite}", "n")
        for line in textwrap.wrap(f"{one.reason.text.vi} / {one.reason.text.en}", 100):
            page.down(18)
            page.text(_MARGIN + 110, line, "soft")


def _described(result: Result) -> Iterator[str]:
    """The picture in words."""
    vi = (length(ms)[0] for ms in (result.recorded_ms, result.kept_ms, result.cut_ms))
    en = (length(ms)[1] for ms in (result.recorded_ms, result.kept_ms, result.cut_ms))
    yield "Đã chơi {}, được chơi {}, bị cắt {}.".format(*vi)
    yield "Played {}, kept {}, cut {}.".format(*en)
    for day in result.days:
        yield f"{_told(day)}."


def _told(day: Day) -> str:
    rules = f" ({', '.join(day.by_rule)})" if day.cut_ms else ""
    played, kept, cut = (length(ms)[0] for ms in (day.recorded_ms, day.kept_ms, day.cut_ms))
    return f"{day.day:%d/%m/%Y}: đã chơi {played}, được chơi {kept}, bị cắt {cut}{rules}"
