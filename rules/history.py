"""What was played and is over, as sums that grow with each play, so that no decision walks a day.

Plays are kept as unions by kind, and by each set of kinds that some rule counts, made when it is first asked for. An answer costs
a search in them, however many plays there were.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from rules.facts import Facts, Played
from rules.usage import merged, sums

_SETS = 512
_PAUSES = 32


class Kind(NamedTuple):
    """All that a rule can ask about a play but its time."""

    game: str
    publisher: str | None
    label: int | None
    sure: bool


def kind_of(play: Played) -> Kind:
    return Kind(play.game, play.publisher, play.label, play.sure)


class Spans:
    """A union of intervals: disjoint, in order, none touching the next."""

    __slots__ = ("_begins", "_runs", "_stops", "_upto")

    def __init__(self) -> None:
        self._begins = array("q")
        self._stops = array("q")
        self._upto = array("q", (0,))  # the length of all before, as far as it was added up
        self._runs: dict[int, tuple[array[int], int]] = {}  # by pause: where sessions begin, and how many spans were looked at

    @property
    def end(self) -> int | None:
        """When the last one ends."""
        return self._stops[-1] if self._stops else None

    @property
    def all(self) -> Iterable[tuple[int, int]]:
        return zip(self._begins, self._stops, strict=True)

    def add(self, begin: int, stop: int) -> None:
        if stop <= begin:
            return
        first, after = bisect_left(self._stops, begin), bisect_right(self._begins, stop)
        if first < after:
            begin, stop = min(begin, self._begins[first]), max(stop, self._stops[after - 1])
        self._begins[first:after] = array("q", (begin,))
        self._stops[first:after] = array("q", (stop,))
        self._unsure(first)

    def drop_before(self, at: int) -> None:
        """Forgets those that ended before `at`."""
        gone = bisect_left(self._stops, at)
        if gone:
            del self._begins[:gone], self._stops[:gone]
            self._unsure(0)

    def ms(self, start: int, end: int) -> int:
        """How much of [start, end) they cover."""
        return self._before(end) - self._before(start) if start < end else 0

    def last(self, before: int) -> int | None:
        """The last moment up to `before` that they cover, or that one of them ends at."""
        at = bisect_left(self._begins, before)
        return min(self._stops[at - 1], before) if at else None

    def session(self, at: int, pause: int) -> int:
        """Where the session begins that goes on at `at`; `at` itself if there was a pause just before."""
        here = bisect_left(self._begins, at)
        if here == 0 or at - self._stops[here - 1] >= pause:
            return at
        begins = self._sessions(pause)
        return begins[bisect_right(begins, self._begins[here - 1]) - 1]

    def _before(self, at: int) -> int:
        known = self._upto
        here = bisect_left(self._begins, at)
        for number in range(len(known) - 1, here):
            known.append(known[number] + self._stops[number] - self._begins[number])
        return known[here] - max(0, self._stops[here - 1] - at) if here else 0

    def _sessions(self, pause: int) -> array[int]:
        begins, looked = self._runs.get(pause) or (array("q"), 0)
        for here in range(looked, len(self._begins)):
            if here == 0 or self._begins[here] - self._stops[here - 1] >= pause:
                begins.append(self._begins[here])
        if pause not in self._runs and len(self._runs) >= _PAUSES:
            self._runs.clear()
        self._runs[pause] = begins, len(self._begins)
        return begins

    def _unsure(self, first: int) -> None:
        """What was worked out from this one on is not true any more."""
        del self._upto[first + 1 :]
        kept = self._begins[first - 1] if first else None
        for pause, (begins, looked) in tuple(self._runs.items()):
            if looked > first:
                del begins[bisect_right(begins, kept) if kept is not None else 0 :]
                self._runs[pause] = begins, first


NOTHING = Spans()


class History:
    """What one player played and is over."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, Spans] = {}
        self._sets: dict[frozenset[Kind], Spans] = {}

    def add(self, play: Played) -> None:
        if play.ms <= 0:
            return
        kind, stop = kind_of(play), play.start + play.ms
        self._kinds.setdefault(kind, Spans()).add(play.start, stop)
        for kinds, spans in self._sets.items():
            if kind in kinds:
                spans.add(play.start, stop)

    def forget_before(self, at: int) -> None:
        """What ended before `at` may count no longer."""
        for spans in (*self._kinds.values(), *self._sets.values()):
            spans.drop_before(at)
        self._kinds = {kind: spans for kind, spans in self._kinds.items() if spans.end is not None}
        self._sets = {kinds: spans for kinds, spans in self._sets.items() if spans.end is not None}

    def kinds(self, since: int) -> frozenset[Kind]:
        """Those that were played after `since`."""
        return frozenset(kind for kind, spans in self._kinds.items() if spans.end is not None and spans.end > since)

    def of(self, kinds: frozenset[Kind]) -> Spans:
        """The union of all plays of these kinds."""
        found = self._sets.get(kinds)
        if found is None:
            found = Spans()
            every = (self._kinds[kind].all for kind in kinds if kind in self._kinds)
            for begin, stop in sorted(chain.from_iterable(every)):
                found.add(begin, stop)
            if len(self._sets) >= _SETS:
                self._sets.clear()
            self._sets[kinds] = found
        return found

    def since(self, since: int) -> Past:
        """For decisions in which nothing counts that ended by then."""
        return Past(self, since)


