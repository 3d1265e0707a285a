"""What kind of place it was at a moment, and which packs bound whom, as the agent's entries say it. Pure.

Moments are the agent's clock. Where that was set back, what was said last holds from its own moment on.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT

PLACE: Final = "place"
GUEST: Final = "guest"
Packs = tuple[PackLine, ...]
_T = TypeVar("_T")


@dataclass(slots=True)
class _Said(Generic[_T]):
    """What was said of one thing, each from its moment on."""

    _moments: list[int] = field(default_factory=list)
    _values: list[_T] = field(default_factory=list)

    def say(self, at: int, value: _T) -> None:
        while self._moments and self._moments[-1] >= at:
            self._moments.pop()
            self._values.pop()
        self._moments.append(at)
        self._values.append(value)

    def at(self, moment: int) -> _T | None:
        """None: nothing was said by then."""
        number = bisect_right(self._moments, moment)
        return self._values[number - 1] if number else None

    @property
    def first(self) -> _T | None:
        return self._values[0] if self._values else None


@dataclass
class Timeline:
    """`take` every entry in the order of the log, then ask of any moment (Unix ms)."""

    _places: _Said[str] = field(default_factory=_Said)
    _packs: dict[str, _Said[Packs]] = field(default_factory=dict)
    _same: dict[tuple[object, ...], Packs] = field(default_factory=dict)  # each set of packs is held once
    _first: int = 0  # the seq of the agent's first entry that was seen

    def begin(self, line: AnyEntry) -> None:
        self._first = self._first or line.seq

    def take(self, line: AnyEntry) -> None:
        if line.seat != AGENT:
            return
        self.begin(line)
        if isinstance(line, PlaceChanged):
            self._places.say(line.wall, line.place)
        elif isinstance(line, PolicyChanged):
            key = tuple((one.id, one.sha256, *sorted(one.params.items())) for one in line.packs)
            packs = self._same.setdefault(key, line.packs)
            self._packs.setdefault(line.target, _Said()).say(line.wall, packs)

    @property
    def whole(self) -> bool:
        """Whether the agent's chain was seen from its beginning on."""
        return self._first == 1

    def place(self, at: int) -> str | None:
        """The kind of place, before the first one was said that one; None: none was."""
        return self._places.at(at) or self._places.first

    def packs(self, target: str, at: int) -> Packs | None:
        """The packs put on "place", "guest" or a pseudonym. None: it is not known, as of a player whose packs were put on
        another day, under another pseudonym.
        """
        said = self._packs.get(target)
        found = None if said is None else said.at(at)
        if found is None and target in {PLACE, GUEST} and self.whole:
            return ()
        return found
