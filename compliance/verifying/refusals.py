"""Starts of games that were refused, counted by rule and game. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from compliance.entries.decision import LaunchRefused
from compliance.format.house_rule import HOUSE

_MOST = 1_000  # rules and games that are told apart: an honest log has dozens
_LONG = 200  # letters of a name
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """So many `times`, the first and the last one at these moments (Unix ms). Limits of a house's own are one `rule`: HOUSE.
    `pack`: the SHA-256 of the first one's.
    """

    cite: str
    rule: str
    game: str
    times: int
    first: int
    last: int
    pack: str = ""


@dataclass
class Refusals:
    """`take` each entry, then ask for `n`, how many there were, and `all` that are told apart."""

    n: int = 0
    _known: dict[_Key, list[int]] = field(default_factory=dict)
    _packs: dict[_Key, str] = field(default_factory=dict)

    def take(self, line: LaunchRefused) -> None:
        self.n += 1
        cite, rule = ("", HOUSE) if line.pack == HOUSE else (line.cite[:_LONG], line.rule[:_LONG])
        key = cite, rule, line.game[:_LONG]
        if (known := self._known.get(key)) is not None:
            known[:] = known[0] + 1, min(known[1], line.wall), max(known[2], line.wall)
        elif len(self._known) < _MOST:
            self._known[key] = [1, line.wall, line.wall]
            self._packs[key] = line.pack[:_LONG]

    def all(self) -> tuple[Refusal, ...]:
        """The most frequent first."""
        found = (Refusal(*key, times, first, last, self._packs[key]) for key, (times, first, last) in self._known.items())
        return tuple(sorted(found, key=lambda one: (-one.times, one.cite, one.rule, one.game)))
