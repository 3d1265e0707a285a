"""Adds up play again from the entries, to compare with the sums that decisions and summaries claim. Pure.

A play that ended is [since, since + ms), also one that was begun several times; one that still runs counts up to the decision,
by the monotonic clock. A sum is the length of the union of plays and has to be met exactly, or within a second while a play
runs, because its start is a wall time. Where the entries do not tell all, only bounds hold: the PC slept during a play, nobody
saw its end, or another seat's play may not have been known yet; of a play that was begun several times it is not known when it
was played and when it was away.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

import msgspec

from compliance.entries.decision import Decided
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.verifying.sums.again import Again

RUNNING_SLACK_MS = 1000
_SLEPT_MS = 2000
_MOST_OPEN = 64  # plays at once that are added up one by one: nobody plays more
_MOST_MOVED = 256  # intervals that one more may move: whoever writes them in another order than that of time is not added up


class Union:
    """Disjoint intervals in order, with the length of all before each. `loose`: the sum of what could not be put among them or
    whose place is not known. `blur`: by how much a sum may be more or less, as it is not known
    where in an interval its play lies.
    """

    __slots__ = ("_before", "_ends", "_length", "_longest", "_starts", "blur", "loose")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._length = 0
        self.blur = 0
        self.loose = 0
        self._longest = (0, 0)  # of these, and when it began

    def add(self, start: int, ms: int) -> None:
        """One more interval of which it is known where it lies."""
        ends, end = self._ends, start + ms
        if ends and start <= ends[-1]:
            if start < self._starts[-1]:
                self._insert(start, end)
            elif end > ends[-1]:  # it goes on where the last one ended
                self._length += end - ends[-1]
                ends[-1] = end
            return
        self._starts.append(start)
        ends.append(end)
        self._before.append(self._length)
        self._length += ms

    def _insert(self, start: int, end: int) -> None:
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if len(self._starts) - last > _MOST_MOVED:
            self.add_loose(start, end - start)
            return
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._length = self._before[first]
        self._starts[first:last], self._ends[first:last] = [start], [end]
        del self._before[first:]
        for at in range(first, len(self._starts)):
            self._before.append(self._length)
            self._length += self._ends[at] - self._starts[at]

    def add_loose(self, since: int, ms: int) -> None:
        """One that lies somewhere after its beginning."""
        self.loose += ms
        self._longest = max(self._longest, (ms, since))

    def longest(self, day: tuple[int, int]) -> int:
        """How much of the longest of these was played that day at least, if the PC did not sleep; else it was shorter."""
        ms, since = self._longest
        return max(0, min(since + ms, day[1]) - max(since, day[0]))

    def within(self, start: int, end: int, more: Iterable[tuple[int, int]] = ()) -> int:
        """How much of [start, end) is covered, if `more`, as (start, end), were there too."""
        if start >= end or not self._starts:
            total = 0
        elif start <= self._starts[0] and self._ends[-1] <= end:
            total = self._length
        else:
            total = self._to(end) - self._to(start)
        covered = start
        for told_begin, told_stop in sorted(more):
            begin, stop = max(told_begin, covered), min(told_stop, end)
            if stop > begin:
                total += stop - begin - (self._to(stop) - self._to(begin))
                covered = stop
        return total

    def _to(self, moment: int) -> int:
        """How much before `moment` is covered."""
        at = bisect_right(self._starts, moment) - 1
        return 0 if at < 0 else self._before[at] + min(moment, self._ends[at]) - self._starts[at]


class Range(NamedTuple):
    """A sum lies in [least, most]."""

    least: int
    most: int


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


class Part(NamedTuple):
    """How much of a running play was played: `ms`, within a second, if `exact`; else something from `least` on."""

    since: int
    least: int
    ms: int
    exact: bool


class Ended(msgspec.Struct, eq=False, gc=False):
    """A play that is over."""

    since: int
    ms: int
    seat: str
    game: str
    exact: bool
    blur: int

    def into(self, union: Union, *, alone: bool = False) -> None:
        """`alone`: nothing else in the union lies over it, so that only where a day begins it matters where its play lies."""
        if self.exact:
            union.add(self.since, self.ms)
            if self.blur:
                union.blur = max(union.blur, self.blur) if alone else union.blur + self.blur
        else:
            union.add_loose(self.since, self.ms)


@dataclass(slots=True)
class Own:
    """What one pseudonym played at one seat. `first` is when the first of it began, and of which game."""

    first: tuple[str, int]
    total: Union = field(default_factory=Union)
    games: dict[str, Union] = field(default_factory=lambda: defaultdict(Union))
    publishers: dict[str | None, Union] = field(default_factory=lambda: defaultdict(Union))
    running: dict[int, Play] = field(default_factory=dict)
    since_summary: int = 0  # how much of it ended after the day was summed up last

    def told(self, boot: str) -> bool:
        """Whether all that goes on can be added up in this run of the PC."""
        running = self.running
        return not running or (len(running) <= _MOST_OPEN and all(play.boot == boot for play in running.values()))

    def end(self, play: Play, ended: Ended) -> None:
        self.since_summary += ended.ms
        of_game, of_publisher = self.games[play.game], self.publishers[play.publisher]
        if ended.exact and not ended.blur:  # as most are
            for union in (of_game, self.total, of_publisher):
                union.add(ended.since, ended.ms)
            return
        ended.into(of_game, alone=True)
        for union in (self.total, of_publisher):
            ended.into(union)

    def is_told(self, line: Decided, day: tuple[int, int]) -> bool:
        """Whether the sums of a decision at this seat are these, to the millisecond: no play goes on, and of each that is over
        it is known when it was. So it is with most; `before` says what else can be.
        """
        if self.running:
            return False
        start, end = day
        of_game, of_publisher = self.games.get(line.game, _NONE), self.publishers.get(line.publisher, _NONE)
        for name, union in (("game", of_game), ("publisher", of_publisher), ("total", self.total)):
            if union.loose or union.blur or line.before.get(name) != union.within(start, end):
                return False
        return True

    def before(self, line: Decided, day: tuple[int, int], lost: int) -> dict[str, Range]:
        """The range of each sum of a decision at this seat: of the game, its publisher, and in total. `lost`: how much of a
        play of which it is not known where it lies may not count.
        """
        if len(self.running) > _MOST_OPEN:
            return {name: Range(0, day[1] - day[0]) for name in ("game", "publisher", "total")}
        if not self.running:
            game, publisher = self.games.get(line.game, _NONE), self.publishers.get(line.publisher, _NONE)
            unions = {"game": game, "publisher": publisher, "total": self.total}
            return {name: _over(union, day, lost) for name, union in unions.items()}
        parts = [(play, play.part(line)) for play in self.running.values()]
        of_game = [part for play, part in parts if play.game == line.game]
        by = [part for play, part in parts if play.publisher == line.publisher]
        return {
            "game": _range(self.games.get(line.game, _NONE), of_game, day, lost),
            "publisher": _range(self.publishers.get(line.publisher, _NONE), by, day, lost),
            "total": _range(self.total, [part for _, part in parts], day, lost),
        }


_NONE = Union()


def _over(union: Union, day: tuple[int, int], lost: int) -> Range:
    """Of plays that are over."""
    known = union.within(*day)
    if not union.loose and not union.blur:
        return Range(known, known)
    least = max(known - union.blur, union.longest(day) - lost)
    return Range(least, known + union.loose + union.blur)


def _range(union: Union, running: Sequence[Part], day: tuple[int, int], lost: int) -> Range:
    if not running:
        return _over(union, day, lost)
    exact = [(one.since, one.since + one.ms) for one in running if one.exact]
    loose = [one for one in running if not one.exact]
    slack = RUNNING_SLACK_MS + union.blur if exact or loose else union.blur
    known = union.within(*day, exact)
    longest = max(0, max(union.longest(day), max((one.least for one in loose), default=0)) - lost)
    most = known + union.loose + sum(one.ms for one in loose)
    return Range(max(known, min(longest, day[1] - day[0])) - slack, most + slack)


@dataclass
class Plays:
    """All plays by the day's pseudonym. `first`: when its first began; `sinces`: when each did; `played_ms`: all that ended.
    The last two count what was written once more once. `spilled`: by seat the last play, as (since, end), whose end nobody saw:
    an older version did not cut it at midnight, and the next day's decisions count what is left of it.
    """

    own: dict[tuple[str, str], Own] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    sinces: array[int] = field(default_factory=lambda: array("q"))
    played_ms: int = 0
    spilled: dict[str, tuple[int, int]] = field(default_factory=dict)
    _open: dict[tuple[str, int], Play] = field(default_factory=dict)
    _ended: dict[str, list[Ended]] = field(default_factory=lambda: defaultdict(list))
    _begun: dict[str, dict[str | None, _Begun]] = field(default_factory=dict)
    _again: Again = field(default_factory=Again)

    def start(self, line: PlayStarted) -> None:
        seat, seq, who, since = line.seat, line.seq, line.who, line.since
        late = line.wall - since
        play = Play(seat, seq, who, line.game, line.publisher, since, line.boot, line.mono, late, line.resumed)
        own = self.own.get((who, seat))
        if own is None:
            own = self.own[who, seat] = Own((line.game, since))
        own.running[seq] = self._open[seat, seq] = play
        self.first.setdefault(who, since)
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
        ms, span = line.ms, line.span
        exact = not line.late and abs(line.wall - line.since - span) <= _SLEPT_MS
        ended = Ended(line.since, ms, play.seat, play.game, exact, min(ms, span - ms))
        if line.late:
            self.spilled[play.seat] = line.since, line.since + ms
        own = self.own[play.who, play.seat]
        own.end(play, ended)
        del own.running[play.seq], self._open[play.seat, play.seq]
        self._begun.pop(play.who, None)
        self._ended[play.who].append(ended)
        self.played_ms += self._again.end(line)

    # --- by all that ended -------------------------------------------------------------------------------------------

    def elsewhere(self, who: str, seat: str, at: int) -> int:
        """How much was played under this pseudonym on other seats in plays that began before `at`, at most."""
        if who not in self._begun:
            self._begun[who] = _begun(self._ended.get(who, ()))
        found = self._begun[who]
        return found[None].before(at) - (found[seat].before(at) if seat in found else 0)

    def everywhere(self, who: str) -> dict[str, Union]:
        """By game, on all seats."""
        found: dict[str, Union] = defaultdict(Union)
        for one in self._ended.get(who, ()):
            one.into(found[one.game])
        return found


class _Begun(NamedTuple):
    """When plays began, in order, and the sums of those before each."""

    sinces: list[int]
    sums: list[int]

    def before(self, at: int) -> int:
        return self.sums[bisect_left(self.sinces, at)]


def _begun(plays: Iterable[Ended]) -> dict[str | None, _Begun]:
    """By seat; None: on any."""
    seats: dict[str | None, list[Ended]] = {None: sorted(plays, key=attrgetter("since"))}
    for one in seats[None]:
        seats.setdefault(one.seat, []).append(one)
    return {
        seat: _Begun([one.since for one in found], list(accumulate((one.ms for one in found), initial=0)))
        for seat, found in seats.items()
    }
