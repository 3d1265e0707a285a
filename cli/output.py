"""What a command says: tables and lines for people, or exactly one JSON document. Messages go to stderr.

Nothing is wider than the terminal, nor than a hundred columns. No word, number or address is cut for that: columns give way to
each other, and where all of them cannot, each row becomes a list. Names and titles come from people, so whatever could steer a
terminal is taken out of them first.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import TextIO

import msgspec

from host.clock import wall
from i18n.catalogue import Catalogue, Language
from i18n.message import Arg, Day, Length, Moment, Weekday

Row = Sequence[Arg]

_WIDTH = 100  # lines longer than this are hard to read, however wide the terminal is
_GAP = "  "
_SPACE = re.compile(r"[ \t\n]")  # a no-break space holds together what it stands between

_HARMLESS = {"\n", "\t", "\u200c", "\u200d"}  # joiners belong to some scripts and to emoji


def clean(text: str) -> str:
    """`text` without control and direction characters."""
    return "".join("\ufffd" if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in _HARMLESS else c for c in text)


class _Whole(Catalogue):
    """Words for text that is put into lines: no date, no length is divided."""

    def __call__(self, said: Arg, depth: int = 0) -> str:
        text = super().__call__(said, depth)
        return text.replace(" ", "\u00a0") if isinstance(said, Day | Length | Moment | Weekday) else text


class Output:
    """Where one command's answer goes, and in which language. Messages go to stderr."""

    def __init__(self, *, json: bool = False, language: Language = "en", out: TextIO | None = None) -> None:
        self.json = json
        self.words = Catalogue(language, now=wall())
        self._whole = _Whole(language, now=wall())
        self._out = out or sys.stdout

    def document(self, value: object) -> None:
        """The one JSON document of a command called with --json."""
        self._write(msgspec.json.format(msgspec.json.encode(self.words.document(value)), indent=2).decode() + "\n")

    def answer(self, document: object, said: Arg | Callable[[], None]) -> None:
        """All there is to say: the document with --json, else a paragraph, or what `said` says."""
        if self.json:
            self.document(document)
        elif callable(said):
            said()
        else:
            self.say(said, 0, 2)

    def line(self, text: Arg = "") -> None:
        """One line of the answer, as long as it is: what is no sentence, and may have lines of its own."""
        self._write(clean(self.words(text)) + "\n")

    def say(self, text: Arg, indent: int = 0, more: int = 0) -> None:
        """A paragraph for people, its first line indented by `indent` and the others by `more` on top."""
        first, *others = _folded(clean(self._whole(text)), _room() - indent, more)
        self._write("\n".join((" " * indent + first, *(" " * (indent + more) + line for line in others), "")))

    def table(self, columns: Row, rows: Iterable[Row], title: Arg = "") -> None:
        """A table for people; `columns` are its headings."""
        head, *cells = ([clean(self._whole(cell)) for cell in row] for row in (columns, *rows))
        if title:
            self.head(title)
        widths = _fitted((head, *cells), _room())
        if widths is None:
            self._lists(head, cells)
            return
        self._bold(_lines(head, widths))
        for row in cells:
            self._write("\n".join((*_lines(row, widths), "")))

    def pairs(self, rows: Iterable[tuple[Arg, Arg]]) -> None:
        """What is told about each of a few words: beside it, or below where there is no room."""
        told = [(clean(self._whole(name)), clean(self._whole(text))) for name, text in rows]
        wide = min(max((_width(name) for name, _ in told), default=0), _room() // 3)
        for name, text in told:
            at = wide if max(map(_width, _SPACE.split(text))) <= _room() - wide - 4 else 0
            first = " " * at
            if _width(name) <= at:
                first = name + " " * (at - _width(name))
            else:
                self._write(f"  {name}\n")
            for line in _folded(text, _room() - at - 4):
                self._write(f"  {first}  {line}".rstrip() + "\n")
                first = " " * at

    def head(self, text: Arg) -> None:
        """A heading."""
        self._bold(_folded(clean(self._whole(text)), _room()))

    def message(self, text: Arg) -> None:
        """Something beside the answer: a warning, an error, what happens next."""
        self._beside(text, "\n")

    def prompt(self, text: Arg) -> None:
        """A question beside the answer, which is typed behind it."""
        self._beside(text, " ")

    def _beside(self, text: Arg, end: str) -> None:
        """In lines as wide as the terminal; where none is known it is one line, which scripts and service managers expect."""
        said = clean(self._whole(text))
        wide = _room() if sys.stderr.isatty() or os.environ.get("COLUMNS") else sys.maxsize
        sys.stderr.write("\n  ".join(_folded(said, wide, 2)) + end)
        sys.stderr.flush()

    def _lists(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Every row as a list of its cells, those without text left out."""
        for number, row in enumerate(rows):
            told = [f"{column}: {cell}".removeprefix(": ") for column, cell in zip(columns, row, strict=True) if cell]
            if number:
                self.line()
            self._bold(_folded("".join(told[:1]), _room()))
            for other in told[1:]:
                self.say(other, 2, 2)

    def _bold(self, lines: Iterable[str]) -> None:
        """In bold on a terminal that says what it is; a console of Windows does not, and may not know how."""
        bold = self._out.isatty() and os.environ.get("TERM", "dumb") != "dumb" and "NO_COLOR" not in os.environ
        for line in lines:
            self._write(f"\x1b[1m{line}\x1b[0m\n" if bold else f"{line}\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _width(text: str) -> int:
    """Columns that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _room() -> int:
    """How wide a line may be: what the terminal, or COLUMNS, has."""
    return max(40, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))


def _folded(text: str, width: int, less: int = 0) -> list[str]:
    """`text` in lines of this width, those after the first of `less` less. A word that is longer stands alone, whole."""
    lines = [""]
    for word in _SPACE.split(text):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and _width(longer) > width - (less if len(lines) > 1 else 0):
            lines.append(word)
        else:
            lines[-1] = longer
    return [line.rstrip().replace("\u00a0", " ") for line in lines]


def _fitted(rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Widths of columns that together fit a line, the widest giving way first; None if words would have to be cut."""
    columns = list(zip(*rows, strict=True))
    room -= len(_GAP) * (len(columns) - 1)

    def widths(cap: int) -> list[int]:
        return [max(_width(line) for cell in column for line in _folded(cell, cap)) for column in columns]

    if sum(widths(0)) > room:
        return None
    return widths(bisect(range(room + 1), room, key=lambda cap: sum(widths(cap))) - 1)


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """One row of a table, over as many lines as its longest cell takes."""
    folded = [_folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        _GAP.join(part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True)).rstrip()
        for parts in zip_longest(*folded, fillvalue="")
    ]
