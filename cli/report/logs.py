"""One log or several that a report adds up: a place whose PCs each keep their own has one paper all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

from cli.errors import CommandError
from cli.report.reading import Source, count
from compliance.reporting.counting import Counter
from compliance.reporting.figures import Figures, ranges
from compliance.reporting.periods import Period
from i18n.message import msg


@dataclass(frozen=True, slots=True)
class Log:
    """`letter`: what a report of several calls it, which the only one needs not. `first`: the number that its entry 0 has in
    the figures, where they run on from log to log.
    """

    file: str
    source: Source
    counter: Counter
    letter: str = ""
    first: int = 0


def counted(files: Sequence[tuple[Path, str]], about: Period, figures: Figures) -> tuple[Log, ...]:
    """Show all of these bundles to `figures`, by their paths and what mistakes call them. CommandError: 4 if something in one
    was changed, 2 if one is no bundle, or of the same log as another.
    """
    found: list[Log] = []
    for number, (path, called) in enumerate(files):
        letter = _letter(number) if len(files) > 1 else ""
        first = found[-1].first + found[-1].source.checkpoint.size if found else 0
        counter = Counter(about, figures, letter, first)
        log = Log(Path(called).name, count(path, counter, called), counter, letter, first)
        for other in found:
            if other.source.key == log.source.key:
                raise CommandError(msg("{first} and {second} are of the same log: name one of them",
                                       first=other.file, second=log.file))  # fmt: skip
        found.append(log)
    for log in found:
        log.counter.finish()
    return tuple(found)


def _letter(number: int) -> str:
    """A to Z, then AA, AB and so on, as a spreadsheet calls its columns."""
    more, last = divmod(number, len(ascii_uppercase))
    return (_letter(more - 1) if more else "") + ascii_uppercase[last]


def numbers(entries: Iterable[int], logs: Sequence[Log]) -> Iterator[str]:
    """As `giochoi log show` numbers them, neighbours as a range; of several logs behind the letter of each."""
    if len(logs) == 1:
        yield from ranges(entries)
        return
    entries = sorted(set(entries))
    for log in logs:
        last = log.first + log.source.checkpoint.size
        for run in ranges(one - log.first for one in entries if log.first <= one < last):
            yield f"{log.letter} {run}"


def log_of(entry: int, logs: Sequence[Log]) -> Log:
    """In which log the entry of this number is."""
    return next(log for log in reversed(logs) if log.first <= entry)
