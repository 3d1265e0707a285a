"""What all rows of the table go by: the clock and the run of each seat, what it said last, what the log said so far. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from compliance.entries.base import Entry
from compliance.entries.decision import PlayDue
from compliance.entries.place import GameFacts, PlaceChanged
from compliance.entries.play import PlayEnded, Warned
from compliance.entries.seat import SeatStart, SeatStop
from compliance.format.chain import AGENT
from compliance.verifying.clocks import SeatClock
from compliance.verifying.in_force.hearing import CLOCKS_MS, LATE_MS, Hearing
from compliance.verifying.listed import Times
from compliance.verifying.presence import SeatPresence
from compliance.verifying.report import NO_MOMENT, NOWHERE
from compliance.verifying.sums.totals import Play, Plays
from compliance.verifying.zones import Zones
from i18n.message import Arg

Key: TypeAlias = tuple[str, ...]
Said: TypeAlias = tuple[object, ...]
GrantKey: TypeAlias = tuple[str, int, str | None, int]  # by whom, how much, of which game, when
Span: TypeAlias = tuple[int, int]  # the first minute since 1970, and the one after the last
_NEAR: Final = 256  # starts that are looked back on


@dataclass
class Pairs:
    """`began`: the opening entry by the pair and its key, with where it is; `over`: the closing one."""

    began: dict[Key, tuple[Arg, Any]] = field(default_factory=dict)
    over: dict[Key, Any] = field(default_factory=dict)
    answers: set[Key] = field(default_factory=set)
    given: set[str] = field(default_factory=set)  # ids of extra time, of any seat
    pauses: Times = field(default_factory=Times)

    def holds(self, key: Key) -> bool:
        return key in self.began and key not in self.over

    def opened(self, name: str, *key: str) -> Any:
        """The opening entry; None: there was none."""
        return self.began.get((name, *key), (NOWHERE, None))[1]


class Claim(NamedTuple):
    said: Said
    seat: str
    at: int


@dataclass(slots=True)
class Held:
    """What the agent says of a game until it says that it is over: under which ids, and each moment at which that changed."""

    ids: set[str] = field(default_factory=set)
    changes: list[tuple[int, bool]] = field(default_factory=list)

    def begin(self, id_: str, at: int) -> None:
        self.ids.add(id_)
        self.changes.append((at, True))

    def end(self, id_: str, at: int) -> None:
        self.ids.discard(id_)
        if not self.ids:
            self.changes.append((at, False))

    @property
    def over(self) -> int | None:
        """Since when it does not hold; None: it does."""
        return None if not self.changes or self.changes[-1][1] else self.changes[-1][0]

    def held(self, at: int) -> bool:
        """Whether it was said to hold within an hour before this moment, or as long after it as clocks may be apart."""
        return any(holds and at - LATE_MS <= moment <= at + CLOCKS_MS for moment, holds in self.changes)


@dataclass
class Games:
    """`said`: by seat and game; `lists`: what two seats said last of a game in turn, by the version of seats."""

    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    lists: dict[tuple[str | None, str], tuple[Claim, Claim | None]] = field(default_factory=dict)
    learning: defaultdict[str, Held] = field(default_factory=lambda: defaultdict(Held))
    let: defaultdict[str, Held] = field(default_factory=lambda: defaultdict(Held))
    house: dict[str, GameFacts | None] = field(default_factory=dict)
    who: set[str] = field(default_factory=set)
    guardians: int | None = None
    programs: int = 0
    refusing: bool = False  # somebody's unknown programs were, at some time


@dataclass(slots=True)
class Person:
    """`days`: which it may have been, None once that was told. `ages`: all that were told, in order. `guest`: whether it was
    one, when somebody was found logged on under it.
    """

    days: frozenset[int] | None
    ages: list[int | None] = field(default_factory=list)
    guest: bool | None = None


@dataclass
class People:
    persons: dict[str, Person] = field(default_factory=dict)
    put: Counter[str] = field(default_factory=Counter)  # how often the agent wrote down what holds of a pseudonym
    given: defaultdict[GrantKey, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # to whom, with its id


class Warnable(msgspec.Struct, eq=False, gc=False):
    """`tells`: its seat says what bound it as it began, which was then; `seen`: from its beginning; `told`: how often its
    player was warned, `warned`: also of its end; `due`: it was.
    """

    who: str
    game: str
    boot: str
    mono: int
    tells: bool
    resumed: bool
    seen: bool
    told: int = 0
    warned: bool = False
    due: bool = False


@dataclass(slots=True)
class Warnings:
    """Of one seat. `rules`: that ended or refused play, none of which only tells; `told`: those that warnings named."""

    plays: dict[int, Warnable] = field(default_factory=dict)
    over: dict[int, Warnable] = field(default_factory=dict)
    unwarned: dict[int, Warnable] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def of(self, line: Warned | PlayDue) -> Warnable | None:
        return self.plays.get(line.play) or self.over.get(line.play) or self.unwarned.get(line.play)


@dataclass(slots=True)
class Logged:
    """Of one seat. `open`: by the seq of their entries, since which minute; `told`: up to when it said who was logged on, since
    it was said for the time `homes` that the place is a home; `untold`: plays of which it did not.
    """

    open: dict[int, int] = field(default_factory=dict)
    over: list[Span] = field(default_factory=list)
    told: int | None = None
    homes: int = 0
    untold: Times = field(default_factory=Times)


@dataclass
class Sessions:
    """`hours`: those of the place, from each of the `moments` on. `home_to`: until when it was a home, which was said so often
    (`homes`). `judged`: what comes after that moment is; None: from the beginning.
    """

    moments: list[int] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    home_to: int = 0
    homes: int = 0
    judged: int = 0
    seats: defaultdict[str, Logged] = field(default_factory=lambda: defaultdict(Logged))

    def of(self, name: str) -> Logged:
        """At a home it tells nothing, and so begins anew after it."""
        seat = self.seats[name]
        if seat.homes != self.homes:
            seat.told, seat.homes = None, self.homes
        return seat

    def begin(self, where: Arg, at: int) -> None:
        """With each entry of the agent: nothing is found of what was before those that are judged."""
        if where == NOWHERE:
            self.judged = NO_MOMENT
        elif self.judged == NO_MOMENT:
            self.judged = at


class Starts(NamedTuple):
    """So many starts of a game, the last one at `mono`."""

    mono: int
    game: str
    times: int


@dataclass(slots=True)
class Counts:
    """Of one seat. `ran`: the last day (UTC), and how many plays of it ran before they were not allowed. `near`: starts of this
    boot, the first of which was at `began`, 0 if there were others before. `lines`: ends that stand for several plays, which
    are so many `starts`, and between which nothing was played for so long (`away`), from `where` on.
    """

    ran: tuple[int, int] = (0, 0)
    boot: str | None = None
    began: int = 0
    near: deque[Starts] = field(default_factory=lambda: deque(maxlen=_NEAR))
    lines: int = 0
    starts: int = 0
    away: int = 0
    where: Arg = NOWHERE
    at: int = 0


@dataclass
class Summaries:
    """`refused`: starts by seat, game and day, `known` by the quarter of an hour; `starts`: how many, by pseudonym, seat and
    game. `given`: by id, to whom, for which game; `all`, `over`: how often, and how often it was taken back.
    """

    refused: set[tuple[str, str, str]] = field(default_factory=set)
    known: set[tuple[str, str, int, str]] = field(default_factory=set)
    starts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    all: Counter[tuple[str, str]] = field(default_factory=Counter)
    over: Counter[tuple[str, str]] = field(default_factory=Counter)
    seats: defaultdict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))


class OpenPlay(NamedTuple):
    """A play that goes on. `wander`: by how much in all its seat's clock had been set back when it began."""

    seq: int
    wander: int


class CutPlay(NamedTuple):
    """A play that was closed at midnight, so much shorter than its clocks say."""

    where: Arg
    at: int
    short: int


@dataclass
class PlayTimes:
    """`days`: by seat the last day (UTC), and by how much its plays were told shorter in all, each by a minute at most.
    `asked`: the end that is looked at, its play, and by how much that is told shorter than its clock says, as each row asks it.
    """

    open: dict[tuple[str, str, str], OpenPlay] = field(default_factory=dict)
    cut: dict[tuple[str, int], CutPlay] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    asked: tuple[PlayEnded | None, Play | None, CutPlay | None] = (None, None, None)


class Due(NamedTuple):
    """When a play was due, and how long it had to save."""

    boot: str
    mono: int
    grace: int


@dataclass(slots=True)
class Seat:
    """`whole`: its chain is seen from its beginning, which was at `began`. `stopped`: its last run is over, None before any.
    `started`: seq and moment of the start of its run. `due`: what was to be over by when, by the pair and its id; `past`: what
    was to be, since when by the play clock this run could say so.
    """

    began: int
    whole: bool
    last: Entry | None = None
    stopped: bool | None = None
    started: tuple[int, int] = (0, 0)
    version: str | None = None
    due: list[tuple[int, Key]] = field(default_factory=list)
    past: deque[tuple[int, int, Key]] = field(default_factory=deque)


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
    """`learn` from each entry after it was checked. `running`: plays that go on; `ended`: the log is at its end.

    `packs_on`: the published packs on the place, as was said last; `without`: the place's word of a kind whose law has a pack
    that is not on. `beside`: entries with personal data beside them so far, None where some are gone; `restored`: a backup was.
    """

    zones: Zones
    running: Plays
    clocks: Mapping[str, SeatClock]
    presence: Mapping[str, SeatPresence]
    hearing: Hearing
    ended: bool = False
    seats: dict[str, Seat] = field(default_factory=dict)
    pairs: Pairs = field(default_factory=Pairs)
    games: Games = field(default_factory=Games)
    people: People = field(default_factory=People)
    warnings: defaultdict[str, Warnings] = field(default_factory=lambda: defaultdict(Warnings))
    sessions: Sessions = field(default_factory=Sessions)
    summaries: Summaries = field(default_factory=Summaries)
    plays: PlayTimes = field(default_factory=PlayTimes)
    laxer: Laxer = field(default_factory=Laxer)
    dues: dict[tuple[str, int], Due] = field(default_factory=dict)
    packs_on: frozenset[str] | None = None
    without: tuple[Arg, PlaceChanged] | None = None
    restored: bool = False
    beside: int | None = 0

    def begin(self, line: Entry) -> None:
        """With the first entry of a seat that the log still has, before it is checked."""
        if line.seat not in self.seats:
            self.seats[line.seat] = Seat(line.wall, line.seq == 1)

    def learn(self, where: Arg, line: Entry) -> None:
        if line.seat == AGENT:
            self.sessions.begin(where, line.wall)
        seat = self.seats[line.seat]
        seat.last = line
        if isinstance(line, SeatStart):
            seat.stopped, seat.started, seat.version = False, (line.seq, line.wall), line.version
        elif isinstance(line, SeatStop):
            seat.stopped = True

    @property
    def others(self) -> list[str]:
        """The seats that are not the agent's."""
        return [name for name in self.seats if name != AGENT]

    @property
    def whole(self) -> bool:
        """Whether each chain is seen from its beginning."""
        return all(seat.whole for seat in self.seats.values())
