"""What a page for an inspector needs of the entries beyond what they prove: place, hours, coverage, who overrode what. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from compliance.entries.base import Entry
from compliance.entries.decision import LaunchRefused
from compliance.entries.override import Approval, CodeUsed, EnforcementOff, EnforcementOn, GrantGiven, GrantRevoked, Paused
from compliance.entries.place import GameChanged, PlaceChanged
from compliance.entries.seat import SeatNamed, SeatRetired, SeatStart, SeatStop
from compliance.entry import AnyEntry
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.verifying.wanted import Wants, each
from compliance.verifying.watched import WATCHED, SeatMinutes
from i18n.message import Arg

GATE = "gate"  # how a seat watches that refuses games before they ran, and how it refuses them
GUARDIAN = "guardian"  # who else would: the agent's and the daemon's tables of roles let nobody
STAFF = "staff"
OVERRIDING: frozenset[type[Entry]] = frozenset(
    {GrantGiven, GrantRevoked, Approval, GameChanged, Paused, CodeUsed, EnforcementOff, EnforcementOn}
)
"""The entries that tell of it."""
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


@dataclass(frozen=True, slots=True)
class Override:
    """So many `times`, for `ms` in all (0: no length), the first and the last one at these moments (Unix ms).

    `kind` is for programs: `grant`, `taken-back`, `allowed`, `label`, `pause`, `off`, `code`.
    """

    kind: str
    by: str
    times: int
    ms: int
    first: int
    last: int

    def with_(self, other: Override) -> Override:
        """Both together."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Override(self.kind, self.by, self.times + other.times, self.ms + other.ms, first, last)


@dataclass
class Overridden:
    """`take` all entries in order, then ask for `all`."""

    _known: dict[tuple[str, str], Override] = field(default_factory=dict)
    _off: dict[tuple[str, str], EnforcementOff] = field(default_factory=dict)

    def take(self, line: AnyEntry) -> None:
        match line:
            case GrantGiven():
                self._add("grant", line.by, line.wall, line.ms)
            case GrantRevoked():
                self._add("taken-back", GUARDIAN, line.wall)
            case Approval():
                self._add("allowed", GUARDIAN, line.wall)
            case GameChanged() if line.before != line.after:
                self._add("label", GUARDIAN, line.wall)
            case Paused():
                self._add("pause", GUARDIAN, line.wall)
            case CodeUsed():
                self._add("code", GUARDIAN, line.wall, line.ms)
            case EnforcementOff():
                self._off[line.seat, line.id] = line
                self._add("off", GUARDIAN, line.wall, line.until - line.wall)
            case EnforcementOn():
                if (off := self._off.pop((line.seat, line.id), None)) is not None and line.wall < off.until:
                    self._add("off", GUARDIAN, off.wall, line.wall - off.until, times=0)
            case _:
                pass

    def all(self) -> tuple[Override, ...]:
        return tuple(self._known[key] for key in sorted(self._known))

    def _add(self, kind: str, by: str, at: int, ms: int = 0, *, times: int = 1) -> None:
        old = self._known.get((kind, by), Override(kind, by, 0, 0, at, at))
        self._known[kind, by] = old.with_(Override(kind, by, times, ms, at, at))


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
    before they ran, with how many of their starts, and how many there were. `names`: what the agent calls the PCs of seats.
    """

    places: tuple[PlaceAt, ...] = ()
    clock: Clock = field(default_factory=lambda: Clock(array("q"), array("q")))
    seats: tuple[SeatMinutes, ...] = ()
    overridden: tuple[Override, ...] = ()
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    ungated: tuple[tuple[str, int, int], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


class Seen(Protocol):
    """One seat, of which it is told in which minutes it was alive."""

    def minutes(self, *, over: bool, retired: int | None) -> SeatMinutes | None: ...


@dataclass
class Looker:
    """Take what it `wants`, and `agents` with every entry of the agent; then ask for `overview`. `presence`: of each seat."""

    presence: Mapping[str, Seen]
    _places: list[PlaceAt] = field(default_factory=list)
    _clock: Clock = field(default_factory=lambda: Clock(array("q"), array("q")))
    _ran: dict[str, bool] = field(default_factory=dict)  # each seat, and whether it did when the entries that are left began
    _over: set[str] = field(default_factory=set)  # others followed these, and nothing came since
    _retired: dict[str, int] = field(default_factory=dict)
    _overridden: Overridden = field(default_factory=Overridden)
    _refused: Refusals = field(default_factory=Refusals)
    _starts: dict[str, tuple[int, int]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def keep(self, line: AnyEntry) -> None:
        """An entry of before this log begins: the place is known, and its seat, which that follows, and whether it ran."""
        if isinstance(line, PlaceChanged):
            self._places.append(place_at(line))
        elif isinstance(line, SeatRetired):
            self._retire("", line)
        elif isinstance(line, SeatNamed):
            self._name("", line)
        elif line.seat != AGENT:
            self._ran[line.seat] = isinstance(line, SeatStart) or (not isinstance(line, SeatStop) and self.ran(line.seat))
            if type(line) in WATCHED:
                self._over.discard(line.seat)
            if isinstance(line, SeatStart):
                self._follow(line)

    def wants(self) -> Wants:
        return {
            PlaceChanged: self._placed, LaunchRefused: self._refuse, SeatRetired: self._retire, SeatNamed: self._name,
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

    def _watch(self, _: Arg, line: AnyEntry) -> None:
        if line.seat == AGENT:
            return
        self._ran.setdefault(line.seat, False)
        self._over.discard(line.seat)
        if isinstance(line, SeatStart):
            self._started(line)

    def _retire(self, _: Arg, line: SeatRetired) -> None:
        if line.id in self._ran:
            self._retired.setdefault(line.id, line.wall)

    def _name(self, _: Arg, line: SeatNamed) -> None:
        self._names[line.id] = line.name[:_LONG]

    def _override(self, _: Arg, line: AnyEntry) -> None:
        self._overridden.take(line)

    def _started(self, line: SeatStart) -> None:
        all_, without = self._starts.get(line.seat, (0, 0))
        self._starts[line.seat] = all_ + 1, without + (line.watch != GATE)
        self._follow(line)

    def _follow(self, line: SeatStart) -> None:
        if isinstance(line.follows, str) and line.follows in self._ran and line.follows != line.seat:
            self._over.add(line.follows)

    def ran(self, seat: str) -> bool:
        """Whether it did when the entries that are left began."""
        return self._ran.get(seat, False)

    def over(self, seat: str) -> bool:
        """Whether another seat followed it."""
        return seat in self._over

    def overview(self) -> Overview:
        seats = [
            one.minutes(over=self.over(name), retired=self._retired.get(name))
            for name, one in self.presence.items() if name != AGENT
        ]  # fmt: skip
        ungated = tuple((seat, without, all_) for seat, (all_, without) in sorted(self._starts.items()) if without)
        refused = self._refused
        return Overview(
            tuple(self._places), self._clock, tuple(one for one in seats if one is not None), self._overridden.all(),
            refused.n, refused.all(), ungated, dict(self._names),
        )  # fmt: skip


def place_at(line: PlaceChanged) -> PlaceAt:
    certificate = None if isinstance(line.certificate, msgspec.UnsetType) else line.certificate
    expires = None if isinstance(line.expires, msgspec.UnsetType) else line.expires
    return PlaceAt(line.wall, line.place, line.hours, certificate, expires)
