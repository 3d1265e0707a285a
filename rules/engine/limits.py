"""What each rule alone says of time, once bound to a place and a birth date (rules.engine.reach).

Each limit answers three questions, in Unix ms, with NEVER for "not before the horizon":
  ends(view)               the first moment from now on at which it blocks play that goes on without a pause
  blocks_from(view, at)    the first moment from `at` on at which it blocks, if nobody plays meanwhile
  frees_from(view, at)     the first moment from `at` on at which it does not block, if nobody plays meanwhile
Limits do not know each other: a play ends at the earliest `ends` of all (rules.decide). Here are those that no clock changes;
windows are in windows.py, budgets and breaks in counting.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from i18n.message import Words
from rules.calendar import age_on, birthday
from rules.decision import Kind
from rules.engine.label_words import too_young
from rules.engine.reach import NEVER, Reach, approver
from rules.engine.view import View
from rules.facts import Grant
from rules.policy import AskFirst, Pack, Place, Rating, Rule
from rules.unknown import UNKNOWN


class Limit:
    """One rule where it reaches: in [start, end), for those who may relax it.

    `tie` sorts limits that end a play at the same moment: law before house, then the id. `advisory`: it is told, not enforced.
    """

    kind: ClassVar[Kind]
    __slots__ = ("advisory", "calendar", "end", "pack", "relax", "rule", "start", "tie")

    def __init__(self, rule: Rule, pack: Pack, to: Reach, *, advisory: bool = False) -> None:
        self.rule = rule
        self.pack = pack
        self.calendar = to.calendar
        self.start = to.start
        self.end = to.end
        self.relax = to.relax
        self.advisory = advisory
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
        """Budget, used and granted at now, for the reason; nothing for a rule that counts nothing."""
        return (None, None, None)

    def said(self, view: View) -> Words:
        """Why it refuses, for people."""
        return self.rule.text

    def counted(self, view: View) -> tuple[tuple[int, int], ...] | None:
        """Play, as (start, ms), that alone would make the same numbers; None if the day's sums of all play do."""
        return None

    def suspensions(self, view: View) -> Iterator[Grant]:
        """The grants that suspend this rule for the view's game, if it is of a kind that a grant suspends."""
        return (one for one in view.grants if one.by in self.relax and one.game in {None, view.game} and one.ms > 0)

    def suspended_until(self, view: View, at: int) -> int:
        """The end of a suspension that contains `at`; `at` itself if none does."""
        grant = self._suspension(view, at)
        return at if grant is None else grant.given + grant.ms

    def suspended_ms(self, view: View) -> int | None:
        """All that was given and suspends this rule now."""
        now = view.now
        return sum(grant.ms for grant in self.suspensions(view) if grant.given <= now < grant.given + grant.ms) or None

    def extended(self, view: View) -> int | None:
        """The end of the extra time without which this rule would end play before; None if it ends play by itself."""
        return None

    def _suspension(self, view: View, at: int) -> Grant | None:
        for grant in self.suspensions(view):
            if grant.given <= at < grant.given + grant.ms:
                return grant
        return None


class _UntilLimit(Limit):
    """Blocks from its start until a moment that no play changes."""

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
    """Until the birthday on which the player is old enough for the label. It yields to the approval of who may relax it."""

    kind = "rating"
    __slots__ = ("_born", "_systems", "_until", "_yields")

    def __init__(self, rule: Rating, pack: Pack, to: Reach, born: date | None, place: Place) -> None:
        super().__init__(rule, pack, to)
        self._born = born
        self._systems = rule.systems
        self._yields = approver(place) in to.relax
        self._until: dict[int, int] = {0: -NEVER}  # by label

    def applies(self, view: View) -> bool:
        return super().applies(view) and (not self._systems or view.facts.system in self._systems)

    def until(self, view: View) -> int:
        facts = view.facts
        if (self._yields and facts.game in facts.approved) or (self._systems and facts.system not in self._systems):
            return -NEVER
        label = facts.label or 0
        found = self._until.get(label)
        if found is None:
            born = self._born
            found = self.end if born is None else min(self.end, self.calendar.start(birthday(born, label)))
            self._until[label] = found
        return found

    def said(self, view: View) -> Words:
        facts, born = view.facts, self._born
        if not facts.label:
            return self.rule.text
        age = None if born is None else max(0, age_on(born, date.fromordinal(self.calendar.day(view.now).ordinal)))
        return too_young(facts.label, facts.system, age)


class GuardianLimit(_UntilLimit):
    """As long as no guardian is registered for the player."""

    kind = "guardian"
    __slots__ = ()

    def until(self, view: View) -> int:
        return -NEVER if view.facts.guardian else self.end


class AskLimit(_UntilLimit):
    """As long as nobody has approved the game. Unknown programs that count are not asked about: their setting allows them."""

    kind = "ask"
    __slots__ = ("_systems", "_unrated_only")

    def __init__(self, rule: AskFirst, pack: Pack, to: Reach) -> None:
        super().__init__(rule, pack, to)
        self._unrated_only = rule.which == "unrated"
        self._systems = rule.systems

    def until(self, view: View) -> int:
        facts = view.facts
        rated = facts.label is not None and (not self._systems or facts.system in self._systems)
        free = facts.game == UNKNOWN or facts.game in facts.approved or (self._unrated_only and rated)
        return -NEVER if free else self.end
