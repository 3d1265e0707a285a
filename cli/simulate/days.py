"""A replay day by day: what was played, what would have been kept, what cut, and by which rule. Pure.

Time over several games is the length of the union of their plays, as everywhere: a moment is cut if nothing of what was played
in it is kept, and then the rule of the play that began first cut it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from rules.calendar import calendar
from rules.decision import Reason
from rules.replay import Piece


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end), in Unix ms, in which something was played; `rule` cut all of it, or something was kept ("")."""

    start: int
    end: int
    rule: str

    @property
    def ms(self) -> int:
        return self.end - self.start


@dataclass(slots=True)
class Day:
    """One local day, [start, end). `refused` counts starts that would have been refused, `ended` plays ended early."""

    day: date
    start: int
    end: int
    stretches: list[Stretch] = field(default_factory=list)
    refused: int = 0
    ended: int = 0

    @property
    def recorded_ms(self) -> int:
        return sum(one.ms for one in self.stretches)

    @property
    def kept_ms(self) -> int:
        return sum(one.ms for one in self.stretches if not one.rule)

    @property
    def cut_ms(self) -> int:
        return self.recorded_ms - self.kept_ms

    @property
    def by_rule(self) -> Counter[str]:
        """The cut of each rule in ms, the largest first."""
        found: Counter[str] = Counter()
        for one in self.stretches:
            if one.rule:
                found[one.rule] += one.ms
        return Counter(dict(found.most_common()))


@dataclass(frozen=True, slots=True)
class RuleCut:
    """What one rule cut in all: time, and how often it refused a start or ended a play."""

    reason: Reason
    ms: int
    times: int


@dataclass(frozen=True, slots=True)
class Result:
    """All days on which something was played, in order, and all rules that cut, the heaviest first."""

    pieces: tuple[Piece, ...]
    days: tuple[Day, ...]
    rules: tuple[RuleCut, ...]

    @property
    def total(self) -> Day:
        """All days as one."""
        stretches = [one for day in self.days for one in day.stretches]
        return Day(date.min, 0, 0, stretches, sum(day.refused for day in self.days), sum(day.ended for day in self.days))


def result(pieces: Iterable[Piece], zone: str) -> Result:
    """The days of a replay, in this zone."""
    ordered = tuple(sorted(pieces, key=lambda one: (one.start, one.number)))
    days: dict[int, Day] = {}
    for stretch in _stretches(ordered):
        at = stretch.start
        while at < stretch.end:
            day = _day(days, at, zone)
            day.stretches.append(Stretch(at, min(stretch.end, day.end), stretch.rule))
            at = day.end
    reasons: dict[str, Reason] = {}
    times: Counter[str] = Counter()
    for piece, refused in _turns(ordered):
        day = _day(days, piece.start, zone)
        day.refused, day.ended = day.refused + refused, day.ended + (not refused)
        times[piece.rule] += 1
    cut: Counter[str] = Counter()
    for one in days.values():
        cut.update(one.by_rule)
    for piece in ordered:
        if piece.reason is not None:
            reasons.setdefault(piece.rule, piece.reason)
    heaviest = sorted(reasons, key=lambda rule: (-cut[rule], -times[rule], rule))
    cuts = tuple(RuleCut(reasons[rule], cut[rule], times[rule]) for rule in heaviest)
    return Result(ordered, tuple(days[start] for start in sorted(days)), cuts)


def _day(days: dict[int, Day], at: int, zone: str) -> Day:
    local = calendar(zone).day(at)
    return days.setdefault(local.start, Day(date.fromordinal(local.ordinal), local.start, local.end))


def _turns(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bool]]:
    """Each piece with which a play was refused at its start (True) or ended (False)."""
    before: dict[int, Piece] = {}
    for piece in pieces:
        last = before.get(piece.number)
        if not piece.kept and (last is None or last.kept):
            yield piece, last is None
        before[piece.number] = piece


def _stretches(pieces: tuple[Piece, ...]) -> Iterator[Stretch]:
    """The union of all plays, cut up where what becomes of it changes. `pieces` in the order of their beginnings."""
    ends: dict[int, list[Piece]] = defaultdict(list)
    starts: dict[int, list[Piece]] = defaultdict(list)
    for piece in pieces:
        starts[piece.start].append(piece)
        ends[piece.end].append(piece)
    going: list[Piece] = []
    last: Stretch | None = None
    at = 0
    for moment in sorted({*starts, *ends}):
        if going:
            first = min(going, key=lambda one: one.number)
            rule = "" if any(one.kept for one in going) else first.rule
            if last is not None and last.end == at and last.rule == rule:
                last = replace(last, end=moment)
            else:
                yield from () if last is None else (last,)
                last = Stretch(at, moment, rule)
        going = [one for one in going if one.end > moment] + starts.get(moment, [])
        at = moment
    yield from () if last is None else (last,)
