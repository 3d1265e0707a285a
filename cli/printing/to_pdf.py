"""Posters on A4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, Paragraph, Spacer

from cli.printing.posters import BLANK, Part, Poster
from cli.report.to_pdf import Pages
from compliance.paper.sheet import BOLD, FILED, PLAIN, TOGETHER, fonts, made, style
from i18n.catalogue import Catalogue
from i18n.message import msg
from words.layout import row

_TITLE: Final = style("poster-title", 26, fontName=BOLD, alignment=TA_CENTER, spaceBefore=6, spaceAfter=16)
_SECTION: Final = style("poster-section", 15, fontName=BOLD, spaceBefore=12, spaceAfter=5)
_LINE: Final = style("poster-line", 13, spaceAfter=4, leftIndent=6 * mm, bulletIndent=0)
_BLANK: Final = style("poster-blank", 14, spaceBefore=8)
_CENTRED: Final = style("poster-centred", 20, alignment=TA_CENTER, spaceAfter=14)
_FILED_TITLE: Final = style("slip-title", 16, fontName=BOLD, alignment=TA_CENTER, spaceAfter=6)
_PART: Final = style("slip-section", 10.5, fontName=BOLD, spaceBefore=7, spaceAfter=3)
_SMALL: Final = style("slip-line", 9.5, spaceAfter=1)
_SIGNED: Final = style("slip-signed", 10.5, alignment=TA_CENTER, spaceBefore=6)
_LARGEST: Final = 190  # points


def pdf(poster: Poster, words: Catalogue) -> bytes:
    """The file, in the language of `words`."""
    told = {"title": words(poster.title), "author": words(poster.foot)}
    return made(_Paper(words).poster(poster), words, words(poster.foot), FILED, **told)


class _Paper(Pages):
    def poster(self, poster: Poster) -> Iterator[Flowable]:
        filed = poster.signed is not None
        yield Paragraph(self._said(poster.title).upper(), _FILED_TITLE if filed else _TITLE)
        if poster.big:
            yield from self._big(self._said(poster.big))
        look = _SMALL if filed else _CENTRED if poster.big else _LINE
        for part in poster.parts:
            yield from self._part(part, look, _PART if filed else _SECTION)
        if poster.signed is not None:
            yield KeepTogether(list(self._signed(poster.signed)))

    def _big(self, text: str) -> Iterator[Flowable]:
        """As large as the page is wide."""
        fonts()
        size = min(_LARGEST, int(FILED.width / stringWidth(text, BOLD, 1)))
        yield Spacer(0, 30 * mm)
        yield Paragraph(text, style("poster-big", size, fontName=BOLD, alignment=TA_CENTER, spaceAfter=40 * mm))

    def _part(self, part: Part, look: ParagraphStyle, head: ParagraphStyle) -> Iterator[Flowable]:
        if part.title:
            yield CondPageBreak(TOGETHER / 2)
            yield self.paragraph(part.title, head)
        for line in part.lines:
            blank, dotted = line == BLANK, look is _LINE
            yield self.paragraph(row(("•", line), " ") if dotted and not blank else line, _BLANK if blank else look)
        if (table := part.table) is not None and table.rows:
            yield self.grid(table.columns, [line.cells for line in table.rows], table.wide)
        elif table is not None:
            yield self.paragraph(table.empty, look)

    def _signed(self, owner: str) -> Iterator[Flowable]:
        """Room for both, side by side."""
        heads = [self.paragraph(one, _SIGNED) for one in (msg("Closed by (staff)"), msg("Owner of the place"))]
        below = self.paragraph(msg("(signature and full name)"), _SIGNED)
        names = ["", self.paragraph(owner, _SIGNED)]
        rows = [heads, [below, below], [Spacer(0, 18 * mm)] * 2, names]
        yield LongTable(rows, [FILED.width / 2] * 2, style=PLAIN)
