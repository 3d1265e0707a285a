"""Windows: play only inside spans of the day, which may run across midnight."""

from __future__ import annotations

from collections.abc import Iterable

from rules.calendar import DAY_MS, Day
from rules.engine.days import day_names, named_days
from rules.engine.limits import Limit
from rules.engine.reach import NEVER, Reach
from rules.engine.view import View
from rules.policy import Pack, Span, Window

_KEPT = 16  # days; each birth date has limits of its own, and none is asked about more than a few days around now


class WindowLimit(Limit):
    """Outside its spans, unless a grant suspends it."""

    kind = "window"
    __slots__ = ("_always", "_near", "_spans")

    def __init__(self, rule: Window, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to, advisory=rule.advisory)
        self._spans = tuple((one.start, _stop(one), named_days(one.days, pack)) for one in rule.spans)
        self._always = all(
            _covers_a_day((one.start, _stop(one)) for one in rule.spans if not one.days or name in one.days)
            for name in day_names(pack)
        )
        self._near: dict[int, tuple[tuple[int, int], ...]] = {}

    def blocks_from(self, view: View, at: int) -> int:
        if self._always:
            return NEVER
        at = max(at, self.start)
        while at < self.end and at <= view.horizon:
            until = self._open_until(view, at)
            if until == at:
                return at
            at = until
        return NEVER

    def frees_from(self, view: View, at: int) -> int:
        if self._always or at > view.horizon or not self.start <= at < self.end or self._open_until(view, at) > at:
            return at
        free = min((grant.given for grant in self.suspensions(view) if grant.given > at), default=NEVER)
        free = min(free, self.end)
        day = self.calendar.day(at)
        while day.start < free and day.start <= view.horizon:
            opens = [begin for begin, stop in self._spans_near(day) if at < begin < stop]
            free = min([free, *opens])
            day = self.calendar.day(day.end)
        return free

    def numbers(self, view: View) -> tuple[int | None, int | None, int | None]:
        return (None, None, self.suspended_ms(view) if self._span_end(view.now) is None else None)

    def extended(self, view: View) -> int | None:
        at, given = view.now, False
        while view.grants and not self._always and at <= view.horizon and (until := self._open_until(view, at)) > at:
            at, given = until, self._span_end(at) is None
        return at if given else None

    def _open_until(self, view: View, at: int) -> int:
        """The end of a span or suspension that contains `at`; `at` itself if none does."""
        end = self._span_end(at)
        return self.suspended_until(view, at) if end is None else end

    def _span_end(self, at: int) -> int | None:
        """The end of the span that contains `at`."""
        for begin, stop in self._spans_near(self.calendar.day(at)):
            if begin <= at < stop:
                return stop
        return None

    def _spans_near(self, day: Day) -> tuple[tuple[int, int], ...]:
        """The spans that begin on this day or the one before, as moments."""
        found = self._near.get(day.ordinal)
        if found is None:
            moment = self.calendar.moment
            found = tuple(
                (moment(ordinal + begin // DAY_MS, begin % DAY_MS), moment(ordinal + stop // DAY_MS, stop % DAY_MS))
                for ordinal in (day.ordinal, day.ordinal - 1)
                for begin, stop, days in self._spans
                if days.has(ordinal)
            )
            if len(self._near) >= _KEPT:
                self._near.clear()
            self._near[day.ordinal] = found
        return found


def _stop(span: Span) -> int:
    """Its end, on the day that it begins on or the next."""
    return span.end if span.end > span.start else span.end + DAY_MS


def _covers_a_day(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether these spans leave no time free of the day they begin on."""
    covered = 0
    for begin, stop in sorted(spans):
        if begin <= covered:
            covered = max(covered, stop)
    return covered >= DAY_MS
