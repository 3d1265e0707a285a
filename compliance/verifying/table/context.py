"""What all rows of the table go by: the clock and the run of each seat, what it said last, what the log said so far. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import msgspec

from compliance.entries.base import Entry
from compliance.entries.play import Warned
from compliance.entries.seat import SeatStart, SeatStop
from compliance.format.chain import AGENT
from compliance.verifying.clocks import SeatClock
from compliance.verifying.listed import Times
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import NOWHERE
from compliance.verifying.sums.totals import Plays
from compliance.verifying.zones import Zones
from i18n.message import Arg

Key: TypeAlias = tuple[str, ...]
GrantKey: TypeAlias = tuple[str, int, str | None, int]  # by whom, how much, of which game, when
PackKey: TypeAlias = tuple[object, ...]  # the SHA-256 of its text, and its values
Span: TypeAlias = tuple[int, int]  # the first minute since 1970, and the one after the last


@dataclass
class Pairs:
    """`began`: the opening entry by the pair and its key, with where it is; `over`: the closing one."""

    began: dict[Key, tuple[Arg, Any]] = field(default_factory=dict)
    over: dict[Key, Any] = field(default_factory=dict)
    pauses: Times = field(default_factory=Times)

    def holds(self, key: Key) -> bool:
        return key in self.began and key not in self.over

    def opened(self, name: str, *key: str) -> Any:
        """The opening entry; None: there was none."""
        return self.began.get((name, *key), (NOWHERE, None))[1]


@dataclass(slots=True)
class Person:
    """`days`: which it may have been, None once that was told. `ages`: all that were told, in order. `guest`: whether it was
    one, when somebody was found logged on under it. `visits`: it was checked in, and is not registered.
    """

    days: frozenset[int] | None
    ages: list[int | None] = field(default_factory=list)
    guest: bool | None = None
    visits: bool = False


@dataclass
class People:
    """`put`: of whom the agent wrote down what binds them; `given`: extra time, to anybody at any seat."""

    persons: dict[str, Person] = field(default_factory=dict)
    put: set[str] = field(default_factory=set)
    given: set[GrantKey] = field(default_factory=set)


@dataclass
class Said:
    """What the agent said at some time: kinds of place, zones, packs with their values, and which of these one had together:
    the place, guests, or some player. At first nothing binds the place and guests. `laws`: published packs on the place.
    `last`: the kind of place, as it is.
    """

    kinds: set[str] = field(default_factory=set)
    zones: set[str] = field(default_factory=set)
    packs: set[PackKey] = field(default_factory=set)
    laws: set[str] = field(default_factory=set)
    last: str = ""
    place: set[frozenset[PackKey]] = field(default_factory=lambda: {frozenset()})
    guest: set[frozenset[PackKey]] = field(default_factory=lambda: {frozenset()})
    player: set[frozenset[PackKey]] = field(default_factory=set)


class Warnable(msgspec.Struct, eq=False, gc=False):
    """A play. `tells`: its seat says what bound it as it began, which was then; `seen`: from its beginning; `told`: how often
    its player was warned; `due`: it was.
    """

    who: str
    game: str
    tells: bool
    resumed: bool
    seen: bool
    told: int = 0
    due: bool = False


@dataclass(slots=True)
class Warnings:
    """Of one seat. `rules`: that ended or refused play, none of which only tells; `told`: those that warnings named."""

    plays: dict[int, Warnable] = field(default_factory=dict)
    over: dict[int, Warnable] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def of(self, line: Warned) -> Warnable | None:
        return self.plays.get(line.play) or self.over.get(line.play)


@dataclass(slots=True)
class Logged:
    """Of one seat. `open`: by the seq of their entries, since which minute; `told`: when somebody logged on or off last;
    `untold`: plays while nobody was logged on.
    """

    open: dict[int, int] = field(default_factory=dict)
    over: list[Span] = field(default_factory=list)
    told: int = 0
    untold: Times = field(default_factory=Times)


@dataclass
class Sessions:
    """`hours`: those of the place, from each of the `moments` on; `public`: since when it is no home, None: it is one."""

    moments: list[int] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    public: int | None = None
    seats: defaultdict[str, Logged] = field(default_factory=lambda: defaultdict(Logged))


class Due(NamedTuple):
    """When a play was due, and how long it had to save."""

    boot: str
    mono: int
    grace: int


@dataclass(slots=True)
class Seat:
    """`whole`: its chain is seen from its beginning, which was at `began`. `stopped`: its last run is over, None before any.
    `started`: when its run did.
    """

    began: int
    whole: bool
    last: Entry | None = None
    stopped: bool | None = None
    started: int = 0


@dataclass
class Laxer:
    """`aged`: plays by pseudonym and the age that was registered anew; `learning`: that do not count, by game, and how many of
    them there were `before` an entry of the agent said so.
    """

    aged: dict[tuple[str, int], int] = field(default_factory=dict)
    learning: Counter[str] = field(default_factory=Counter)
    before: dict[tuple[str, int], int] = field(default_factory=dict)


@dataclass
class Context:
    """`learn` from each entry after it was checked. `running`: plays that go on; `ended`: the log is at its end; `restored`: a
    backup was. `learning`, `let`: games whose play did not count, or that were let through, at some time. `open`: the play of
    each seat, player and game; `cut`: those that were closed at midnight, to go on. `refused`: starts by pseudonym, seat, game.
    """

    zones: Zones
    running: Plays
    clocks: Mapping[str, SeatClock]
    presence: Mapping[str, SeatPresence]
    ended: bool = False
    restored: bool = False
    seats: dict[str, Seat] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=Pairs)
    people: People = field(default_factory=People)
    said: Said = field(default_factory=Said)
    warnings: defaultdict[str, Warnings] = field(default_factory=lambda: defaultdict(Warnings))
    sessions: Sessions = field(default_factory=Sessions)
    laxer: Laxer = field(default_factory=Laxer)
    learning: set[str] = field(default_factory=set)
    let: set[str] = field(default_factory=set)
    open: dict[tuple[str, str, str], int] = field(default_factory=dict)
    cut: set[tuple[str, int]] = field(default_factory=set)
    dues: dict[tuple[str, int], Due] = field(default_factory=dict)
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def begin(self, line: Entry) -> None:
        """With the first entry of a seat that the log still has, before it is checked."""
        if line.seat not in self.seats:
            self.seats[line.seat] = Seat(line.wall, line.seq == 1)

    def learn(self, line: Entry) -> None:
        seat = self.seats[line.seat]
        seat.last = line
        if isinstance(line, SeatStart):
            seat.stopped, seat.started = False, line.wall
        elif isinstance(line, SeatStop):
            seat.stopped = True

    @property
    def whole(self) -> bool:
        """Whether the agent's chain is seen from its beginning, and no backup was put back: what it said is known."""
        return AGENT in self.seats and self.seats[AGENT].whole and not self.restored
