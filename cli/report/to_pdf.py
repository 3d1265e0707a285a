"""The report on A4, as it is printed, signed and handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, PageBreak, Paragraph, Spacer
from reportlab.platypus.tables import TableStyle

from cli.report.logs import Log, numbers
from cli.report.model import Report, Row, Table, called
from compliance.paper.sheet import BOLD, FILED, FONT, LINE, PLAIN, TOGETHER, known, made, style
from i18n.catalogue import Catalogue
from i18n.message import Arg, Length, Message, Text, msg
from words.layout import row

# Vietnamese papers have it above them; there it is law, and everywhere else not said.
_STATE: Final = Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "")
_MOTTO: Final = Text("Độc lập - Tự do - Hạnh phúc", "")
_NUMBER_OF: Final = Text("Số: ………/BC", "")
_BY_HAND: Final = "…" * 36
_WIDTH: Final = FILED.width
_HEAD: Final = colors.HexColor("#eeeeee")
_WORD: Final = 60 * mm  # a longer word is divided
_LONGEST: Final = 300  # characters of a cell, which has to fit on a page
_SIGNED = 2  # notes that stand on one page with the signature
_MOST = 160  # characters of numbers of entries on paper, which are four lines; sheets have all of them
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


def pdf(report: Report, words: Catalogue) -> bytes:
    """The file."""
    told = {"title": words(report.title), "author": words(report.place)}
    return made(Pages(words).all(report), words, words(report.hotlines), FILED, **told)


_TEXT = style("text", 11, spaceAfter=3)
_SMALL = style("small", 9)
_NOTE = style("note", 9)
_CELL = style("cell", 9.5)
_NUMBER = style("number", 9.5, alignment=TA_RIGHT)
_CELL_HEAD = style("head", 9, fontName=BOLD)
_NUMBER_HEAD = style("number-head", 9, fontName=BOLD, alignment=TA_RIGHT)
_TITLE = style("title", 15, fontName=BOLD, alignment=TA_CENTER, spaceBefore=14, spaceAfter=2)
_CENTRED = style("centred", 11, alignment=TA_CENTER)
_CENTRED_BOLD = style("centred-bold", 11, fontName=BOLD, alignment=TA_CENTER)
_WHOLE = (_TEXT, _NOTE)  # these may go on on the next page, as cells of a table may not
_SECTION = style("section", 12, fontName=BOLD, spaceBefore=12, spaceAfter=4)


class Pages:
    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def all(self, report: Report) -> Iterator[Flowable]:
        yield from self._top(report)
        shown = [table for table in report.tables if not table.long]
        for number, table in enumerate(shown):
            yield from self._section(_ROMAN[number], table)
        yield CondPageBreak(TOGETHER)
        yield self.paragraph(msg("What this report cannot tell"), _SECTION)
        notes = [self.paragraph(row(("–", note), " "), _TEXT) for note in report.notes]
        last = notes[-_SIGNED:] if report.official else []
        yield from notes[: len(notes) - len(last)]
        if report.official:  # a page with a signature alone would be one for anything
            yield KeepTogether([*last, *self._signatures(report.owner)])
        yield PageBreak()
        yield from self._annex(report, shown)

    def _top(self, report: Report) -> Iterator[Flowable]:
        name = self._words(report.place)
        if report.official:
            number = [self.paragraph(_NUMBER_OF, _CENTRED)] if self._words.language == "vi" else []
            left = [self.paragraph(name or "……………………", _CENTRED_BOLD), *number]
            right = [self.paragraph(_STATE, _CENTRED_BOLD), Paragraph(f"<u>{self._words(_MOTTO)}</u>", _CENTRED_BOLD)]
            yield LongTable([[left, right if self._words.language == "vi" else ""]], [_WIDTH * 0.4, _WIDTH * 0.6], style=PLAIN)
        yield self.paragraph(self._words(report.title).upper(), _TITLE)
        yield self.paragraph(report.days, _CENTRED)
        if report.lacks:
            yield self.paragraph(report.lacks, _CENTRED_BOLD)
        yield Spacer(0, 8)
        if report.official:
            yield self.paragraph(msg("To: {whom}", whom=_BY_HAND), _TEXT)
        elif name:
            yield self.paragraph(name, _CENTRED)
        yield self.pairs(report.head)

    def pairs(self, told: tuple[tuple[Arg, Arg], ...]) -> Flowable:
        rows = [[self.paragraph(name, _TEXT), self.paragraph(said or _BY_HAND, _TEXT)] for name, said in told]
        return LongTable(rows, [38 * mm, _WIDTH - 38 * mm], style=PLAIN)

    def _section(self, number: str, table: Table) -> Iterator[Flowable]:
        yield CondPageBreak(TOGETHER)
        yield self.paragraph(row((number, table.title), ". "), _SECTION)
        if not table.rows:
            yield self.paragraph(table.empty, _TEXT)
            return
        yield self.grid(table.columns, [line.cells for line in table.rows], table.wide)
        if table.note:
            yield Spacer(0, 3)
            yield self.paragraph(table.note, _NOTE)

    def grid(self, columns: tuple[Arg, ...], rows: list[tuple[Arg, ...]], wide: int) -> Flowable:
        """Words to the left, numbers to the right; as much room for each number as it takes."""
        heads = [self.paragraph(one, _NUMBER_HEAD if place >= wide else _CELL_HEAD) for place, one in enumerate(columns)]
        cells = [[self.paragraph(one, _NUMBER if place >= wide else _CELL) for place, one in enumerate(line)] for line in rows]
        return LongTable([heads, *cells], self._widths(columns, rows, wide), repeatRows=1, style=_GRID)

    def _widths(self, columns: tuple[Arg, ...], rows: list[tuple[Arg, ...]], wide: int) -> list[float]:
        """Columns of numbers take what their longest word needs, those of words share the rest by how long they are."""
        needs = []
        for place, head in enumerate(columns):
            texts = {self._said(line[place]) for line in rows}
            words = {word for text in (*texts, self._said(head)) for word in text.split(" ")}
            longest = min(max(stringWidth(word, BOLD, 9.5) for word in words), _WORD)
            whole = max((stringWidth(text, FONT, 9.5) for text in texts), default=0)
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
        yield self.paragraph(msg("Annex: which log was counted"), _SECTION)
        yield self.pairs(report.log)
        rows: list[tuple[Arg, ...]] = [
            (_ROMAN[number], self._line(line, table.wide), *_numbers(line.entries, report.logs))
            for number, table in enumerate(tables) for line in table.rows if line.entries
        ]  # fmt: skip
        if not rows:
            return
        yield self.paragraph(msg("Annex: from which entries of the log each line is"), _SECTION)
        said = msg("The numbers are those of giochoi log show. Where they are too many for paper, --xlsx and --csv write all.")
        yield self.paragraph(said, _TEXT)
        heads = [self.paragraph(one, _CELL_HEAD) for one in (msg("table"), msg("line"), msg("entries"), msg("numbers"))]
        cells = [[self.paragraph(one, _SMALL) for one in line] for line in rows]
        widths = [14 * mm, 66 * mm, 18 * mm, _WIDTH - 98 * mm]
        yield LongTable([heads, *cells], widths, repeatRows=1, style=_GRID)

    def _line(self, line: Row, wide: int) -> str:
        return called(line, wide, self._words)

    def _signatures(self, owner: str) -> list[Flowable]:
        place = [self.paragraph(msg("…………, date …………"), _CENTRED)]
        who = [self.paragraph(msg("Owner of the place"), _CENTRED_BOLD)]
        who.append(self.paragraph(msg("(signature and full name)"), _CENTRED))
        signed = LongTable([["", place], ["", who]], [_WIDTH / 2] * 2, style=PLAIN)
        named = LongTable([["", [self.paragraph(owner, _CENTRED_BOLD)]]], [_WIDTH / 2] * 2, style=PLAIN)
        return [Spacer(0, 10), signed, Spacer(0, 22 * mm), *([named] if owner else [])]

    def _said(self, said: Arg) -> str:
        """As it stands alone: with a capital, if the words are ours."""
        text = self._words(said)
        if isinstance(said, Message):
            text = text[:1].upper() + text[1:]
        return text.replace(" ", "\u00a0") if isinstance(said, Length) and len(text) < 18 else text

    def paragraph(self, said: Arg, style: ParagraphStyle) -> Paragraph:
        text = known(self._said(said))
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


_GRID: Final = TableStyle([
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("GRID", (0, 0), (-1, -1), 0.5, LINE), ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
    ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip
