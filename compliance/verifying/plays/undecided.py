"""What is said of plays that could not be decided again, or not by all of their rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from compliance.verifying.plays.binding import Why
from compliance.verifying.report import NOWHERE, Finding
from i18n.message import Arg, Message, msg, msgn

_WHY: Final[Mapping[Why, Message]] = MappingProxyType({
    "older": msg("their entries do not say what was in force"),
    "own": msg("a player's own limits bound them besides, and the log does not hold these"),
    "seats": msg("the player played at another seat that day, too, and whether this one knew of that is not told"),
    "long": msg("a rule counts more than one day, and the log does not say who played on the day before"),
    "unseen": msg("the PC slept, its clock was set, or nobody saw a play's end"),
    "text": msg("the text of a pack is missing or not valid"),
    "zone": msg("a rule's day is not the day of the place's time zone"),
    "abroad": msg("the place's own rules are of a land with another time zone than the place"),
    "odd": msg("no rule can be asked about their moments or numbers"),
    "many": msg("there is too much of one player's day, or of different rules, to decide each again"),
})  # fmt: skip
_STRANGE: Final = frozenset({"many", "abroad"})  # nothing that an honest place has


@dataclass
class Undecided:
    """Counts plays, by why."""

    _counts: dict[Why, int] = field(default_factory=dict)
    _first: dict[Why, Arg] = field(default_factory=dict)

    def add(self, why: Why, where: Arg) -> None:
        if where == NOWHERE:
            return
        self._first.setdefault(why, where)
        self._counts[why] = self._counts.get(why, 0) + 1

    def findings(self) -> Iterator[Finding]:
        for why, n in self._counts.items():
            kind = "kept-undecided" if why in _STRANGE else "not-decidable"
            yield Finding(kind, self._first[why], msgn(
                "{n} play, this one, cannot be decided again by all its rules: {why}",
                "{n} plays, this one first, cannot be decided again by all their rules: {why}", n, why=_WHY[why],
            ))  # fmt: skip
