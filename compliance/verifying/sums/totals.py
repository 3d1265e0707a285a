"""Adds up play again from the entries, to compare with the sums that decisions and summaries claim. Pure.

A play that ended is [since, since + ms); one that still runs counts up to the decision, by the clock that play is counted on. A
sum is the length of the union of plays and has to be met exactly, or within a second while a play runs, because its start is a
wall time. Where it is not known when a play was played – the PC slept, nobody saw its end, it stands for several –, only bounds
hold.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from compliance.entries.decision import Decided
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.sums.again import Again
from rules.spans import Spans

SUMS = ("game", "publisher", "total")
_SLACK_MS = 1000
_SLEPT_MS = 2000
_MOST_OPEN = 64  # plays at once that are added up one by one: nobody plays more

Day = tuple[int, int]


class Range(NamedTuple):
    """A sum lies in [least, most]."""

    least: int
    most: int

    def has(self, told: int) -> bool:
        return self.least <= told <= self.most


class Part(NamedTuple):
    """How much of a running play was played: `ms`, within a second, if `exact`; else something from `least` on."""

    since: int
    least: int
    ms: int
    exact: bool


class Play(msgspec.Struct, eq=False, gc=False):
    """One play that goes on, as its play.started told it. `told_late`: how long it had been on by then."""

    seat: str
    seq: int
    who: str
    game: str
    publisher: str | None
    since: int
    boot: str
    mono: int
    told_late: int
    resumed: int | None

    def part(self, line: Decided) -> Part:
        """How much of it had been played when the same seat decided `line`."""
        if self.boot != line.boot:
            return Part(self.since, 0, max(0, line.at - self.since), exact=False)
        asked = line.at - line.wall  # a moment ago, or by another clock, which play is not counted on
        told = max(0, line.mono + (asked if abs(asked) <= _SLEPT_MS else 0) - self.mono)
        ms = max(0, told + self.told_late)
        exact = self.told_late <= _SLEPT_MS and abs(line.at - self.since - ms) <= _SLEPT_MS
        return Part(self.since, told, ms, exact=exact)


class Sum:
    """Plays that are over. `spans`: when they were; `loose`: the lengths of those of which that is not known."""

    __slots__ = ("_longest", "loose", "spans")

    def __init__(self) -> None:
        self.spans = Spans()
        self.loose = 0
        self._longest = (0, 0)  # of these, and when it began

    def add(self, since: int, ms: int, *, exact: bool) -> None:
        if exact:
            self.spans.add(since, since + ms)
        else:
            self.loose += ms
            self._longest = max(self._longest, (ms, since))

    @property
    def most(self) -> int:
        """All of it, at most."""
        return self.spans.ms(0, self.spans.end or 0) + self.loose

    def within(self, day: Day, lost: int, running: Sequence[Part] = ()) -> Range:
        """How much of the day it was with what goes on. `lost`: how much of a play of which it is not known when it was may not
        count.
        """
        known = self.spans.ms(*day)
        if not running and not self.loose:
            return Range(known, known)
        more, covered = 0, day[0]
        for since, _, ms, _ in sorted(one for one in running if one.exact):
            begin, stop = max(since, covered), min(since + ms, day[1])
            if stop > begin:
                more += stop - begin - self.spans.ms(begin, stop)
                covered = stop
        ms, since = self._longest
        loose = [one for one in running if not one.exact]
        longest = max(min(since + ms, day[1]) - max(since, day[0]), *(one.least for one in loose), 0) - lost
        slack = _SLACK_MS if running else 0
        known += more
        most = known + self.loose + sum(one.ms for one in loose) + slack
        return Range(max(known, min(longest, day[1] - day[0])) - slack, most)


NOTHING = Sum()


@dataclass(slots=True)
class Own:
    """What one pseudonym played at one seat. `first`: the game and the moment of its first play."""

    first: tuple[str, int]
    total: Sum = field(default_factory=Sum)
    games: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    publishers: dict[str | None, Sum] = field(default_factory=lambda: defaultdict(Sum))
    running: dict[int, Play] = field(default_factory=dict)
    since_summary: int = 0  # how much of it ended after the day was summed up last

    def known(self, boot: str) -> bool:
        """Whether all that goes on can be added up in this run of the PC."""
        running = self.running
        return not running or (len(running) <= _MOST_OPEN and all(play.boot == boot for play in running.values()))

    def end(self, play: Play, since: int, ms: int, *, exact: bool) -> None:
        self.since_summary += ms
        for one in (self.games[play.game], self.publishers[play.publisher], self.total):
            one.add(since, ms, exact=exact)

    def before(self, line: Decided, day: Day, lost: int) -> tuple[Range, Range, Range]:
        """The range of each of the SUMS of a decision at this seat."""
        if len(self.running) > _MOST_OPEN:
            every = Range(0, day[1] - day[0])
            return every, every, every
        parts = [(play, play.part(line)) for play in self.running.values()] if self.running else []
        return (
            self.games.get(line.game, NOTHING).within(day, lost, [part for play, part in parts if play.game == line.game]),
            self.publishers.get(line.publisher, NOTHING).within(
                day, lost, [part for play, part in parts if play.publisher == line.publisher]),
            self.total.within(day, lost, [part for _, part in parts]),
        )  # fmt: skip


@dataclass
class Plays:
    """All plays. `own`: by pseudonym and seat; `sinces`: when each began; `played_ms`: all that ended. The last two count what
    was written once more once. `unseen`: by seat the last play whose end nobody saw, as (since, end).
    """

    own: dict[str, dict[str, Own]] = field(default_factory=dict)
    sinces: array[int] = field(default_factory=lambda: array("q"))
    played_ms: int = 0
    unseen: dict[str, tuple[int, int]] = field(default_factory=dict)
    _open: dict[tuple[str, int], Play] = field(default_factory=dict)
    _again: Again = field(default_factory=Again)

    def start(self, line: PlayStarted) -> None:
        seat, seq, who, since = line.seat, line.seq, line.who, line.since
        late = line.wall - since
        play = Play(seat, seq, who, line.game, line.publisher, since, line.boot, line.mono, late, line.resumed)
        seats = self.own.setdefault(who, {})
        own = seats.get(seat)
        if own is None:
            own = seats[seat] = Own((line.game, since))
        own.running[seq] = self._open[seat, seq] = play
        if self._again.start(line) is None:
            self.sinces.append(since)

    def running(self, seat: str, seq: int) -> Play | None:
        """The play that this entry of the seat began, while it goes on."""
        return self._open.get((seat, seq))

    @property
    def unended(self) -> int:
        """How many plays have no end in the log."""
        return sum(1 for _ in self._again.running())

    def end(self, play: Play, line: PlayEnded) -> None:
        exact = not line.late and line.away is UNSET and abs(line.wall - line.since - line.ms) <= _SLEPT_MS
        if line.late:
            self.unseen[play.seat] = line.since, line.since + line.ms
        own = self.own[play.who][play.seat]
        own.end(play, line.since, line.ms, exact=exact)
        del own.running[play.seq], self._open[play.seat, play.seq]
        self.played_ms += self._again.end(line)

    def at(self, who: str, seat: str) -> Own | None:
        return self.own.get(who, {}).get(seat)

    def elsewhere(self, who: str, seat: str) -> int:
        """How much was played under this pseudonym on other seats, at most."""
        return sum(own.total.most for name, own in self.own.get(who, {}).items() if name != seat)

    @property
    def all(self) -> Iterable[tuple[str, str, Own]]:
        return ((who, seat, own) for who, seats in self.own.items() for seat, own in seats.items())
