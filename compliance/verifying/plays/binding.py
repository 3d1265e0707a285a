"""The rules that an entry says a play was decided by, as a policy that decides it again. Pure.

Limits that are only a player's own are in no entry as such. Without them play can only end later, so what is found over without
them is over; what they alone would have ended is not found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from compliance.entries.place import PackLine
from compliance.entries.play import Bound
from compliance.format.house_rule import HOUSE
from compliance.verifying.plays.packs import Key, NoPack, Packs, key_of
from i18n.message import Text
from rules.calendar import ZoneError, calendar, day_bounds
from rules.policy import Pack, Policy, Scope, Uncounted, combine

MOST = 200  # of each thing of one player's day: no honest log comes near
_SETS = 8  # of games that do not count, of one set of rules
_PLANNED = 1_024  # of one policy, rules for players of different ages
_HELD = 64  # sets of rules
_HELD_RULES = 20_000  # in all of them

Why = Literal["older", "own", "seats", "long", "unseen", "text", "zone", "abroad", "many", "odd"]
"""Why something cannot be decided again."""
Part = Literal["all", "days", "none"]
"""Which rules that count play are asked: all, those of a day alone, none."""

_NUMBERS = count()


@dataclass(slots=True, eq=False)
class Rules:
    """All that is known of some packs together. `packs` None: they cannot be read. `long`: they count more than one day."""

    packs: tuple[Pack, ...] | None
    why: Why | None = None
    house: bool = False
    long: bool = False
    sessions: bool = False
    abroad: frozenset[str] = frozenset()  # zones of theirs that are not the place's
    size: int = 0  # how many rules
    number: int = field(default_factory=_NUMBERS.__next__)  # as no other ever had
    _policies: dict[tuple[Part, frozenset[str]], Policy] = field(default_factory=dict)

    def policy(self, part: Part, learning: frozenset[str]) -> Policy:
        """The policy of these rules. `learning`: games that the house does not count."""
        found = self._policies.get((part, learning))
        if found is None:
            if len(self._policies) >= _SETS:
                self._policies.clear()
            packs = tuple(_only(pack, part) for pack in self.packs or ())
            more = (_uncounted(learning, packs[0].zone),) if learning and packs else ()
            found = self._policies[part, learning] = combine((*packs, *more))
        elif len(found.memo) * self.size > _PLANNED:
            found.memo.clear()
        return found

    def counts(self, part: Part) -> bool:
        """Whether `part` leaves a rule out."""
        if part == "all":
            return False
        return self.sessions or (part == "none" and any(pack.budgets for pack in self.packs or ()))

    @property
    def plain(self) -> bool:
        """Whether nothing of a play is left undecided whose player was nowhere else, and which began this day."""
        return self.why is None and not self.house and not self.long

    def limits(self, *, elsewhere: bool, resumed: bool) -> Iterator[Why]:
        """What of a play cannot be decided: of a player who was at another seat, one that goes on from another day."""
        if self.why is not None:
            yield self.why
        if self.house:
            yield "own"
        if elsewhere and self.counts("none"):
            yield "seats"
        if self.long or (self.sessions and resumed):
            yield "long"


@dataclass
class Policies:
    """What was read last is kept."""

    packs: Packs
    _rules: OrderedDict[Key, Rules] = field(default_factory=OrderedDict)
    _size: int = 0

    def of(self, bound: Bound) -> Rules:
        key = (*map(_key, bound.place_packs), "", *map(_key, bound.packs), bound.zone, bound.house)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = self._made(bound)
            self._size += found.size
            while len(self._rules) > 1 and (len(self._rules) > _HELD or self._size > _HELD_RULES):
                self._size -= self._rules.popitem(last=False)[1].size
        else:
            self._rules.move_to_end(key)
        return found

    def _made(self, bound: Bound) -> Rules:
        found = [self._pack(line, "place") for line in bound.place_packs] + [self._pack(line, "player") for line in bound.packs]
        if any(isinstance(pack, NoPack) for pack in found):
            return Rules(None, "many" if any(isinstance(one, NoPack) and one.why == "much" for one in found) else "text")
        packs = tuple(pack for pack in found if not isinstance(pack, NoPack))
        try:
            calendar(bound.zone)
        except ZoneError:
            return Rules(None, "zone")
        budgets = [rule for pack in packs for rule in pack.budgets if not rule.advisory]
        return Rules(
            packs, None, bound.house, any(rule.period in {"week", "month"} for rule in budgets),
            any(rule.period == "session" for rule in budgets) or any(not one.advisory for pack in packs for one in pack.breaks),
            frozenset(pack.zone for pack in packs) - {bound.zone}, sum(len(pack.rules) for pack in packs),
        )  # fmt: skip

    def _pack(self, line: PackLine, scope: Scope) -> Pack | NoPack:
        pack = self.packs.of(line.sha256, line.params, line.id)
        return pack if isinstance(pack, NoPack) else replace(pack, scope=scope)


def same_day(rules: Rules, zone: str, at: int) -> bool:
    """Whether the rules' days are those of pseudonyms."""
    return not rules.abroad or all(day_bounds(one, at) == day_bounds(zone, at) for one in rules.abroad)


def _key(line: PackLine) -> Key:
    return key_of(line.sha256, line.params)


def _only(pack: Pack, part: Part) -> Pack:
    if part == "all":
        return pack
    days = tuple(rule for rule in pack.budgets if rule.period != "session") if part == "days" else ()
    return replace(pack, budgets=days, breaks=())


def _uncounted(games: frozenset[str], zone: str) -> Pack:
    """As the house's own pack says it."""
    rule = Uncounted(
        id=f"{HOUSE}.learning_programs", cite="", text=Text("", ""), authority="house", addressee="household",
        relax=("guardian",), games=tuple(sorted(games)),
    )  # fmt: skip
    return Pack(
        id=HOUSE, title=Text("", ""), jurisdiction=HOUSE, zone=zone, source=Text("", ""), status="verified", sha256=HOUSE,
        uncounted=(rule,),
    )  # fmt: skip