class Past:
    """A history as facts hold it."""

    __slots__ = ("_history", "kinds")

    def __init__(self, history: History, since: int) -> None:
        self._history = history
        self.kinds = history.kinds(since)

    def of(self, kinds: Iterable[Kind]) -> Spans:
        chosen = frozenset(kinds)
        return self._history.of(chosen) if chosen else NOTHING


class Counted(NamedTuple):
    """The union of what is over and of a few plays beside."""

    over: Spans
    going: Sequence[Played]

    def ms(self, start: int, end: int) -> int:
        """As rules.usage.union_ms."""
        more = (stop - begin - self.over.ms(begin, stop) for begin, stop in merged(self.going, start, end))
        return self.over.ms(start, end) + sum(more)

    def session(self, now: int, pause: int) -> tuple[int, int]:
        """As rules.usage.session."""
        going = [(play.start, min(play.start + play.ms, now)) for play in self.going if play.ms > 0]
        begin, before = now, None
        while begin != before:
            before = begin
            begin = self.over.session(begin, pause)
            begin = min([begin, *(start for start, stop in going if begin - stop < pause)])
        total = self.ms(begin, now)
        ends = [stop for start, stop in going if start < now]
        ends += [last] if (last := self.over.last(now)) is not None else []
        return total, max(ends) if total else now


def counting(facts: Facts, counts: Callable[[str, str | None, int | None, bool], bool]) -> Counted:
    """All play of the facts for which `counts` holds."""
    over = NOTHING if facts.past is None else facts.past.of(kind for kind in facts.past.kinds if counts(*kind))
    return Counted(over, [play for play in facts.played if counts(*kind_of(play))])


def day_sums(facts: Facts, start: int, end: int) -> tuple[int, int, int]:
    """As rules.usage.sums, of all play of the facts."""
    game, publisher = facts.game, facts.publisher
    if facts.past is None:
        return sums(facts.played, game, publisher, start, end)
    return (
        counting(facts, lambda id_, *_: id_ == game).ms(start, end),
        counting(facts, lambda _, whose, *__: whose == publisher).ms(start, end),
        counting(facts, lambda *_: True).ms(start, end),
    )


def kinds(facts: Facts) -> frozenset[Kind]:
    """All kinds of play of the facts."""
    now = frozenset(map(kind_of, facts.played))
    return now if facts.past is None else now | facts.past.kinds
