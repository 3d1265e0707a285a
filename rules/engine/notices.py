"""When a notice of law has to be shown again."""

from __future__ import annotations

from rules.engine.reach import NEVER, Reach
from rules.engine.view import View
from rules.history import counting
from rules.policy import Notice


class NoticeClock:
    """When a notice is due next while play goes on."""

    __slots__ = ("_calendar", "_end", "_every", "_start", "rule")

    def __init__(self, rule: Notice, to: Reach) -> None:
        self.rule = rule
        self._every = rule.every_ms
        self._calendar = to.calendar
        self._start = to.start
        self._end = to.end

    def next(self, view: View) -> int:
        """The first moment after now at which the day's play reaches a further multiple; a new day begins at nothing."""
        at = max(view.now, self._start)
        while at < self._end and at <= view.horizon:
            used = self._used(view) if at == view.now else 0
            due = at + self._every - used % self._every
            end = self._calendar.day(at).end
            if due < end:
                return due
            at = end
        return NEVER

    def _used(self, view: View) -> int:
        if self.rule.every_game:
            return view.sums(self._calendar)[2]
        start = self._calendar.day(view.now).start
        return counting(view.facts, lambda game, _, label, __: self.rule.about(game, label)).ms(start, view.now)
