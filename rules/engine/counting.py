"""Limits that count play: budgets of a day, week, month or session, and breaks after a session.

All do the same: count some play in a period, and block once that has reached what the day allows. A period ends with a day,
week or month of the calendar, or, for a session, with a pause.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from rules.calendar import Day
from rules.engine.days import named_days
from rules.engine.limits import Limit
from rules.engine.reach import NEVER, Reach
from rules.engine.view import Tally, View
from rules.facts import Played
from rules.history import Counted, counting, kind_of, kinds
from rules.policy import Break, Budget, Pack, Per, Period
from rules.usage import merged, session


class _CountingLimit(Limit):
    """Blocks from the moment on at which the play of the period has reached what is allowed."""

    __slots__ = ("_days", "_every_game", "_ms", "_pause", "_per", "_period", "_yields")

    def __init__(self, rule: Budget | Break, pack: Pack, to: Reach, ms: int, per: Per, period: Period, pause: int) -> None:
        super().__init__(rule, pack, to, advisory=rule.advisory)
        self._ms = ms
        self._per = per
        self._period = period
        self._pause = pause
        self._days = named_days(rule.days, pack)
        self._every_game = rule.every_game
        self._yields = "guardian" in to.relax  # to rules of games that do not count

    def allowed(self, view: View, day: Day) -> int:
        """How much play the rule allows on this day; never less than without a grant."""
        return self._ms

    def waived_until(self, view: View, at: int) -> int:
        """Until when the rule is suspended at `at`; `at` itself if it is not."""
        return at

    def changes(self, view: View, at: int) -> int:
        """The next moment after `at` at which suspensions begin or end."""
        return NEVER

    def applies(self, view: View) -> bool:
        return super().applies(view) and self._days.has(self.calendar.day(view.now).ordinal) and not self._waives_game(view)

    def ends(self, view: View) -> int:
        if self._waives_game(view):
            return NEVER
        at, used = self._first_look(view)
        over = NEVER if self._period == "session" else self._bounds(self.calendar.day(at))[1]
        while at < self.end and at <= view.horizon:
            day = self.calendar.day(at)
            if at >= over:
                over, used = self._bounds(day)[1], 0
            bound = self._days.has(day.ordinal)
            if bound and at >= self.start:
                spent = self._unwaived(view, max(at, at + self.allowed(view, day) - used), day.end)
                if spent < day.end:
                    return spent
            if bound or self._period == "session":
                used += day.end - at
            at = day.end
        return NEVER

    def blocks_from(self, view: View, at: int) -> int:
        return self._idle(view, at, blocked=True) if not self._waives_game(view) else NEVER

    def frees_from(self, view: View, at: int) -> int:
        if self._waives_game(view) or not self.start <= at < self.end:
            return at
        return min(self._idle(view, at, blocked=False), self.end)

    def counted(self, view: View) -> tuple[tuple[int, int], ...] | None:
        return self._tally(view).counted

    def used(self, view: View) -> int:
        """The play of the period that contains now, up to now."""
        return self._tally(view).used

    # --- one look at a time --------------------------------------------------------------------------------------------

    def _first_look(self, view: View) -> tuple[int, int]:
        """Where `ends` begins to look, and what is used by then if play goes on: now, or later if nothing matters before."""
        now = view.now
        if self.start <= now:
            return now, self.used(view)
        if self._period == "session":
            return self.start, self.used(view) + self.start - now
        later = self._bounds(self.calendar.day(self.start))[0]
        return (later, 0) if later > now else (now, self.used(view))

    def _unwaived(self, view: View, at: int, limit: int) -> int:
        """The first moment from `at` on at which the rule is not suspended; `limit` or more if there is none before."""
        while at < limit:
            until = self.waived_until(view, at)
            if until == at:
                break
            at = until
        return at

    def _idle(self, view: View, at: int, *, blocked: bool) -> int:
        """The first moment from `at` on, while nobody plays, at which the rule blocks, or does not."""
        tally = self._tally(view)
        used, lapses = tally.used, tally.lapses
        at = max(at, self.start)
        while at < self.end and at <= view.horizon:
            if at >= lapses:
                used = 0
            if used < self._ms:
                return NEVER if blocked else at  # on no day is less than this allowed
            day = self.calendar.day(at)
            spent = self._days.has(day.ordinal) and used >= self.allowed(view, day)
            if (spent and self.waived_until(view, at) == at) is blocked:
                return at
            at = min(day.end, self.changes(view, at), lapses if lapses > at else NEVER)
        return NEVER

    def _bounds(self, day: Day) -> tuple[int, int]:
        """[start, end) of the period that the day lies in."""
        if self._period == "week":
            return self.calendar.week(day)
        return self.calendar.month(day) if self._period == "month" else (day.start, day.end)

    # --- what counts -----------------------------------------------------------------------------------------------------

    def _waives_game(self, view: View) -> bool:
        """Whether the game that is asked for does not count, so that the rule does not bind it."""
        return self._yields and view.game in view.uncounted and view.facts.sure

    def _plain(self, view: View) -> bool:
        """Whether the day's sums of game, publisher and all games are what it counts."""
        return self._every_game and not (view.uncounted and self._yields)

    def _plays(self, view: View) -> Iterable[Played]:
        """Those of the facts' plays that the rule counts, beside what is past."""
        if self._per == "all" and self._plain(view):
            return view.facts.played
        return (play for play in view.facts.played if self._counts(view, *kind_of(play)))

    def _counted(self, view: View) -> Counted:
        return counting(view.facts, partial(self._counts, view))

    def _counts(self, view: View, game: str, publisher: str | None, label: int | None, sure: bool) -> bool:  # noqa: FBT001 - a kind
        """Whether such play is of that which the rule counts, when it is asked for the view's game."""
        if self._yields and sure and game in view.uncounted:
            return False
        if not self._every_game and not self.rule.about(game, label):
            return False
        if self._per == "game":
            return game == view.game
        return self._per == "all" or publisher == view.facts.publisher

    def _tally(self, view: View) -> Tally:
        """What it counts by now; added up once in a decision."""
        found = view.tallies.get(self)
        if found is None:
            found = view.tallies[self] = self._count(view)
        return found

    def _count(self, view: View) -> Tally:
        past = view.facts.past is not None
        if self._period == "session":
            if past:
                used, last = self._counted(view).session(view.now, self._pause)
            else:
                used, last = session(self._plays(view), view.now, self._pause)
            return Tally(used, last + self._pause, ((last - used, used),) if used else ())
        lapses = self._bounds(self.calendar.day(view.now))[1]
        if self._period == "day" and self._plain(view):
            by_game, by_publisher, total = view.sums(self.calendar)
            return Tally(total if self._per == "all" else by_game if self._per == "game" else by_publisher, lapses, None)
        days = self._sums_by_day(view) if past else self._by_day(view)
        return Tally(sum(days.values()), lapses, tuple(days.items()))

    def _sums_by_day(self, view: View) -> dict[int, int]:
        """The same as `_by_day`, from sums."""
        counted, found = self._counted(view), {}
        at = self._bounds(self.calendar.day(view.now))[0]
        while at < view.now:
            day = self.calendar.day(at)
            if self._days.has(day.ordinal) and (ms := counted.ms(at, min(day.end, view.now))):
                found[day.start] = ms
            at = day.end
        return found

    def _by_day(self, view: View) -> dict[int, int]:
        """The play of the period on each of the rule's days, by the beginning of the day; in order."""
        found: dict[int, int] = {}
        start = self._bounds(self.calendar.day(view.now))[0]
        day = self.calendar.day(start)
        bound = self._days.has(day.ordinal)
        for begin, stop in merged(self._plays(view), start, view.now):
            at = begin
            while at < stop:
                if at >= day.end:
                    day = self.calendar.day(at)
                    bound = self._days.has(day.ordinal)
                until = min(stop, day.end)
                if bound:
                    found[day.start] = found.get(day.start, 0) + until - at
                at = until
        return found


