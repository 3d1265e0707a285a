"""The table of invariants: what is demanded of entries, row by row. docs/spec/invariants.md is made of it. Pure."""

from __future__ import annotations

from typing import Any, Final

from compliance.entries.base import Entry
from compliance.verifying.table import events, games, laxer, pairs, people, place, plays, sessions, warnings
from compliance.verifying.table.invariant import Invariant, Learning

FAMILIES: Final = {
    "Entries that belong to another": pairs.ROWS,
    "Plays and the clock that they are counted on": plays.ROWS,
    "Warnings": warnings.ROWS,
    "Players": people.ROWS,
    "Games, and what the house says": games.ROWS,
    "What was made laxer": laxer.ROWS,
    "The place, and what was deleted": place.ROWS,
    "What happened": events.ROWS,
}
LEARN: Final[dict[type[Entry], tuple[Learning, ...]]] = {}
for _family in (pairs, games, laxer, people, warnings, sessions, plays, place, events):
    _learn: dict[type[Entry], Any] = _family.LEARN
    for _kind, _one in _learn.items():
        LEARN[_kind] = (*LEARN.get(_kind, ()), _one)
ROWS: Final[tuple[Invariant, ...]] = tuple(row for rows in FAMILIES.values() for row in rows)
