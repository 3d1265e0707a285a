"""All rules of a policy for one place and birth date, sorted by what counts as the reason first. Worked out once, then kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from rules.decision import Kind
from rules.engine.counting import BreakLimit, BudgetLimit
from rules.engine.limits import AskLimit, GuardianLimit, Limit, RatingLimit
from rules.engine.notices import NoticeClock
from rules.engine.reach import NEVER, Reach, reach
from rules.engine.windows import WindowLimit
from rules.facts import Facts
from rules.policy import Pack, Place, Policy, Rule, Save, Uncounted

KINDS: tuple[Kind, ...] = ("rating", "guardian", "ask", "window", "break", "budget")
_KEPT = 4096
_R = TypeVar("_R", bound=Rule)


class Plan:
    """`limits` can refuse and `asks` can ask, each with the one that counts as the reason first; `advice` is only told.

    `notices` are sorted by id. `saves` and `uncounted` are rules with where they reach. `names`: the games that rules name.
    """

    __slots__ = ("_about", "_by_game", "advice", "asks", "limits", "names", "notices", "saves", "uncounted")

    def __init__(
        self,
        limits: Iterable[Limit],
        notices: Iterable[NoticeClock],
        saves: Iterable[tuple[Save, Reach]],
        uncounted: Iterable[tuple[Uncounted, Reach]],
    ) -> None:
        limits = tuple(limits)
        self.limits = tuple(one for one in limits if one.kind != "ask" and not one.advisory)
        self.asks = tuple(one for one in limits if one.kind == "ask")
        self.advice = tuple(one for one in limits if one.advisory)
        self.notices = tuple(notices)
        self.saves = tuple(saves)
        self.uncounted = tuple(uncounted)
        rules = (*(one.rule for one in limits), *(one.rule for one in self.notices), *(rule for rule, _ in self.saves))
        self._by_game = not all(rule.every_game for rule in rules)
        self.names = frozenset(game for rule in (*rules, *(rule for rule, _ in self.uncounted)) for game in rule.games)
        self._about: dict[tuple[str, int | None], Plan] = {}

    def about(self, game: str, label: int | None) -> Plan:
        """Only the rules that apply to this game."""
        if not self._by_game:
            return self
        key = (game, label)
        found = self._about.get(key)
        if found is None:
            if len(self._about) >= _KEPT:
                self._about.clear()
            found = self._about[key] = Plan(
                (one for one in (*self.limits, *self.asks, *self.advice) if one.rule.about(game, label)),
                (one for one in self.notices if one.rule.about(game, label)),
                (one for one in self.saves if one[0].about(game, label)),
                self.uncounted,
            )
        return found

    def uncounted_at(self, at: int) -> frozenset[str]:
        """The games that do not count at this moment."""
        return frozenset(game for rule, to in self.uncounted if to.start <= at < to.end for game in rule.games)

    def uncounted_change(self, at: int) -> int:
        """The first moment after `at` from which other games do not count."""
        return min((moment for _, to in self.uncounted for moment in (to.start, to.end) if moment > at), default=NEVER)

    def save_ms(self, at: int) -> int | None:
        """The shortest time to save of those rules that apply at this moment."""
        return min((rule.ms for rule, to in self.saves if to.start <= at < to.end), default=None)


def bind(policy: Policy, facts: Facts) -> Plan:
    """The plan for these facts' place, birth date and game. ZoneError as below."""
    return whole(policy, facts).about(facts.game, facts.label)


def whole(policy: Policy, facts: Facts) -> Plan:
    """The same for all games. ZoneError if a pack's zone is not known on this machine."""
    key = (facts.place, facts.born)
    plan: Plan | None = policy.memo.get(key)
    if plan is None:
        if len(policy.memo) >= _KEPT:
            policy.memo.clear()
        plan = policy.memo[key] = _plan(policy.packs, facts.place, facts.born)
    return plan


def _plan(packs: Iterable[Pack], place: Place, born: date | None) -> Plan:
    limits: list[Limit] = []
    notices: list[NoticeClock] = []
    saves: list[tuple[Save, Reach]] = []
    uncounted: list[tuple[Uncounted, Reach]] = []
    for pack in packs:
        limits += [RatingLimit(rule, pack, to, born, place) for rule, to in _reaching(pack.ratings, pack, place, born)]
        limits += [GuardianLimit(rule, pack, to) for rule, to in _reaching(pack.guardians, pack, place, born)]
        limits += [WindowLimit(rule, pack, to) for rule, to in _reaching(pack.windows, pack, place, born)]
        limits += [BreakLimit(rule, pack, to) for rule, to in _reaching(pack.breaks, pack, place, born)]
        limits += [BudgetLimit(rule, pack, to) for rule, to in _reaching(pack.budgets, pack, place, born)]
        limits += [AskLimit(rule, pack, to) for rule, to in _reaching(pack.asks, pack, place, born)]
        notices += [NoticeClock(rule, to) for rule, to in _reaching(pack.notices, pack, place, born)]
        saves += _reaching(pack.saves, pack, place, born)
        uncounted += _reaching(pack.uncounted, pack, place, born) if place == "home" else ()
    limits.sort(key=lambda one: (one.rule.authority != "law", one.rule.id))  # equal ids stay in the order of the packs
    for number, limit in enumerate(limits):
        limit.tie = number
    limits.sort(key=lambda one: KINDS.index(one.kind))
    return Plan(limits, sorted(notices, key=lambda one: one.rule.id), saves, uncounted)


def _reaching(rules: Iterable[_R], pack: Pack, place: Place, born: date | None) -> Iterator[tuple[_R, Reach]]:
    for rule in rules:
        if (found := reach(rule, pack, place, born)) is not None:
            yield rule, found