class BudgetLimit(_CountingLimit):
    """So much play in a period, and what was granted for the day."""

    kind = "budget"
    __slots__ = ("_games",)

    def __init__(self, rule: Budget, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to, rule.ms, rule.per, rule.period, rule.pause_ms)
        self._games = frozenset(rule.games)

    def allowed(self, view: View, day: Day) -> int:
        return self._ms + self._granted(view, day)

    def numbers(self, view: View) -> tuple[int | None, int | None, int | None]:
        return (self._ms, self.used(view), self._granted(view, self.calendar.day(view.now)))

    def _granted(self, view: View, day: Day) -> int:
        total = 0
        for grant in view.grants:
            if day.start <= grant.given < day.end and grant.by in self.relax and self._covers(view, grant.game):
                total += grant.ms
        return total

    def _covers(self, view: View, game: str | None) -> bool:
        """Whether the budget covers a grant's game. The publisher of another game is known once it was played.

        A budget of nothing for some games forbids them: only who names one of them means it.
        """
        if game is None:
            return self._every_game or self._ms > 0
        if not self._every_game and not self._is_ours(view, game):
            return False
        if self._per == "all" or game == view.game:
            return True
        facts = view.facts
        return self._per == "publisher" and any(one.game == game and one.publisher == facts.publisher for one in kinds(facts))

    def _is_ours(self, view: View, game: str) -> bool:
        """Whether it is one of the rule's games. The label of another game is known once it was played."""
        facts = view.facts
        labels = {facts.label} if game == view.game else {one.label for one in kinds(facts) if one.game == game} or {None}
        return any(self.rule.about(game, label) for label in labels)


class BreakLimit(_CountingLimit):
    """So much play without a rest, unless a grant suspends it."""

    kind = "break"
    __slots__ = ()

    def __init__(self, rule: Break, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to, rule.after_ms, "all", "session", rule.rest_ms)

    def waived_until(self, view: View, at: int) -> int:
        return self.suspended_until(view, at)

    def changes(self, view: View, at: int) -> int:
        moments = (moment for one in self.suspensions(view) for moment in (one.given, one.given + one.ms))
        return min((moment for moment in moments if moment > at), default=NEVER)

    def numbers(self, view: View) -> tuple[int | None, int | None, int | None]:
        return (self._ms, self.used(view), self.suspended_ms(view) or 0)

    def extended(self, view: View) -> int | None:
        if not view.grants:
            return None
        at = view.now + max(0, self._ms - self.used(view))
        until = self._unwaived(view, at, NEVER)
        return until if until > at and until == self.ends(view) else None
