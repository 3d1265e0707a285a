"""The report on A4, as it is printed, signed and handed in."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, PageBreak, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus.tables import TableStyle

from cli.report.logs import Log, numbers
from cli.report.model import Report, Row, Table
from cli.words.layout import row
from i18n.catalogue import Catalogue
from i18n.message import Arg, Length, Message, Text, msg

# Vietnamese papers have it above them; there it is law, and everywhere else not said.
_STATE: Final = Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "")
_MOTTO: Final = Text("Độc lập - Tự do - Hạnh phúc", "")
_NUMBER_OF: Final = Text("Số: ………/BC", "")
_BY_HAND: Final = "…" * 36
_FONTS: Final = Path(__file__).parent / "fonts"
_FONT, _BOLD = "Tinos", "Tinos-Bold"
_MARGINS: Final = {"left": 25 * mm, "right": 15 * mm, "top": 18 * mm, "bottom": 20 * mm}
_WIDTH: Final = A4[0] - _MARGINS["left"] - _MARGINS["right"]
_PADDING: Final = 6  # what a frame of ReportLab keeps free on each side
_LINE: Final = colors.HexColor("#999999")
_HEAD: Final = colors.HexColor("#eeeeee")
_TOGETHER: Final = 45 * mm  # a heading stands on no page without so much of what is below it
_WORD: Final = 60 * mm  # a longer word is divided
_LONGEST: Final = 300  # characters of a cell, which has to fit on a page
_SIGNED = 2  # notes that stand on one page with the signature
_MOST = 160  # characters of numbers of entries on paper, which are four lines; sheets have all of them
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


def pdf(report: Report, words: Catalogue) -> bytes:
    """The file."""
    _fonts()
    into = io.BytesIO()
    page = SimpleDocTemplate(
        into, pagesize=A4, leftMargin=_MARGINS["left"] - _PADDING, rightMargin=_MARGINS["right"] - _PADDING,
        topMargin=_MARGINS["top"],
        bottomMargin=_MARGINS["bottom"], title=words(report.title), author=words(report.place), lang=words.language,
    )  # fmt: skip
    page.build(list(_Pages(words).all(report)), canvasmaker=partial(_Sheet, words(report.hotlines), words))
    return into.getvalue()


@cache
def _fonts() -> None:
    for name, file in ((_FONT, "Tinos-Regular.ttf"), (_BOLD, "Tinos-Bold.ttf")):
        registerFont(TTFont(name, str(_FONTS / file)))
    registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=more.pop("fontName", _FONT), fontSize=size, leading=size * 1.25, **more)


_TEXT = _style("text", 11, spaceAfter=3)
_SMALL = _style("small", 9)
_NOTE = _style("note", 9)
_CELL = _style("cell", 9.5)
_NUMBER = _style("number", 9.5, alignment=TA_RIGHT)
_CELL_HEAD = _style("head", 9, fontName=_BOLD)
_NUMBER_HEAD = _style("number-head", 9, fontName=_BOLD, alignment=TA_RIGHT)
_TITLE = _style("title", 15, fontName=_BOLD, alignment=TA_CENTER, spaceBefore=14, spaceAfter=2)
_CENTRED = _style("centred", 11, alignment=TA_CENTER)
_CENTRED_BOLD = _style("centred-bold", 11, fontName=_BOLD, alignment=TA_CENTER)
_WHOLE = (_TEXT, _NOTE)  # these may go on on the next page, as cells of a table may not
_SECTION = _style("section", 12, fontName=_BOLD, spaceBefore=12, spaceAfter=4)


class _Sheet(Canvas):  # type: ignore[misc]  # ReportLab has no types
    """Below each page: whom a child can call, and which page of how many it is; how many these are is known at the end."""

    def __init__(self, hotlines: str, words: Catalogue, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._hotlines, self._words = hotlines, words
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
        self.setFont(_FONT, 9)
        self.setStrokeColor(_LINE)
        self.line(_MARGINS["left"], 14 * mm, A4[0] - _MARGINS["right"], 14 * mm)
        self.drawString(_MARGINS["left"], 9.5 * mm, _known(self._hotlines))
        said = self._words(msg("page {page}/{pages}", page=page, pages=pages))
        self.drawRightString(A4[0] - _MARGINS["right"], 9.5 * mm, said)
        self.restoreState()


class _Pages:
    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def all(self, report: Report) -> Iterator[Flowable]:
        yield from self._top(report)
        shown = [table for table in report.tables if not table.long]
        for number, table in enumerate(shown):
            yield from self._section(_ROMAN[number], table)
        yield CondPageBreak(_TOGETHER)
        yield self._paragraph(msg("What this report cannot tell"), _SECTION)
        notes = [self._paragraph(row(("–", note), " "), _TEXT) for note in report.notes]
        last = notes[-_SIGNED:] if report.official else []
        yield from notes[: len(notes) - len(last)]
        if report.official:  # a page with a signature alone would be one for anything
            yield KeepTogether([*last, *self._signatures(report.owner)])
        yield PageBreak()
        yield from self._annex(report, shown)

    def _top(self, report: Report) -> Iterator[Flowable]:
        name = self._words(report.place)
        if report.official:
            number = [self._paragraph(_NUMBER_OF, _CENTRED)] if self._words.language == "vi" else []
            left = [self._paragraph(name or "……………………", _CENTRED_BOLD), *number]
            right = [self._paragraph(_STATE, _CENTRED_BOLD), Paragraph(f"<u>{self._words(_MOTTO)}</u>", _CENTRED_BOLD)]
            yield LongTable([[left, right if self._words.language == "vi" else ""]], [_WIDTH * 0.4, _WIDTH * 0.6], style=_PLAIN)
        yield self._paragraph(self._words(report.title).upper(), _TITLE)
        yield self._paragraph(report.days, _CENTRED)
        if report.lacks:
            yield self._paragraph(report.lacks, _CENTRED_BOLD)
        yield Spacer(0, 8)
        if report.official:
            yield self._paragraph(msg("To: {whom}", whom=_BY_HAND), _TEXT)
        elif name:
            yield self._paragraph(name, _CENTRED)
        yield self._pairs(report.head)

    def _pairs(self, told: tuple[tuple[Arg, Arg], ...]) -> Flowable:
        rows = [[self._paragraph(name, _TEXT), self._paragraph(said or _BY_HAND, _TEXT)] for name, said in told]
        return LongTable(rows, [38 * mm, _WIDTH - 38 * mm], style=_PLAIN)

    def _section(self, number: str, table: Table) -> Iterator[Flowable]:
        yield CondPageBreak(_TOGETHER)
        yield self._paragraph(row((number, table.title), ". "), _SECTION)
        if not table.rows:
            yield self._paragraph(table.empty, _TEXT)
            return
        yield self._grid(table.columns, [line.cells for line in table.rows], table.wide)
        if table.note:
            yield Spacer(0, 3)
            yield self._paragraph(table.note, _NOTE)

    def _grid(self, columns: tuple[Arg, ...], rows: list[tuple[Arg, ...]], wide: int) -> Flowable:
        """Words to the left, numbers to the right; as much room for each number as it takes."""
        heads = [self._paragraph(one, _NUMBER_HEAD if place >= wide else _CELL_HEAD) for place, one in enumerate(columns)]
        cells = [[self._paragraph(one, _NUMBER if place >= wide else _CELL) for place, one in enumerate(line)] for line in rows]
        return LongTable([heads, *cells], self._widths(columns, rows, wide), repeatRows=1, style=_GRID)

    def _widths(self, columns: tuple[Arg, ...], rows: list[tuple[Arg, ...]], wide: int) -> list[float]:
        """Columns of numbers take what their longest word needs, those of words share the rest by how long they are."""
        needs = []
        for place, head in enumerate(columns):
            texts = {self._said(line[place]) for line in rows}
            words = {word for text in (*texts, self._said(head)) for word in text.split(" ")}
            longest = min(max(stringWidth(word, _BOLD, 9.5) for word in words), _WORD)
            whole = max((stringWidth(text, _FONT, 9.5) for text in texts), default=0)
            needs.append((longest + 10, max(longest, whole) + 10))
        least = [one if place < wide else min(whole, 26 * mm) if one < whole else one
                 for place, (one, whole) in enumerate(needs)]  # fmt: skip
        rest = max(0.0, _WIDTH - sum(least))
        wishes = [max(0.0, whole - least[place]) if place < wide else 0.0 for place, (_, whole) in enumerate(needs)]
        share = min(1.0, rest / sum(wishes)) if sum(wishes) else 0.0
        widths = [one + wish * share for one, wish in zip(least, wishes, strict=True)]
        over = _WIDTH - sum(widths)
        return [one + over / len(widths) if over > 0 else one * _WIDTH / sum(widths) for one in widths]

    def _annex(self, report: Report, tables: list[Table]) -> Iterator[Flowable]:
        """Which log was counted, and from which entries each line is."""
        yield self._paragraph(msg("Annex: which log was counted"), _SECTION)
        yield self._pairs(report.log)
        rows: list[tuple[Arg, ...]] = [
            (_ROMAN[number], self._line(line, table.wide), *_numbers(line.entries, report.logs))
            for number, table in enumerate(tables) for line in table.rows if line.entries
        ]  # fmt: skip
        if not rows:
            return
        yield self._paragraph(msg("Annex: from which entries of the log each line is"), _SECTION)
        said = msg("The numbers are those of giochoi log show. Where they are too many for paper, --xlsx and --csv write all.")
        yield self._paragraph(said, _TEXT)
        heads = [self._paragraph(one, _CELL_HEAD) for one in (msg("table"), msg("line"), msg("entries"), msg("numbers"))]
        cells = [[self._paragraph(one, _SMALL) for one in line] for line in rows]
        widths = [14 * mm, 66 * mm, 18 * mm, _WIDTH - 98 * mm]
        yield LongTable([heads, *cells], widths, repeatRows=1, style=_GRID)

    def _line(self, line: Row, wide: int) -> str:
        return ", ".join(filter(None, (self._words(cell) for cell in line.cells[:wide])))

    def _signatures(self, owner: str) -> list[Flowable]:
        place = [self._paragraph(msg("…………, date …………"), _CENTRED)]
        who = [self._paragraph(msg("Owner of the place"), _CENTRED_BOLD)]
        who.append(self._paragraph(msg("(signature and full name)"), _CENTRED))
        signed = LongTable([["", place], ["", who]], [_WIDTH / 2] * 2, style=_PLAIN)
        named = LongTable([["", [self._paragraph(owner, _CENTRED_BOLD)]]], [_WIDTH / 2] * 2, style=_PLAIN)
        return [Spacer(0, 10), signed, Spacer(0, 22 * mm), *([named] if owner else [])]

    def _said(self, said: Arg) -> str:
        """As it stands alone: with a capital, if the words are ours."""
        text = self._words(said)
        if isinstance(said, Message):
            text = text[:1].upper() + text[1:]
        return text.replace(" ", "\u00a0") if isinstance(said, Length) and len(text) < 18 else text

    def _paragraph(self, said: Arg, style: ParagraphStyle) -> Paragraph:
        text = _known(self._said(said))
        return Paragraph(escape(text if len(text) <= _LONGEST or style in _WHOLE else f"{text[:_LONGEST]}…"), style)


def _numbers(entries: Sequence[int], logs: Sequence[Log]) -> tuple[int, str]:
    """How many entries these are, and the first ones."""
    told, more = "", ""
    for run in numbers(entries, logs):
        if len(told) + len(run) > _MOST:
            more = ", …"
            break
        told += f", {run}" if told else run
    return len(set(entries)), told + more


def _known(text: str) -> str:
    """Letters that our font lacks, as in titles of other scripts, as a question mark."""
    return "".join(one if one in _letters() else "?" for one in text)


@cache
def _letters() -> frozenset[str]:
    _fonts()
    return frozenset(map(chr, getFont(_FONT).face.charToGlyph))


_PLAIN: Final = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                            ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])  # fmt: skip
_GRID: Final = TableStyle([
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("GRID", (0, 0), (-1, -1), 0.5, _LINE), ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
    ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip
