"""What each rule alone says of time, once bound to a place and a birth date (rules.reach).

Each limit answers three questions, in Unix ms, with NEVER for "not before the horizon":
  ends(view)               the first moment from now on at which it blocks play that goes on without a pause
  blocks_from(view, at)    the first moment from `at` on at which it blocks, if nobody plays meanwhile
  frees_from(view, at)     the first moment from `at` on at which it does not block, if nobody plays meanwhile
Limits know nothing of each other: the end of a play is the earliest `ends` of all, and rules.decide is a few loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar, get_args

from rules.calendar import DAY_MS, Day, birthday
from rules.decision import Kind
from rules.facts import Grant, Played
from rules.policy import AskFirst, Budget, Pack, Rating, Rule, Weekday, Window
from rules.reach import NEVER, Reach
from rules.usage import union_ms
from rules.view import View

_KEPT = 4096
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Limit:
    """One rule where it reaches: in [start, end), for those who may relax it.

    `tie` sorts limits that end a play at the same moment: law before house, then the id.
    """

    kind: ClassVar[Kind]
    __slots__ = ("calendar", "end", "pack", "relax", "rule", "start", "tie")

    def __init__(self, rule: Rule, pack: Pack, to: Reach) -> None:
        self.rule = rule
        self.pack = pack
        self.calendar = to.calendar
        self.start = to.start
        self.end = to.end
        self.relax = to.relax
        self.tie = 0

    def applies(self, view: View) -> bool:
        """Whether the rule has a say today."""
        return self.start <= view.now < self.end

    def ends(self, view: View) -> int:
        return self.blocks_from(view, view.now)

    def blocks_from(self, view: View, at: int) -> int:
        raise NotImplementedError

    def frees_from(self, view: View, at: int) -> int:
        raise NotImplementedError

    def numbers(self, view: View) -> tuple[int | None, int | None, int | None]:
        """Budget, used and granted at now, for the reason; nothing for a rule that is no budget."""
        return (None, None, None)


class _UntilLimit(Limit):
    """Blocks from its start until a moment that only the game decides."""

    __slots__ = ()

    def until(self, view: View) -> int:
        raise NotImplementedError

    def blocks_from(self, view: View, at: int) -> int:
        at = max(at, self.start)
        return at if at < self.until(view) else NEVER

    def frees_from(self, view: View, at: int) -> int:
        until = self.until(view)
        return until if self.start <= at < until else at


class RatingLimit(_UntilLimit):
    """Until the birthday on which the player is old enough for the label."""

    kind = "rating"
    __slots__ = ("_born", "_until")

    def __init__(self, rule: Rating, pack: Pack, to: Reach, born: date | None) -> None:
        super().__init__(rule, pack, to)
        self._born = born
        self._until: dict[int, int] = {0: -NEVER}  # by label

    def until(self, view: View) -> int:
        label = view.facts.label or 0
        found = self._until.get(label)
        if found is None:
            born = self._born
            found = self.end if born is None else min(self.end, self.calendar.start(birthday(born, label)))
            self._until[label] = found
        return found


class AskLimit(_UntilLimit):
    """As long as nobody has approved the game."""

    kind = "ask"
    __slots__ = ("_unrated_only",)

    def __init__(self, rule: AskFirst, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to)
        self._unrated_only = rule.which == "unrated"

    def until(self, view: View) -> int:
        facts = view.facts
        if facts.game in facts.approved or (self._unrated_only and facts.label is not None):
            return -NEVER
        return self.end


class WindowLimit(Limit):
    """Outside its spans, unless a grant suspends it."""

    kind = "window"
    __slots__ = ("_always", "_around", "_days", "_spans")

    def __init__(self, rule: Window, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to)
        self._days = _weekdays(rule.days)
        self._spans = tuple((begin, stop if stop > begin else stop + DAY_MS) for begin, stop in rule.spans)
        self._always = len(self._days) == 7 and _covers_a_day(self._spans)
        self._around: dict[int, tuple[tuple[int, int], ...]] = {}

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
        free = min((grant.given for grant in self._suspensions(view) if grant.given > at), default=NEVER)
        free = min(free, self.end)
        day = self.calendar.day(at)
        while day.start < free and day.start <= view.horizon:
            opens = [begin for begin, stop in self._spans_around(day) if at < begin < stop]
            free = min([free, *opens])
            day = self.calendar.day(day.end)
        return free

    def _open_until(self, view: View, at: int) -> int:
        """The end of a span or suspension that contains `at`; `at` itself if none does."""
        for begin, stop in self._spans_around(self.calendar.day(at)):
            if begin <= at < stop:
                return stop
        for grant in self._suspensions(view):
            if grant.given <= at < grant.given + grant.ms:
                return grant.given + grant.ms
        return at

    def _suspensions(self, view: View) -> Iterator[Grant]:
        """The grants that suspend this rule for the view's game."""
        return (one for one in view.grants if one.by in self.relax and one.game in {None, view.game} and one.ms > 0)

    def _spans_around(self, day: Day) -> tuple[tuple[int, int], ...]:
        """The spans that begin on this day or the one before, as moments."""
        found = self._around.get(day.ordinal)
        if found is None:
            moment = self.calendar.moment
            found = tuple(
                (moment(ordinal + begin // DAY_MS, begin % DAY_MS), moment(ordinal + stop // DAY_MS, stop % DAY_MS))
                for ordinal in (day.ordinal, day.ordinal - 1)
                if (ordinal + 6) % 7 in self._days
                for begin, stop in self._spans
            )
            if len(self._around) >= _KEPT:
                self._around.clear()
            self._around[day.ordinal] = found
        return found


class BudgetLimit(Limit):
    """From the moment on at which a day's play has reached the budget and what was granted for that day."""

    kind = "budget"
    __slots__ = ("_days", "_games", "_ms", "_per")

    def __init__(self, rule: Budget, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to)
        self._ms = rule.ms
        self._per = rule.per
        self._days = _weekdays(rule.days)
        self._games = frozenset(rule.games)

    def applies(self, view: View) -> bool:
        return super().applies(view) and self.calendar.day(view.now).weekday in self._days

    def ends(self, view: View) -> int:
        at = max(view.now, self.start)
        while at < self.end and at <= view.horizon:
            day = self.calendar.day(at)
            if day.weekday in self._days:
                end = at + self._ms + self._granted(view, day) - self._used(view, day)
                if end < day.end:
                    return max(at, end)
            at = day.end
        return NEVER

    def blocks_from(self, view: View, at: int) -> int:
        at = max(at, self.start)
        while at < self.end and at <= view.horizon:
            day = self.calendar.day(at)
            if self._spent(view, day):
                return at
            at = day.end
        return NEVER

    def frees_from(self, view: View, at: int) -> int:
        while self.start <= at < self.end:
            if at > view.horizon:
                return NEVER
            day = self.calendar.day(at)
            if not self._spent(view, day):
                break
            at = day.end
        return at

    def numbers(self, view: View) -> tuple[int | None, int | None, int | None]:
        today = self.calendar.day(view.now)
        return (self._ms, self._used(view, today), self._granted(view, today))

    def _spent(self, view: View, day: Day) -> bool:
        return day.weekday in self._days and self._used(view, day) >= self._ms + self._granted(view, day)

    def _used(self, view: View, day: Day) -> int:
        """Play that was on this day: none on a day that has not begun."""
        if not day.start <= view.now < day.end:
            return 0
        if self._games:
            return union_ms((play for play in view.facts.played if self._counts(view, play)), day.start, view.now)
        by_game, by_publisher, total = view.sums(self.calendar)
        return total if self._per == "all" else by_game if self._per == "game" else by_publisher

    def _counts(self, view: View, play: Played) -> bool:
        """Whether this play is of the games that share the budget, when it is asked for the view's game."""
        if self._games and play.game not in self._games:
            return False
        if self._per == "game":
            return play.game == view.game
        return self._per == "all" or play.publisher == view.facts.publisher

    def _granted(self, view: View, day: Day) -> int:
        total = 0
        for grant in view.grants:
            if day.start <= grant.given < day.end and grant.by in self.relax and self._covers(view, grant.game):
                total += grant.ms
        return total

    def _covers(self, view: View, game: str | None) -> bool:
        """Whether the budget covers a grant's game. Whose another game is, is known once it was played."""
        if game is None:
            return True
        if self._games and game not in self._games:
            return False
        if self._per == "all" or game == view.game:
            return True
        return self._per == "publisher" and any(play.game == game and self._counts(view, play) for play in view.facts.played)


def _weekdays(days: tuple[Weekday, ...]) -> frozenset[int]:
    """As numbers from 0 (Monday); no days are all days."""
    return frozenset(_WEEKDAYS.index(day) for day in days or _WEEKDAYS)


def _covers_a_day(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether these spans, beginning on every day, leave no time of day free."""
    covered = DAY_MS
    for begin, stop in sorted((begin + shift, stop + shift) for begin, stop in spans for shift in (0, DAY_MS)):
        if begin <= covered:
            covered = max(covered, stop)
    return covered >= 2 * DAY_MS
