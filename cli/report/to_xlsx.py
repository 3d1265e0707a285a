"""The report as a workbook: a sheet a table, and one that says from which entries each figure is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from cli.report.logs import numbers
from cli.report.model import Report, Table, called
from i18n.catalogue import Catalogue
from i18n.message import Arg, Day, Length, msg

_CELL = 30_000  # characters; Excel takes 32,767
_NAME = 31  # characters of a sheet's name
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def workbook(report: Report, words: Catalogue) -> bytes:
    """The file. Texts are written as texts: none of them is taken for a formula."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheets = _Sheets(book, words)
        sheets.first(report)
        for table in report.tables:
            sheets.table(table)
        sheets.entries(report)
    return into.getvalue()


class _Sheets:
    def __init__(self, book: Any, words: Catalogue) -> None:
        self._book, self._words = book, words
        self._number = 0
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._hours = book.add_format({"num_format": "[h]:mm:ss", "valign": "top"})
        self._whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self._date = book.add_format({"num_format": "dd/mm/yyyy" if words.language == "vi" else "d mmm yyyy", "align": "left"})

    def first(self, report: Report) -> None:
        """What is said of the whole."""
        sheet = self._sheet(msg("About"))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, self._words(report.title), self._title)
        sheet.write_string(1, 0, self._words(report.days))
        sheet.write_string(2, 0, self._words(report.hotlines))
        sheet.write_string(3, 0, self._words(report.lacks), self._title)
        at = 5
        for name, said in ((msg("place"), report.place), *report.head, *report.log):
            sheet.write_string(at, 0, self._words(name), self._bold)
            sheet.write_string(at, 1, self._words(said or "–"), self._text)
            at += 1
        for note in report.notes:
            at += 1
            sheet.write_string(at, 1, self._words(note), self._text)

    def table(self, table: Table) -> None:
        sheet = self._sheet(table.short or table.title)
        sheet.write_string(0, 0, self._words(table.title), self._title)
        for column, head in enumerate(table.columns):
            sheet.set_column(column, column, (36 if column < table.wide else 14) if column or table.wide > 1 else 28)
            sheet.write_string(2, column, self._words(head), self._bold)
        for number, row in enumerate(table.rows, 3):
            for column, cell in enumerate(row.cells):
                self._cell(sheet, number, column, cell)
        if not table.rows:
            sheet.write_string(3, 0, self._words(table.empty))
        if table.note:
            sheet.write_string(len(table.rows) + 4, 0, self._words(table.note))
        sheet.freeze_panes(3, table.wide)

    def entries(self, report: Report) -> None:
        """From which entries each line is: their numbers as `giochoi log show` shows them."""
        sheet = self._sheet(msg("Entries"))
        sheet.set_column(0, 1, 36, self._text)
        sheet.set_column(2, 2, 100, self._text)
        heads = (msg("table"), msg("line"), msg("numbers of the entries"))
        sheet.write_row(0, 0, [self._words(one) for one in heads], self._bold)
        at = 1
        for table in report.tables:
            for row in table.rows:
                line = called(row, table.wide, self._words)
                for part in _parts(", ".join(numbers(row.entries, report.logs))):
                    for column, text in enumerate((self._words(table.title), line, part)):
                        sheet.write_string(at, column, text)
                    at += 1

    def _sheet(self, title: Arg) -> Any:
        self._number += 1
        text = self._words(title)
        name = f"{self._number} {_FORBIDDEN.sub(' ', text[:1].upper() + text[1:])}"
        sheet = self._book.add_worksheet(name if len(name) <= _NAME else name[: _NAME + 1].rpartition(" ")[0])
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, cell: Arg) -> None:
        """Numbers, lengths and days as such, so that they can be added up and sorted."""
        match cell:
            case int():
                sheet.write_number(row, column, cell, self._whole)
            case Length(ms):
                sheet.write_number(row, column, ms / 86_400_000, self._hours)
            case Day(day):
                sheet.write_datetime(row, column, day, self._date)
            case _:
                sheet.write_string(row, column, self._words(cell), self._text)


def _parts(numbers: str) -> Iterator[str]:
    """As much as a cell takes, cut between two numbers."""
    while len(numbers) > _CELL:
        end = numbers.rindex(", ", 0, _CELL)
        yield numbers[:end]
        numbers = numbers[end + 2 :]
    if numbers:
        yield numbers
