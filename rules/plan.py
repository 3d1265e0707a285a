"""All rules of a policy for one place and birth date, sorted by what counts as the reason first. Worked out once, then kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TypeVar

from rules.decision import Kind
from rules.facts import Facts
from rules.limits import AskLimit, BudgetLimit, Limit, RatingLimit, WindowLimit
from rules.notices import NoticeClock
from rules.policy import Pack, Place, Policy, Rule
from rules.reach import Reach, reach

KINDS: tuple[Kind, ...] = ("rating", "ask", "window", "budget")
_KEPT = 4096
_R = TypeVar("_R", bound=Rule)
_Bound = TypeVar("_Bound", Limit, NoticeClock)


class Plan:
    """`limits` can refuse and `asks` can ask, each with the one that counts as the reason first; `notices` are sorted by id."""

    __slots__ = ("_by_game", "asks", "limits", "notices")

    def __init__(self, limits: Iterable[Limit], asks: Iterable[Limit], notices: Iterable[NoticeClock]) -> None:
        self.limits = tuple(limits)
        self.asks = tuple(asks)
        self.notices = tuple(notices)
        rules = (*(one.rule for one in (*self.limits, *self.asks)), *(one.rule for one in self.notices))
        self._by_game = any(rule.games for rule in rules)

    def about(self, game: str) -> Plan:
        """Only the rules that apply to this game."""
        if not self._by_game:
            return self
        return Plan(_about(self.limits, game), _about(self.asks, game), _about(self.notices, game))


def bind(policy: Policy, facts: Facts) -> Plan:
    """The plan for these facts' place, birth date and game. ZoneError if a pack's zone is not known on this machine."""
    key = (facts.place, facts.born)
    plan: Plan | None = policy.memo.get(key)
    if plan is None:
        if len(policy.memo) >= _KEPT:
            policy.memo.clear()
        plan = policy.memo[key] = _plan(policy.packs, facts.place, facts.born)
    return plan.about(facts.game)


def _plan(packs: Iterable[Pack], place: Place, born: date | None) -> Plan:
    limits: list[Limit] = []
    notices: list[NoticeClock] = []
    for pack in packs:
        limits += [RatingLimit(rule, pack, to, born) for rule, to in _reaching(pack.ratings, pack, place, born)]
        limits += [WindowLimit(rule, pack, to) for rule, to in _reaching(pack.windows, pack, place, born)]
        limits += [BudgetLimit(rule, pack, to) for rule, to in _reaching(pack.budgets, pack, place, born)]
        limits += [AskLimit(rule, pack, to) for rule, to in _reaching(pack.asks, pack, place, born)]
        notices += [NoticeClock(rule, to) for rule, to in _reaching(pack.notices, pack, place, born)]
    limits.sort(key=lambda one: (one.rule.authority != "law", one.rule.id))  # equal ids stay in the order of the packs
    for number, limit in enumerate(limits):
        limit.tie = number
    limits.sort(key=lambda one: KINDS.index(one.kind))
    return Plan(
        (one for one in limits if one.kind != "ask"),
        (one for one in limits if one.kind == "ask"),
        sorted(notices, key=lambda one: one.rule.id),
    )


def _reaching(rules: Iterable[_R], pack: Pack, place: Place, born: date | None) -> Iterator[tuple[_R, Reach]]:
    for rule in rules:
        if (found := reach(rule, pack, place, born)) is not None:
            yield rule, found


def _about(bound: Iterable[_Bound], game: str) -> Iterator[_Bound]:
    return (one for one in bound if not one.rule.games or game in one.rule.games)
