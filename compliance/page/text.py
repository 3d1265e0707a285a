"""The page for a terminal, no wider than it. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

from compliance.page.blocks import Block, Chart, Fact, Said, Section
from compliance.page.calendar import Coverage, Share
from i18n.message import Arg

Words = Callable[[Arg], str]

MARKS = {"whole": "█", "part": "▒", "none": "X", "off": "·", "closed": " "}
_TONES = {"bad": "✗ ", "note": "! ", "good": "✓ ", "": "· "}
_NAMES = 16
_LABEL = 15
_PERCENT = 5
_MOST_DAYS = 31


def lines(sections: Sequence[Section], words: Words, width: int) -> Iterator[str]:
    """Line by line. Names in a log are anybody's: what a terminal would take for a command is replaced."""
    for number, section in enumerate(sections):
        if number:
            yield ""
        yield printable(words(section.title)).upper()
        for block in section.blocks:
            yield from map(printable, _block(block, words, width))


def printable(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def escaped(document: str) -> str:
    """The same JSON: what a terminal would take for a command, or for another direction of writing, is escaped as well; it
    goes by Unicode's categories, as `printable` does.
    """
    return document.translate({ord(one): _escape(one) for one in set(document) if not (one.isprintable() or one == "\n")})


def _escape(char: str) -> str:
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _block(block: Block, words: Words, width: int) -> Iterator[str]:
    match block:
        case Fact():
            yield from _fact(printable(words(block.name)), printable(words(block.is_)), width)
        case Said():
            yield from _folded(words(block.text), f"  {_TONES[block.tone]}", 4, width)
            for more in block.more:
                yield from _folded(words(more), " " * 6, 8, width)
        case Chart():
            yield from _chart(block, words, width)


def _fact(name: str, told: str, width: int) -> Iterator[str]:
    """Behind its name; below it where it would not fit in one piece."""
    start = f"  {name:<{_LABEL}} "
    if len(start) > _LABEL + 3 or len(start) + max(map(len, told.split()), default=0) > width:
        yield f"  {name}"
        start = " " * 4
    yield from _folded(told, start, len(start), width)


def _folded(text: str, first: str, indent: int, width: int) -> list[str]:
    """What has no spaces, such as a hash, stays whole."""
    return textwrap.wrap(
        printable(text), width, initial_indent=first, subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _chart(chart: Chart, words: Words, width: int) -> Iterator[str]:
    told = [f"{MARKS[mark]} {words(about)}" for mark, about in chart.legend if MARKS[mark].strip()]
    yield from _folded(", ".join(told), "  ", 2, width)
    found = chart.coverage
    if chart.by_hour is not None:
        yield ""
        yield from _folded(words(chart.by_hour), "  ", 2, width)
        yield _row("", "", "".join(f"{hour:02}"[0] for hour in found.hours))
        yield _row("", "%", "".join(f"{hour:02}"[1] for hour in found.hours))
        yield from _rows(found, [[seat.hour(hour) for hour in found.hours] for seat in found.seats])
    if chart.by_day is not None:
        days = found.days[-max(7, min(_MOST_DAYS, width - _NAMES - _PERCENT - 5)) :]
        yield ""
        yield from _folded(words(chart.by_day), "  ", 2, width)
        yield _row("", "", "".join(f"{day.day:02}"[0] for day in days))
        yield _row("", "%", "".join(f"{day.day:02}"[1] for day in days))
        yield from _rows(found, [[seat.day(day) for day in days] for seat in found.seats])


def _rows(found: Coverage, shares: Sequence[Sequence[Share]]) -> Iterator[str]:
    for seat, row in zip(found.seats, shares, strict=True):
        percent = sum(row, Share()).percent
        yield _row(seat.seat, percent, "".join(MARKS[one.mark] for one in row))


def _row(name: str, percent: str, marks: str) -> str:
    short = name if len(name) <= _NAMES else f"{name[: _NAMES - 1]}…"
    return f"  {short:<{_NAMES}} {percent:>3}  {marks}".rstrip()
