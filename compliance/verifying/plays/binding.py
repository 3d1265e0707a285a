"""The rules that an entry says a play was decided by, as a policy that decides it again. Pure.

Limits that are only a player's own are in no entry as such. Without them play can only end later, so what is found over without
them is over; what they alone would have ended is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from compliance.entries.place import PackLine
from compliance.entries.play import Bound
from compliance.format.house_rule import HOUSE
from i18n.message import Text
from rules.calendar import ZoneError, calendar, day_bounds
from rules.packs.params import said
from rules.parse import parse_pack
from rules.policy import Pack, Policy, PolicyError, Scope, Uncounted, combine

MOST = 200  # different policies of one log, and each thing of one player's day: no honest log comes near

Why = Literal["older", "own", "seats", "long", "unseen", "text", "zone", "many", "odd"]
"""Why something cannot be decided again."""
Part = Literal["all", "days", "none"]
"""Which rules that count play are asked: all, those of a day alone, none."""

_Key = tuple[object, ...]


@dataclass(slots=True, eq=False)
class Rules:
    """All that is known of some packs together. `packs` None: they cannot be read. `long`: they count more than one day."""

    packs: tuple[Pack, ...] | None
    why: Why | None = None
    house: bool = False
    long: bool = False
    sessions: bool = False
    abroad: frozenset[str] = frozenset()  # zones of theirs that are not the place's
    _policies: dict[tuple[Part, frozenset[str]], Policy] = field(default_factory=dict)

    def policy(self, part: Part, learning: frozenset[str]) -> Policy:
        """The policy of these rules. `learning`: games that the house does not count."""
        found = self._policies.get((part, learning))
        if found is None:
            if len(self._policies) >= MOST:
                self._policies.clear()
            packs = tuple(_only(pack, part) for pack in self.packs or ())
            more = (_uncounted(learning, packs[0].zone),) if learning and packs else ()
            found = self._policies[part, learning] = combine((*packs, *more))
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
    """`texts` are the packs' texts by their SHA-256. What was read is kept."""

    texts: Mapping[str, str]
    _packs: dict[_Key, Pack | None] = field(default_factory=dict)
    _rules: dict[_Key, Rules] = field(default_factory=dict)

    def of(self, bound: Bound) -> Rules:
        key = (*map(_key, bound.place_packs), "", *map(_key, bound.packs), bound.zone, bound.house)
        found = self._rules.get(key)
        if found is None:
            if len(self._rules) >= MOST:
                return Rules(None, "many")
            found = self._rules[key] = self._made(bound)
        return found

    def _made(self, bound: Bound) -> Rules:
        place = [self._pack(line, "place") for line in bound.place_packs]
        packs = tuple(pack for pack in (*place, *(self._pack(line, "player") for line in bound.packs)) if pack is not None)
        if len(packs) < len(bound.place_packs) + len(bound.packs):
            return Rules(None, "text")
        try:
            calendar(bound.zone)
        except ZoneError:
            return Rules(None, "zone")
        budgets = [rule for pack in packs for rule in pack.budgets if not rule.advisory]
        return Rules(
            packs, None, bound.house, any(rule.period in {"week", "month"} for rule in budgets),
            any(rule.period == "session" for rule in budgets) or any(not one.advisory for pack in packs for one in pack.breaks),
            frozenset(pack.zone for pack in packs) - {bound.zone},
        )  # fmt: skip

    def _pack(self, line: PackLine, scope: Scope) -> Pack | None:
        key = (_key(line), scope)
        if key not in self._packs:
            self._packs[key] = self._parsed(line, scope)
        return self._packs[key]

    def _parsed(self, line: PackLine, scope: Scope) -> Pack | None:
        text = self.texts.get(line.sha256)
        if text is None:
            return None
        try:
            return replace(parse_pack(text, line.id, {name: said(value) for name, value in line.params.items()}), scope=scope)
        except PolicyError:
            return None


def same_day(rules: Rules, zone: str, at: int) -> bool:
    """Whether the rules' days are those of pseudonyms."""
    return not rules.abroad or all(day_bounds(one, at) == day_bounds(zone, at) for one in rules.abroad)


def _key(line: PackLine) -> _Key:
    return (line.id, line.sha256, *sorted((name, type(value).__name__, value) for name, value in line.params.items()))


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
