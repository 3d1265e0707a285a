"""What a report says, before it is a page, a sheet or lines on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cli.report.logs import Log
from i18n.message import Arg


@dataclass(frozen=True, slots=True)
class Row:
    """`entries`: the numbers of the entries that its figures are made of."""

    cells: tuple[Arg, ...]
    entries: Sequence[int] = ()


def called(row: Row, wide: int, words: Callable[[Arg], str]) -> str:
    """Its first cells, which hold words, in one; what stands where there is nothing to say is none."""
    return ", ".join(said for cell in row.cells[:wide] if (said := words(cell)) not in {"", "–"})


@dataclass(frozen=True, slots=True)
class Table:
    """`wide`: how many of the columns, the first ones, hold words; the others hold numbers and lengths. `empty`: what is said
    of no rows. `long`: there may be hundreds of rows, which a page leaves to sheets. `short`: the
    title of its sheet, where the other one is too long for that.
    """

    title: Arg
    columns: tuple[Arg, ...]
    rows: tuple[Row, ...]
    wide: int = 1
    note: Arg = ""
    empty: Arg = ""
    long: bool = False
    short: Arg = ""


@dataclass(frozen=True, slots=True)
class Report:
    """`head` is said of the place, "" where that is nowhere set, `log` of what was counted, which are `logs`, `notes` what
    these cannot tell. `lacks`: of which of these days they tell nothing; `nothing`: it is all of them. `official`: it is handed
    in, so it has room to sign, with the owner's name below.
    """

    title: Arg
    days: Arg
    place: Arg
    head: tuple[tuple[Arg, Arg], ...]
    log: tuple[tuple[Arg, Arg], ...]
    tables: tuple[Table, ...]
    notes: tuple[Arg, ...]
    hotlines: Arg
    official: bool
    logs: tuple[Log, ...]
    owner: str = ""
    lacks: Arg = ""
    nothing: bool = False
