"""A replay day by day: what was played, what would have been kept, what cut, and by which rule. Pure.

Time over several games is the length of the union of their plays, as everywhere: a moment is cut if nothing of what was played
in it is kept, and then the rule of the play that began first cut it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from rules.calendar import calendar
from rules.decision import Reason
from rules.replay import Piece

_KEPT = ""


@dataclass(slots=True)
class Day:
    """One local day. `ms` is what each rule cut, and what was kept (""); `refused` counts starts that would have been refused,
    `ended` plays ended early.
    """

    day: date
    ms: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    ended: int = 0

    @property
    def recorded_ms(self) -> int:
        return self.ms.total()

    @property
    def kept_ms(self) -> int:
        return self.ms[_KEPT]

    @property
    def cut_ms(self) -> int:
        return self.recorded_ms - self.kept_ms

    @property
    def by_rule(self) -> dict[str, int]:
        """The cut of each rule in ms, the largest first."""
        return {rule: ms for rule, ms in self.ms.most_common() if rule != _KEPT}


@dataclass(frozen=True, slots=True)
class RuleCut:
    """What one rule cut in all: time, and how often it refused a start or ended a play."""

    reason: Reason
    ms: int
    times: int


@dataclass(frozen=True, slots=True)
class Result:
    """All days on which something was played, in order, the same as one, and all rules that cut, the heaviest first."""

    pieces: tuple[Piece, ...]
    days: tuple[Day, ...]
    total: Day
    rules: tuple[RuleCut, ...]


def result(pieces: Iterable[Piece], zone: str) -> Result:
    """The days of a replay, in this zone."""
    ordered = tuple(sorted(pieces, key=lambda one: (one.start, one.number)))
    days: dict[int, Day] = {}
    total, times = Day(date.min), Counter[str]()

    def at(moment: int) -> tuple[Day, int]:
        local = calendar(zone).day(moment)
        return days.setdefault(local.ordinal, Day(date.fromordinal(local.ordinal))), local.end

    for now, end, rule in _stretches(ordered):
        total.ms[rule] += end - now
        while now < end:
            day, midnight = at(now)
            day.ms[rule] += min(end, midnight) - now
            now = midnight  # noqa: PLW2901 - the rest of it lies in the next day
    for piece, refused in _turns(ordered):
        for day in (at(piece.start)[0], total):
            day.refused, day.ended = day.refused + refused, day.ended + (not refused)
        times[piece.rule] += 1
    reasons = {piece.rule: piece.reason for piece in reversed(ordered) if piece.reason is not None}
    heaviest = sorted(reasons, key=lambda rule: (-total.ms[rule], -times[rule], rule))
    cuts = tuple(RuleCut(reasons[rule], total.ms[rule], times[rule]) for rule in heaviest)
    return Result(ordered, tuple(days[ordinal] for ordinal in sorted(days)), total, cuts)


def _turns(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bool]]:
    """Each piece with which a play was refused at its start (True) or ended (False)."""
    before: dict[int, Piece] = {}
    for piece in pieces:
        last = before.get(piece.number)
        if not piece.kept and (last is None or last.kept):
            yield piece, last is None
        before[piece.number] = piece


def _stretches(pieces: tuple[Piece, ...]) -> Iterator[tuple[int, int, str]]:
    """The union of all plays, as (start, end, rule) in Unix ms, cut up wherever a piece begins or ends."""
    starts: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        starts[piece.start].append(piece)
    going: list[Piece] = []
    for start, end in pairwise(sorted({moment for piece in pieces for moment in (piece.start, piece.end)})):
        going = [one for one in going if one.end > start] + starts.get(start, [])
        if going:
            first = min(going, key=lambda one: one.number)
            yield start, end, _KEPT if any(one.kept for one in going) else first.rule
