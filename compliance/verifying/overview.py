"""What a page for an inspector needs of the entries beyond what they prove: place, hours, coverage, who overrode what. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from compliance.entries.decision import LaunchRefused
from compliance.entries.place import PlaceChanged
from compliance.entries.seat import SeatRetired, SeatStart
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.verifying.overridden import OVERRIDING, Overridden, Override
from compliance.verifying.refusals import Refusal, Refusals
from compliance.verifying.wanted import Wants, each
from compliance.verifying.watched import WATCHED, SeatMinutes, Watched
from i18n.message import Arg

GATE = "gate"  # how a seat watches that refuses games before they ran, and how it refuses them
_FEW = 3  # games that the gate does not see, as one that is told to an interpreter


@dataclass(frozen=True, slots=True)
class PlaceAt:
    """What the place said of itself from the moment `at` (Unix ms) on. `certificate` None: an older entry, which is silent."""

    at: int
    place: str
    hours: str
    certificate: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a file that does not hold says of itself: the last place, its zone, when its first and last entry were written."""

    place: PlaceAt | None
    zone: str
    period: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Clock:
    """The agent's entries: their numbers, and when they were written by its clock."""

    numbers: array[int]
    walls: array[int]

    def before(self, number: int) -> tuple[int, int] | None:
        """First and last moment of what was written before the entry of this number; None: nothing."""
        return self._ends(0, bisect_left(self.numbers, number))

    def since(self, number: int) -> tuple[int, int] | None:
        """The same of that entry and what came after it."""
        return self._ends(bisect_left(self.numbers, number), len(self.numbers))

    def _ends(self, first: int, end: int) -> tuple[int, int] | None:
        return (min(self.walls[first:end]), max(self.walls[first:end])) if first < end else None


@dataclass(frozen=True, slots=True)
class Overview:
    """`refused`: how many starts were, `refusals`: by which rules, of which games. `ungated`: seats that could not refuse games
    before they ran, with how many of their starts, and how many there were. `unstopped`: those that say they could, how
    often a game was refused there, and never before it ran.
    """

    places: tuple[PlaceAt, ...] = ()
    clock: Clock = field(default_factory=lambda: Clock(array("q"), array("q")))
    seats: tuple[SeatMinutes, ...] = ()
    overridden: tuple[Override, ...] = ()
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    ungated: tuple[tuple[str, int, int], ...] = ()
    unstopped: tuple[tuple[str, int], ...] = ()


@dataclass
class Looker:
    """Take what it `wants`, and `agents` with every entry of the agent; then ask for `overview`."""

    _places: list[PlaceAt] = field(default_factory=list)
    _clock: Clock = field(default_factory=lambda: Clock(array("q"), array("q")))
    _watched: dict[str, Watched] = field(default_factory=dict)
    _overridden: Overridden = field(default_factory=Overridden)
    _refused: Refusals = field(default_factory=Refusals)
    _starts: dict[str, tuple[int, int]] = field(default_factory=dict)
    _how: Counter[tuple[str, str]] = field(default_factory=Counter)  # by seat, how games were refused

    def keep(self, line: AnyEntry) -> None:
        """An entry of before this log begins: the place is known, and its seat, which that follows, and whether it ran."""
        if isinstance(line, PlaceChanged):
            self._places.append(place_at(line))
        elif isinstance(line, SeatRetired):
            self._retire("", line)
        elif line.seat != AGENT:
            self._watched.setdefault(line.seat, Watched(line.seat)).keep(line)
            if isinstance(line, SeatStart):
                self._follow(line)

    def wants(self) -> Wants:
        return {
            PlaceChanged: self._placed, LaunchRefused: self._refuse, SeatRetired: self._retire,
            **each(self._watch, *WATCHED), **each(self._override, *OVERRIDING),
        }  # fmt: skip

    def agents(self, index: int, line: AnyEntry) -> None:
        self._clock.numbers.append(index)
        self._clock.walls.append(line.wall)

    def _placed(self, _: Arg, line: PlaceChanged) -> None:
        self._places.append(place_at(line))

    def _refuse(self, _: Arg, line: LaunchRefused) -> None:
        if line.seat != AGENT:
            self._refused.take(line)
            self._how[line.seat, line.how] += 1

    def _watch(self, _: Arg, line: AnyEntry) -> None:
        if line.seat == AGENT:
            return
        watched = self._watched.get(line.seat)
        if watched is None:
            watched = self._watched[line.seat] = Watched(line.seat)
        watched.take(line)
        if isinstance(line, SeatStart):
            self._started(line)

    def _retire(self, _: Arg, line: SeatRetired) -> None:
        if (watched := self._watched.get(line.id)) is not None and watched.retired is None:
            watched.retired = line.wall

    def _override(self, _: Arg, line: AnyEntry) -> None:
        self._overridden.take(line)

    def _started(self, line: SeatStart) -> None:
        all_, without = self._starts.get(line.seat, (0, 0))
        self._starts[line.seat] = all_ + 1, without + (line.watch != GATE)
        self._follow(line)

    def _follow(self, line: SeatStart) -> None:
        if isinstance(line.follows, str) and line.follows in self._watched:
            self._watched[line.follows].over = line.follows != line.seat

    def ran(self, seat: str) -> bool:
        """Whether it did when the entries that are left began."""
        return seat in self._watched and self._watched[seat].ran

    def over(self, seat: str) -> bool:
        """Whether another seat followed it."""
        return seat in self._watched and self._watched[seat].over

    def overview(self) -> Overview:
        seats = tuple(one for one in (watched.minutes() for watched in self._watched.values()) if one is not None)
        ungated = tuple((seat, without, all_) for seat, (all_, without) in sorted(self._starts.items()) if without)
        refused = self._refused
        return Overview(
            tuple(self._places), self._clock, seats, self._overridden.all(), refused.n, refused.all(), ungated,
            tuple(self._unstopped()),
        )  # fmt: skip

    def _unstopped(self) -> Iterator[tuple[str, int]]:
        for seat, (_, without) in sorted(self._starts.items()):
            if not without and self._how[seat, "ended"] >= _FEW and not self._how[seat, GATE]:
                yield seat, self._how[seat, "ended"]


def place_at(line: PlaceChanged) -> PlaceAt:
    certificate = None if isinstance(line.certificate, msgspec.UnsetType) else line.certificate
    expires = None if isinstance(line.expires, msgspec.UnsetType) else line.expires
    return PlaceAt(line.wall, line.place, line.hours, certificate, expires)
