"""A player's own rule as an entry stores it: its kind and numbers, without texts that could say whose it is. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from i18n.message import MessageError, Text, comma, msg, typed
from rules.policy import AskFirst, Break, Budget, NeedsGuardian, Pack, Rating, Rule, Window, by_field

HOUSE = "house"

_KINDS: Mapping[str, type[Rule]] = MappingProxyType({
    "budget": Budget, "window": Window, "break": Break, "rating": Rating, "guardian": NeedsGuardian, "ask": AskFirst,
})
_NO_TEXT = Text("", "")
_SPECIAL = ("holidays", "workdays")
_LONGEST = timedelta(days=31)  # no period is longer, and no span begins earlier than the day before


class HouseRuleError(MessageError, ValueError):
    """What is stored is not a rule."""


def written(rule: Rule, pack: Pack, today: date) -> dict[str, Any]:
    """The rule as an entry of `today` (a date of the pack's zone) stores it, with those holidays and worked weekends of its
    pack that may have mattered. KeyError for a rule that refuses nothing.
    """
    kind = {type_: name for name, type_ in _KINDS.items()}[type(rule)]
    fields: dict[str, Any] = msgspec.to_builtins(rule)
    del fields["text"]
    for name, dates in zip(_SPECIAL, (pack.holidays, pack.workdays), strict=True):
        fields[name] = [one.isoformat() for one in dates if today - _LONGEST <= one <= today] if _names_days(rule) else []
    return {"kind": kind, **fields}


def read(stored: Mapping[str, Any] | None, zone: str, params: Mapping[str, Any]) -> Pack:
    """The pack that consists of this rule only, with days of `zone`. ValueError if it is not a rule."""
    given: dict[str, Any] = dict(stored or {})
    kind = given.pop("kind", None)
    type_ = _KINDS.get(kind) if isinstance(kind, str) else None
    if type_ is None:
        raise HouseRuleError(msg("there is no kind of rule {kind}", kind=typed(str(kind))))
    special = {name: given.pop(name, []) for name in _SPECIAL}
    if unknown := given.keys() - {one.name for one in dataclasses.fields(type_)} | given.keys() & {"text"}:
        raise HouseRuleError(msg("a rule of the kind {kind} has no {fields}", kind=str(kind), fields=comma(sorted(unknown))))
    rule = msgspec.convert({**given, "text": msgspec.to_builtins(_NO_TEXT)}, type_)
    dates: dict[str, Any] = {name: msgspec.convert(value, tuple[date, ...]) for name, value in special.items()}
    return Pack(
        id=HOUSE, title=_NO_TEXT, jurisdiction=HOUSE, zone=zone, source=_NO_TEXT, status="verified", sha256=HOUSE,
        params=dict(params), **dates, **by_field([rule]),
    )  # fmt: skip


def _names_days(rule: Rule) -> bool:
    spans: Iterable[Any] = rule.spans if isinstance(rule, Window) else ()
    return any(one.days for one in spans) or bool(getattr(rule, "days", ()))
