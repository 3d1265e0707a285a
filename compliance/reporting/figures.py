"""What a report counts: entries by what they say. Every figure is its entries, so each can be traced to them. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "play": ("day", "group", "game", "label"),
    "time": ("day", "group", "game", "label"),
    "refused": ("day", "group", "rule", "cite", "game", "label"),
    "program": ("day", "how"),
    "due": ("day", "group", "rule", "cite", "how"),
    "warned": ("day", "group", "what", "how"),
    "checkin": ("day", "seat", "how"),
    "override": ("day", "what", "by"),
    "change": ("day", "what"),
    "issue": ("day", "what"),
    "heard": ("day", "seat"),
    "alive": ("day", "seat"),
    "gap": ("day", "seat", "how"),
}
"""The figures, and by which fields each is counted.

`play`: plays that began; `time`: how long plays were that ended; `refused`: starts; `program`: programs that are not installed;
`due`: plays that had to end, `how` they did; `warned`: reminders, `how` they were shown; `checkin`: customers checked in
at a public place, `how` their age was checked, "moved" where they came from another PC; `override`: what people let happen or
kept from it; `change`: of rules; `issue`: what was not enforced, or not sure; `heard`: the first that a
seat wrote on a day; `alive`: when it was; `gap`: when it was not: `off`, or, as the verifier calls what nobody explains,
`lost`, `ran-on` or `restored`.
"""


@dataclass(slots=True)
class Cell:
    """Entries that are counted together: their numbers in the log, and the milliseconds that each tells of."""

    entries: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("q"))

    @property
    def n(self) -> int:
        return len(self.entries)

    @property
    def ms(self) -> int:
        return sum(self.lengths)


class Figures:
    """All that was counted."""

    def __init__(self) -> None:
        self._cells: dict[str, dict[tuple[str, ...], Cell]] = {name: {} for name in FIELDS}

    def add(self, name: str, entry: int, *values: str, ms: int = 0) -> None:
        """Count the entry of this number for the figure; `values` are its FIELDS."""
        cells = self._cells[name]
        cell = cells.get(values)
        if cell is None:
            cell = cells[values] = Cell()
        cell.entries.append(entry)
        cell.lengths.append(ms)

    def by(self, name: str, *fields: str) -> dict[tuple[str, ...], Cell]:
        """The figure by some of its fields, in their order."""
        places = [FIELDS[name].index(one) for one in fields]
        found: dict[tuple[str, ...], Cell] = {}
        for values, cell in self._cells[name].items():
            into = found.setdefault(tuple(values[place] for place in places), Cell())
            into.entries.extend(cell.entries)
            into.lengths.extend(cell.lengths)
        return dict(sorted(found.items()))

    def lines(self) -> Iterator[tuple[str, dict[str, str], int, int]]:
        """Each counted entry: figure, fields, number, milliseconds."""
        for name, cells in self._cells.items():
            for values, cell in sorted(cells.items()):
                told = dict(zip(FIELDS[name], values, strict=True))
                for entry, ms in zip(cell.entries, cell.lengths, strict=True):
                    yield name, told, entry, ms


def ranges(entries: Iterable[int]) -> Iterator[str]:
    """Numbers in order, neighbours as a range: 3, 5–9."""
    numbers = sorted(set(entries))
    if not numbers:
        return
    first = last = numbers[0]
    for number in (*numbers[1:], -1):  # no entry has that number
        if number == last + 1:
            last = number
            continue
        yield f"{first}–{last}" if first < last else str(first)
        first = last = number
