"""The verifier's page on A4, to be signed and filed: the same sections as on a terminal. Needs ReportLab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, Spacer
from reportlab.platypus.tables import TableStyle

from compliance.page.blocks import MAKER, TITLE, Chart, Fact, Said, Section
from compliance.page.calendar import Coverage, Share, broken
from compliance.page.text import printable
from compliance.paper.sheet import BOLD, FONT, LINE, PLAIN, TOGETHER, Margins, known, made, style
from i18n.catalogue import Catalogue
from i18n.message import Arg, Day

_MARGINS: Final = Margins(20 * mm, 14 * mm)
_NAMES, _SUM, _CELL = 31 * mm, 8 * mm, 4.3 * mm  # of a table's columns
_FACTS: Final = 38 * mm
_TONES: Final = {"bad": "#a40000", "note": "#c77700", "good": "#1a7a34", "": "#bbbbbb"}
_BEHIND: Final = {"bad": "#fdf0ef", "note": "#fff7e8", "good": "#eef8f0"}
_MARKS: Final = {
    "whole": (colors.HexColor("#cfe9d5"), ""), "part": (colors.HexColor("#f6bd50"), "50"),
    "none": (colors.HexColor("#a40000"), "X"), "off": (colors.white, "·"), "closed": (colors.white, ""),
}  # fmt: skip
_HIGH, _SIZE, _ROWS = 4.3 * mm, 7.5, 50  # of a row, of its letters; rows of a table
_CALENDAR: Final[tuple[tuple[Any, ...], ...]] = (
    ("FONT", (0, 0), (1, -1), FONT, _SIZE), ("FONT", (2, 0), (-1, -1), FONT, 7), ("ALIGN", (1, 0), (1, -1), "RIGHT"),
    ("ALIGN", (2, 0), (-1, -1), "CENTER"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (1, 0), (1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0), ("GRID", (2, 1), (-1, -1), 0.4, LINE),
)
_TALLEST: Final = 600  # points of one paragraph, which has to fit on a page

_TEXT = style("text", 10)
_NAME = style("name", 10, textColor=colors.HexColor("#444444"))
_MORE = style("more", 8.5, leftIndent=4 * mm, textColor=colors.HexColor("#333333"))
_FIRST = style("first", 13, fontName=BOLD)
_TITLE = style("title", 16, fontName=BOLD, spaceAfter=4)
_SECTION = style("section", 11.5, fontName=BOLD, spaceBefore=11, spaceAfter=4)
_PART = style("part", 9.5, fontName=BOLD, spaceBefore=6, spaceAfter=3)
_NUMBER = style("number", 7, alignment=TA_CENTER)
_WHITE = style("white", 7, alignment=TA_CENTER, textColor=colors.white)
_SMALL = style("small", 8.5, textColor=colors.HexColor("#444444"))


def pdf(sections: Sequence[Section], words: Catalogue) -> bytes:
    """The file. What a log says is never taken for markup."""
    return made(_Paper(words).all(sections), words, words(MAKER), _MARGINS, title=words(TITLE))


class _Paper:
    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def all(self, sections: Sequence[Section]) -> Iterator[Flowable]:
        yield self._said(TITLE, _TITLE)
        for section in sections:
            yield CondPageBreak(TOGETHER)
            yield self._said(section.title, _SECTION)
            for kind, blocks in groupby(section.blocks, type):
                if kind is Fact:
                    yield self._facts([block for block in blocks if isinstance(block, Fact)])
                    continue
                for number, block in enumerate(blocks):
                    if isinstance(block, Said):
                        yield from self._sentence(block, first=section.id == "verdict" and not number)
                    elif isinstance(block, Chart):
                        yield from self._chart(block)

    def _facts(self, facts: Sequence[Fact]) -> Flowable:
        tones = [style(f"fact-{one.tone}", 10, fontName=BOLD, textColor=colors.HexColor(_TONES["bad"])) if one.tone == "bad"
                 else _TEXT for one in facts]  # fmt: skip
        widths = [_FACTS, _MARGINS.width - _FACTS]
        rows = [[self._said(one.name, _NAME, widths[0] - 6), self._said(one.is_, tone, widths[1] - 6)]
                for one, tone in zip(facts, tones, strict=True)]  # fmt: skip
        return LongTable(rows, widths, style=PLAIN)

    def _sentence(self, block: Said, *, first: bool) -> Iterator[Flowable]:
        """Beside a bar of its tone; the verdict is larger than the rest. It may go on on the next page."""
        rows = [self._said(block.text, _FIRST if first else _TEXT), *(self._said(one, _MORE) for one in block.more)]
        bar: list[tuple[Any, ...]] = [
            ("LINEBEFORE", (0, 0), (0, -1), 5 if first else 2.5, colors.HexColor(_TONES[block.tone])),
            ("LEFTPADDING", (0, 0), (-1, -1), 8), ("TOPPADDING", (0, 0), (-1, -1), 4 if first else 0.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5 if first else 1.5),
        ]  # fmt: skip
        if first and block.tone in _BEHIND:
            bar.append(("BACKGROUND", (0, 0), (0, 0), colors.HexColor(_BEHIND[block.tone])))
        yield LongTable([[one] for one in rows], [_MARGINS.width], style=TableStyle(bar))
        yield Spacer(0, 4)

    # --- the calendar ---------------------------------------------------------------------------------------------------

    def _chart(self, chart: Chart) -> Iterator[Flowable]:
        found = chart.coverage
        yield self._legend(chart)
        if chart.by_hour is not None:
            by_hour = [(seat.seat, [seat.hour(hour) for hour in found.hours]) for seat in found.seats]
            yield from self._table(chart.by_hour, found.hours, by_hour)
        if chart.by_day is not None:
            for (year, month), days in groupby(found.days, lambda day: (day.year, day.month)):
                kept = list(days)
                rows = [(seat.seat, [seat.day(day) for day in kept]) for seat in found.seats]
                title = self._words(chart.by_day) + f", {month:02}/{year}"
                yield from self._table(title, [day.day for day in kept], rows)
            yield from self._broken(found)

    def _broken(self, found: Coverage) -> Iterator[Flowable]:
        """Of each seat the days on which hours were missed, hour by hour; of many seats, of those that missed most."""
        for seat, days in broken(found):
            rows = [(Day(day), [seat.hours.get((day, hour), Share()) for hour in found.hours]) for day in days]
            yield from self._table(seat.seat, found.hours, rows)

    def _legend(self, chart: Chart) -> Flowable:
        wide = (_MARGINS.width - len(chart.legend) * 5 * mm) / max(1, len(chart.legend))
        cells: list[Paragraph] = []
        look: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
        for number, (mark, about) in enumerate(chart.legend):
            colour, sign = _MARKS[mark]
            cells += (Paragraph(sign, _WHITE if mark == "none" else _NUMBER), self._said(about, _SMALL, wide - 8))
            at = (2 * number, 0)
            look += (("LEFTPADDING", at, at, 0), ("BACKGROUND", at, at, colour), ("BOX", at, at, 0.5, LINE))
        return LongTable([cells], [5 * mm, wide] * len(chart.legend), style=TableStyle(look))

    def _table(self, title: Arg, heads: Sequence[int], rows: Sequence[tuple[Arg, Sequence[Share]]]) -> Iterator[Flowable]:
        """A table for so many rows as a page has: of a longer one ReportLab goes through all colours for each page."""
        yield CondPageBreak(TOGETHER / 2)
        yield self._said(title, _PART)
        for start in range(0, len(rows), _ROWS):
            yield self._part(heads, rows[start : start + _ROWS])

    def _part(self, heads: Sequence[int], rows: Sequence[tuple[Arg, Sequence[Share]]]) -> Flowable:
        look = list(_CALENDAR)
        cells: list[list[str]] = [["", "%", *map(str, heads)]]
        for at, (name, shares) in enumerate(rows, 1):
            cells.append([self._short(name), sum(shares, Share()).percent])
            for column, share in enumerate(shares, 2):
                colour, sign = _MARKS[share.mark]
                cells[-1].append(share.percent if share.mark == "part" else sign)  # readable without colours
                if share.mark == "none":
                    look.append(("TEXTCOLOR", (column, at), (column, at), colors.white))
                look.append(("BACKGROUND", (column, at), (column, at), colour))
        widths = [_NAMES, _SUM, *[_CELL] * len(heads)]
        return LongTable(cells, widths, [_HIGH] * len(cells), repeatRows=1, hAlign="LEFT", style=TableStyle(look))

    def _short(self, name: Arg) -> str:
        """As much of it as there is room for."""
        text = known(printable(self._words(name)))
        while stringWidth(text, FONT, _SIZE) > _NAMES - 4:
            text = f"{text[: min(len(text) - 2, 60)]}…"
        return text

    def _said(self, said: Arg, look: ParagraphStyle, width: float = _MARGINS.width - 10 * mm) -> Paragraph:
        """As much of it as certainly fits on a page: no letter is wider than it is high."""
        text, most = known(printable(self._words(said))), int(width // look.fontSize * (_TALLEST // look.leading))
        return Paragraph(escape(text if len(text) <= most else f"{text[:most]}…"), look)
