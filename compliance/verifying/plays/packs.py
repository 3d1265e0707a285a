"""Packs as entries name them, by the SHA-256 of their text and the values put into it; and a policy of several. Pure.

Each is read once, as long as it is asked for again soon. How much one log reads and asks is bounded: honest places have few
texts, and few values each. Limits that are only a player's own are in no entry. Without them play can only end later, so what
is found over without them is over.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, Literal, NamedTuple

from compliance.entries.place import PackLine
from compliance.entries.play import Bound
from i18n.message import Arg, said_by
from rules.calendar import ZoneError, calendar, day_bounds
from rules.packs.params import said
from rules.packs.toml import MOST_BYTES
from rules.parse import parse_pack
from rules.policy import Pack, Param, Policy, PolicyError, Scope, combine

HEAVY: Final = 100  # rules in one decision that are asked as often as entries want it
_KEPT: Final = 2 << 20  # bytes of texts
_HELD: Final = 64  # sets of rules
_PLANNED: Final = 4_096  # rules of one policy, for different players and days
_MOMENTS: Final = 1_000
_BYTES: Final = 2 << 20
_BYTES_EACH: Final = 16
_RULES: Final = 50_000
_RULES_EACH: Final = 100

Key = tuple[object, ...]
Why = Literal["older", "own", "seats", "day-before", "unseen", "text", "zone", "abroad", "many"]
"""Why a play cannot be decided again."""
Part = Literal["all", "days", "none"]
"""Which rules that count play are asked: all, those of a day alone, none."""
_NUMBERS = count()


@dataclass(slots=True)
class Work:
    """What may be done for so many entries (`taken`)."""

    taken: int = 0
    _looked_at: int = 0
    _read: int = 0
    _asked: int = 0

    def look(self, moments: int) -> bool:
        """Whether so many more moments of plays may be looked at."""
        self._looked_at += moments
        return self._looked_at <= _MOMENTS + self.taken

    def read(self, size: int) -> bool:
        """Whether so many bytes of texts more may be read."""
        if self._read + size > _BYTES + _BYTES_EACH * self.taken:
            return False
        self._read += size
        return True

    def ask(self, rules: int) -> bool:
        """Whether one more decision may be made by so many rules."""
        if rules <= HEAVY:
            return True
        self._asked += rules
        return self._asked <= _RULES + _RULES_EACH * self.taken


class NoPack(NamedTuple):
    """Why there is none, and what its text has wrong."""

    why: Literal["missing", "invalid", "much"]
    said: Arg = ""


@dataclass
class Packs:
    """`texts` are the packs' texts by their SHA-256."""

    texts: Mapping[str, str]
    work: Work = field(default_factory=Work)
    _kept: OrderedDict[Key, tuple[int, Pack | NoPack]] = field(default_factory=OrderedDict)
    _size: int = 0

    def of(self, sha: str, params: Mapping[str, Param], name: str) -> Pack | NoPack:
        """`name` is what errors call it. That it is not valid is kept, too."""
        key = key_of(sha, params)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[1]
        text = self.texts.get(sha)
        if text is None:
            return NoPack("missing")
        size = min(len(text), MOST_BYTES) + sum(len(str(one)) for one in key)
        if not self.work.read(size):
            return NoPack("much")
        pack = _parsed(text, name, params)
        self._kept[key] = size, pack
        self._size += size
        while self._size > _KEPT and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1][0]
        return pack


def key_of(sha: str, params: Mapping[str, Param]) -> Key:
    """The same for the same text with the same values."""
    return (sha, *sorted((name, type(value).__name__, value) for name, value in params.items()))


def _parsed(text: str, name: str, params: Mapping[str, Param]) -> Pack | NoPack:
    try:
        return parse_pack(text, name, {key: said(value) for key, value in params.items()})
    except PolicyError as error:
        return NoPack("invalid", said_by(error))


