"""Adds up play again from the entries, to compare with the sums that decisions and summaries claim. Pure.

A play that ended is [since, since + ms); one that still runs counts up to the decision, by the monotonic clock. A sum is the
length of the union of plays and has to be met exactly, or within a second while a play runs, because its start is a wall time.
Where the entries do not tell all, only bounds hold: the PC slept during a play, nobody saw its end, or another seat's play may
not have been known yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.entry import Decided, PlayEnded, PlayStarted, UsageDay
from rules.facts import Played
from rules.usage import union_ms

RUNNING_SLACK_MS = 1000
_SLEPT_MS = 2000


class Range(NamedTuple):
    """A sum lies in [least, most]."""

    least: int
    most: int

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and self.least <= value <= self.most


@dataclass(slots=True)
class Play:
    """One play as the entries tell it; `ended` is the entry that closed it."""

    start: PlayStarted
    ended: PlayEnded | None = None

    def until(self, line: Decided) -> Part | None:
        """How much of it had been played when the same seat decided `line`; None if that cannot be told."""
        start, ended = self.start, self.ended
        if ended is not None and ended.seq < line.seq:
            return self.whole()
        if start.boot != line.boot:
            return None
        told_late = start.wall - start.since  # how long it had been on when told; the PC may have slept through that
        since_told = max(0, (line.mono - line.wall + line.at) - start.mono)
        ms = max(0, since_told + told_late)
        exact = told_late <= _SLEPT_MS and abs(line.at - start.since - ms) <= _SLEPT_MS
        return Part(self, since_told, ms, exact=exact, slack=RUNNING_SLACK_MS)

    def whole(self) -> Part | None:
        """All of it; None while it runs."""
        ended = self.ended
        if ended is None:
            return None
        slept = ended.late or abs(ended.wall - ended.since - ended.ms) > _SLEPT_MS
        return Part(self, ended.ms, ended.ms, exact=not slept, slack=0)


class Part(NamedTuple):
    """How much of a play was played: `ms`, within `slack`, if `exact`; else something from `least` on."""

    play: Play
    least: int
    ms: int
    exact: bool
    slack: int

    @property
    def interval(self) -> Played:
        start = self.play.start
        return Played(start.game, start.publisher, start.since, self.ms)


@dataclass
class Plays:
    """All plays by the day's pseudonym, in the order of their seats' chains."""

    plays: dict[str, list[Play]] = field(default_factory=lambda: defaultdict(list))
    _by_seq: dict[tuple[str, int], Play] = field(default_factory=dict)

    def start(self, line: PlayStarted) -> None:
        play = Play(line)
        self.plays[line.who].append(play)
        self._by_seq[line.seat, line.seq] = play

    def find(self, seat: str, seq: int) -> Play | None:
        return self._by_seq.get((seat, seq))

    def __iter__(self) -> Iterator[Play]:
        return iter(self._by_seq.values())

    def before(self, line: Decided, day: tuple[int, int]) -> dict[str, Range] | None:
        """The range of each sum of a decision: of the game, publisher and total. None if the entries do not tell."""
        own, unsure = [], []
        for play in self.plays.get(line.who, ()):
            if play.start.seat != line.seat:
                if play.start.since < line.at and (part := play.whole()) is not None:
                    unsure.append(part)
            elif play.start.seq < line.seq:
                part = play.until(line)
                if part is None:
                    return None
                own.append(part)
        chosen = {
            "game": [part for part in own if part.play.start.game == line.game],
            "publisher": [part for part in own if part.play.start.publisher == line.publisher],
            "total": own,
        }
        more = sum(part.ms for part in unsure)
        found = {name: _range(parts, day) for name, parts in chosen.items()}
        return {name: Range(low, high + more) for name, (low, high) in found.items()}

    def day(self, line: UsageDay, day: tuple[int, int], *, all_seats: bool) -> dict[str, Range]:
        """The range of each game's milliseconds in a summary."""
        by_game: dict[str, list[Part]] = defaultdict(list)
        for play in self.plays.get(line.who, ()):
            here = play.start.seat == line.seat and play.ended is not None and play.ended.seq < line.seq
            if (here or all_seats) and (part := play.whole()) is not None:
                by_game[play.start.game].append(part)
        return {game: _range(parts, day) for game, parts in by_game.items()}


def _range(parts: Iterable[Part], day: tuple[int, int]) -> Range:
    parts = list(parts)
    slack = max((part.slack for part in parts), default=0)
    if all(part.exact for part in parts):
        total = union_ms((part.interval for part in parts), *day)
        return Range(total - slack, total + slack)
    longest = max(part.least for part in parts)
    return Range(min(longest - slack, day[1] - day[0]), sum(part.ms for part in parts) + slack)
