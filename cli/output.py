"""What a command says: tables and lines for people, or exactly one JSON document. Messages go to stderr.

On a terminal tables are drawn with rich, elsewhere they are plain columns; neither is wider than the terminal, nor than a
hundred columns where there is none. Names and titles come from people, so whatever could steer a terminal is taken out of
them first.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TextIO

import msgspec

Row = Sequence[str]

_WIDTH = 100  # lines longer than this are hard to read, however wide the terminal is
_GAP = "  "
_NARROW = 8  # no column is made narrower

_HARMLESS = {"\n", "\t", "\u200c", "\u200d"}  # joiners belong to some scripts and to emoji


def clean(text: str) -> str:
    """`text` without control and direction characters."""
    return "".join("\ufffd" if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in _HARMLESS else c for c in text)


class Output:
    """Where one command's answer goes."""

    def __init__(self, *, json: bool = False, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.json = json
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    @property
    def terminal(self) -> bool:
        """Whether a person reads along."""
        return not self.json and self._out.isatty()

    def document(self, value: object) -> None:
        """The one JSON document of a command called with --json."""
        self._write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")

    def line(self, text: str = "") -> None:
        """One line of the answer for people."""
        self._write(clean(text) + "\n")

    def say(self, text: str, indent: int = 0, more: int = 0) -> None:
        """A paragraph for people, its first line indented by `indent` and the others by `more` on top."""
        first, others = " " * indent, " " * (indent + more)
        for line in textwrap.wrap(
            clean(text),
            _room(),
            initial_indent=first,
            subsequent_indent=others,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            self._write(line + "\n")

    def table(self, columns: Row, rows: Iterable[Row], title: str = "") -> None:
        """A table for people; `columns` are its headings."""
        cells = [[clean(cell) for cell in row] for row in rows]
        if self.terminal:
            self._rich_table(columns, cells, title)
            return
        if title:
            self.line(title)
        widths = _fitted([max(map(_width, column)) for column in zip(columns, *cells, strict=True)])
        for row in (columns, *cells):
            for line in _lines(row, widths):
                self.line(line)

    @property
    def width(self) -> int:
        """How many columns the reader's terminal has; 80 where there is none."""
        return shutil.get_terminal_size().columns if self.terminal else 80

    def drawing(self, lines: Iterable[Iterable[tuple[str, str]]]) -> None:
        """Lines of (text, style) that may be in colour on a terminal, and say the same without."""
        if not self.terminal:
            for line in lines:
                self.line("".join(text for text, _ in line).rstrip())
            return
        from rich.console import Console  # noqa: PLC0415 - a fifth of a second that scripts need not pay
        from rich.text import Text  # noqa: PLC0415 - the same

        console = Console(file=self._out)
        for line in lines:
            console.print(Text.assemble(*((clean(text), style) for text, style in line)), no_wrap=True, crop=False)

    def message(self, text: str) -> None:
        """Something beside the answer: a warning, an error, what happens next."""
        self._err.write(clean(text) + "\n")
        self._err.flush()

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _rich_table(self, columns: Row, rows: list[list[str]], title: str) -> None:
        from rich.console import Console  # noqa: PLC0415 - a fifth of a second that scripts need not pay
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(title=Text(title, style="bold") if title else None, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(Text(column), overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        Console(file=self._out).print(table)


def _width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _room() -> int:
    """How wide a line may be: what the terminal, or COLUMNS, has."""
    return max(40, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))


def _fitted(widths: list[int]) -> list[int]:
    """Widths of columns that together fit a line: the widest give way first."""
    room = _room() - len(_GAP) * (len(widths) - 1)
    cap = max(widths)
    while cap > _NARROW and sum(min(width, cap) for width in widths) > room:
        cap -= 1
    return [min(width, cap) for width in widths]


def _lines(row: Row, widths: Sequence[int]) -> Iterator[str]:
    """One row of a table, over as many lines as its longest cell takes."""
    folded = [
        [cell] if _width(cell) <= width else textwrap.wrap(cell, width, break_on_hyphens=False)
        for cell, width in zip(row, widths, strict=True)
    ]
    for parts in zip_longest(*folded, fillvalue=""):
        padded = (part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True))
        yield _GAP.join(padded).rstrip()