def trim(policy: Policy, rules: int) -> None:
    """Forgets the plans of a policy of so many rules, if they are many."""
    if len(policy.memo) * rules > _PLANNED:
        policy.memo.clear()


@dataclass(slots=True, eq=False)
class Rules:
    """All that is known of the packs of a Bound. `packs` None: they cannot be read, `why`. `long`: they count more than one
    day; `sessions`: also play without a break. `zones`: whose days they count by.
    """

    packs: tuple[Pack, ...] | None
    why: Why | None = None
    house: bool = False
    long: bool = False
    sessions: bool = False
    zones: frozenset[str] = frozenset()
    size: int = 0  # how many rules
    number: int = field(default_factory=_NUMBERS.__next__)  # unique
    _policies: dict[Part, Policy] = field(default_factory=dict)

    def policy(self, part: Part) -> Policy:
        found = self._policies.get(part)
        if found is None:
            found = self._policies[part] = combine(tuple(_only(pack, part) for pack in self.packs or ()))
        else:
            trim(found, self.size)
        return found

    def leaves_out(self, part: Part) -> bool:
        """Whether `part` lacks a rule."""
        if part == "all":
            return False
        return self.sessions or (part == "none" and any(pack.budgets for pack in self.packs or ()))

    def same_day(self, zone: str, at: int) -> bool:
        """Whether their days are those of this zone. ValueError: there is no such moment."""
        return self.zones <= {zone} or all(day_bounds(one, at) == day_bounds(zone, at) for one in self.zones)

    @property
    def plain(self) -> bool:
        """Whether all is decided of a play whose player was nowhere else, and which began this day."""
        return self.why is None and not self.house and not self.long

    def limits(self, *, elsewhere: bool, resumed: bool) -> Iterator[Why]:
        """What of a play cannot be decided: of a player who was at another seat, one that goes on from another day."""
        if self.why is not None:
            yield self.why
        if self.house:
            yield "own"
        if elsewhere and self.leaves_out("none"):
            yield "seats"
        if self.long or (self.sessions and resumed):
            yield "day-before"


@dataclass
class Policies:
    """The rules of each Bound; those that were asked for last are kept."""

    packs: Packs
    _rules: OrderedDict[Key, Rules] = field(default_factory=OrderedDict)

    def of(self, bound: Bound) -> Rules:
        key = (*map(_key, bound.place_packs), "", *map(_key, bound.packs), bound.zone, bound.house)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = self._made(bound)
            if len(self._rules) > _HELD:
                self._rules.popitem(last=False)
        else:
            self._rules.move_to_end(key)
        return found

    def _made(self, bound: Bound) -> Rules:
        found = [self._pack(line, "place") for line in bound.place_packs] + [self._pack(line, "player") for line in bound.packs]
        missing = [one for one in found if isinstance(one, NoPack)]
        if missing:
            return Rules(None, "many" if any(one.why == "much" for one in missing) else "text")
        packs = tuple(pack for pack in found if not isinstance(pack, NoPack))
        try:
            calendar(bound.zone)
        except ZoneError:
            return Rules(None, "zone")
        periods = {rule.period for pack in packs for rule in pack.budgets if not rule.advisory}
        breaks = any(not one.advisory for pack in packs for one in pack.breaks)
        zones, size = frozenset(pack.zone for pack in packs), sum(len(pack.rules) for pack in packs)
        return Rules(packs, None, bound.house, bool(periods & {"week", "month"}), breaks or "session" in periods, zones, size)

    def _pack(self, line: PackLine, scope: Scope) -> Pack | NoPack:
        pack = self.packs.of(line.sha256, line.params, line.id)
        return pack if isinstance(pack, NoPack) else replace(pack, scope=scope)


def _key(line: PackLine) -> Key:
    return key_of(line.sha256, line.params)


def _only(pack: Pack, part: Part) -> Pack:
    if part == "all":
        return pack
    days = tuple(rule for rule in pack.budgets if rule.period != "session") if part == "days" else ()
    return replace(pack, budgets=days, breaks=())
