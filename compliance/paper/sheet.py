"""What our papers on A4 have in common: letters, sizes, and what stands below each page. Needs ReportLab."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate
from reportlab.platypus.tables import TableStyle

from i18n.catalogue import Catalogue
from i18n.message import msg

FONT, BOLD = "Tinos", "Tinos-Bold"
LINE: Final = colors.HexColor("#999999")
TOGETHER: Final = 45 * mm
"""A heading stands on no page without so much of what is below it."""
_FONTS: Final = Path(__file__).parent / "fonts"
_PADDING: Final = 6  # what a frame of ReportLab keeps free on each side

PLAIN: Final = TableStyle([
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
])  # fmt: skip


class Margins(NamedTuple):
    """Of a page of A4, in points."""

    left: float
    right: float
    top: float = 18 * mm
    bottom: float = 20 * mm

    @property
    def width(self) -> float:
        """What is left between them."""
        return float(A4[0] - self.left - self.right)


FILED: Final = Margins(25 * mm, 15 * mm)
"""Room to the left for the holes of a file."""


def made(told: Iterable[Flowable], words: Catalogue, foot: str, margins: Margins, **about: str) -> bytes:
    """The file: `about` is its title and author, `foot` stands below each page."""
    fonts()
    into = io.BytesIO()
    page = SimpleDocTemplate(
        into, pagesize=A4, leftMargin=margins.left - _PADDING, rightMargin=margins.right - _PADDING, topMargin=margins.top,
        bottomMargin=margins.bottom, lang=words.language, **about,
    )  # fmt: skip
    page.build(list(told), canvasmaker=partial(_Sheet, foot, words, margins))
    return into.getvalue()


def style(name: str, size: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=more.pop("fontName", FONT), fontSize=size, leading=size * 1.25, **more)


def known(text: str) -> str:
    """Letters that our font lacks, as in titles of other scripts, as a question mark."""
    return "".join(one if one in _letters() else "?" for one in text)


@cache
def fonts() -> None:
    for name, file in ((FONT, "Tinos-Regular.ttf"), (BOLD, "Tinos-Bold.ttf")):
        registerFont(TTFont(name, str(_FONTS / file)))
    registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


@cache
def _letters() -> frozenset[str]:
    fonts()
    return frozenset(map(chr, getFont(FONT).face.charToGlyph))


class _Sheet(Canvas):  # type: ignore[misc]  # ReportLab has no types
    """Below each page: a line, and which page of how many it is; how many these are is known at the end."""

    def __init__(self, foot: str, words: Callable[..., str], margins: Margins, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._said, self._words, self._margins = foot, words, margins
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the name is ReportLab's
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(pages := self._pages, 1):
            self.__dict__.update(page)
            self._foot(str(number), str(len(pages)))
            super().showPage()
        super().save()

    def _foot(self, page: str, pages: str) -> None:
        self.saveState()
        self.setFont(FONT, 9)
        self.setStrokeColor(LINE)
        self.line(self._margins.left, 14 * mm, A4[0] - self._margins.right, 14 * mm)
        self.drawString(self._margins.left, 9.5 * mm, known(self._said))
        said = self._words(msg("page {page}/{pages}", page=page, pages=pages))
        self.drawRightString(A4[0] - self._margins.right, 9.5 * mm, said)
        self.restoreState()
