"""The verifier's page on A4, to be signed and filed: the same sections as on a terminal. Needs ReportLab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, Spacer
from reportlab.platypus.tables import TableStyle

from compliance.page.blocks import MAKER, TITLE, Chart, Fact, Said, Section
from compliance.page.calendar import Coverage, Share, broken
from compliance.page.text import printable
from compliance.paper.sheet import BOLD, LINE, PLAIN, TOGETHER, Margins, known, made, style
from i18n.catalogue import Catalogue
from i18n.message import Arg, Day

_MARGINS: Final = Margins(20 * mm, 14 * mm)
_NAMES, _SUM, _CELL = 31 * mm, 8 * mm, 4.3 * mm  # of a table's columns
_FACTS: Final = 38 * mm
_TONES: Final = {"bad": "#a40000", "note": "#c77700", "good": "#1a7a34", "": "#bbbbbb"}
_BEHIND: Final = {"bad": "#fdf0ef", "note": "#fff7e8", "good": "#eef8f0"}
_MARKS: Final = {"whole": ("#cfe9d5", ""), "part": ("#f6bd50", "50"), "none": ("#a40000", "X"), "off": ("#ffffff", "·"),
                 "closed": ("#ffffff", "")}  # fmt: skip
_LONGEST: Final = 3_000  # characters of one paragraph, which has to fit on a page

_TEXT = style("text", 10)
_NAME = style("name", 10, textColor=colors.HexColor("#444444"))
_MORE = style("more", 8.5, leftIndent=4 * mm, textColor=colors.HexColor("#333333"))
_FIRST = style("first", 13, fontName=BOLD)
_TITLE = style("title", 16, fontName=BOLD, spaceAfter=4)
_SECTION = style("section", 11.5, fontName=BOLD, spaceBefore=11, spaceAfter=4)
_PART = style("part", 9.5, fontName=BOLD, spaceBefore=6, spaceAfter=3)
_ROW = style("row", 7.5)
_NUMBER = style("number", 7, alignment=TA_CENTER)
_WHITE = style("white", 7, alignment=TA_CENTER, textColor=colors.white)
_PERCENT = style("percent", 7.5, alignment=TA_RIGHT)
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
        rows = [[self._said(one.name, _NAME), self._said(one.is_, tone)] for one, tone in zip(facts, tones, strict=True)]
        return LongTable(rows, [_FACTS, _MARGINS.width - _FACTS], style=PLAIN)

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
        for (year, month), days in groupby(found.days, lambda day: (day.year, day.month)):
            kept = list(days)
            rows = [(seat.seat, [seat.day(day) for day in kept]) for seat in found.seats]
            yield from self._table(self._words(chart.by_day) + f", {month:02}/{year}", [day.day for day in kept], rows)
        by_hour = [(seat.seat, [seat.hour(hour) for hour in found.hours]) for seat in found.seats]
        yield from self._table(chart.by_hour, found.hours, by_hour)
        yield from self._broken(found)

    def _broken(self, found: Coverage) -> Iterator[Flowable]:
        """Of each seat the days on which hours were missed, hour by hour; of many seats, of those that missed most."""
        for seat, days in broken(found):
            rows = [(Day(day), [seat.hours.get((day, hour), Share()) for hour in found.hours]) for day in days]
            yield from self._table(seat.seat, found.hours, rows)

    def _legend(self, chart: Chart) -> Flowable:
        cells: list[Paragraph] = []
        look: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
        for number, (mark, about) in enumerate(chart.legend):
            colour, sign = _MARKS[mark]
            cells += (Paragraph(sign, _WHITE if mark == "none" else _NUMBER), self._said(about, _SMALL))
            at = (2 * number, 0)
            look += (("LEFTPADDING", at, at, 0), ("BACKGROUND", at, at, colors.HexColor(colour)), ("BOX", at, at, 0.5, LINE))
        wide = (_MARGINS.width - len(chart.legend) * 5 * mm) / max(1, len(chart.legend))
        return LongTable([cells], [5 * mm, wide] * len(chart.legend), style=TableStyle(look))

    def _table(self, title: Arg, heads: Sequence[int], rows: Sequence[tuple[Arg, Sequence[Share]]]) -> Iterator[Flowable]:
        yield CondPageBreak(TOGETHER / 2)
        yield self._said(title, _PART)
        look: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
            ("RIGHTPADDING", (1, 0), (1, -1), 4), ("GRID", (2, 1), (-1, -1), 0.4, LINE),
        ]  # fmt: skip
        cells = [[Paragraph("", _ROW), Paragraph("%", _PERCENT), *(Paragraph(str(head), _NUMBER) for head in heads)]]
        for at, (name, shares) in enumerate(rows, 1):
            told = [Paragraph(sum(shares, Share()).percent, _PERCENT)]
            for column, share in enumerate(shares, 2):
                colour, sign = _MARKS[share.mark]
                sign = share.percent if share.mark == "part" else sign  # readable without colours
                look.append(("BACKGROUND", (column, at), (column, at), colors.HexColor(colour)))
                told.append(Paragraph(sign, _WHITE if share.mark == "none" else _NUMBER))
            cells.append([self._said(name, _ROW), *told])
        widths = [_NAMES, _SUM, *[_CELL] * len(heads)]
        yield LongTable(cells, widths, repeatRows=1, hAlign="LEFT", style=TableStyle(look))

    def _said(self, said: Arg, look: ParagraphStyle) -> Paragraph:
        text = known(printable(self._words(said)))
        return Paragraph(escape(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"), look)
