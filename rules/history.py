"""What was played and is over, as sums that grow with each play, so that no decision walks a day.

Plays are kept as unions by kind, and by each set of kinds that some rule counts, made when it is first asked for. An answer
costs a search in them, however many plays there were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from rules.facts import Facts, Kind, Past, Played
from rules.spans import Spans
from rules.usage import merged, sums

_SETS = 512


def kind_of(play: Played) -> Kind:
    return Kind(play.game, play.publisher, play.label, play.sure)


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
        return _Past(self, since)


class _Past:
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
