"""A player's own rule as an entry holds it: its kind and its numbers, without the texts that could say whose it is. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from i18n.message import Text
from rules.policy import AskFirst, Break, Budget, NeedsGuardian, Pack, Rating, Rule, Window

HOUSE = "house"

# By kind: the rule's class, and where a pack keeps rules of it.
KINDS: Mapping[str, tuple[type[Rule], str]] = MappingProxyType({
    "budget": (Budget, "budgets"),
    "window": (Window, "windows"),
    "break": (Break, "breaks"),
    "rating": (Rating, "ratings"),
    "guardian": (NeedsGuardian, "guardians"),
    "ask": (AskFirst, "asks"),
})
_NO_TEXT = Text("", "")
_SPECIAL = ("holidays", "workdays")
_LONGEST = timedelta(days=31)  # no period is longer, and no span begins earlier than the day before


def written(rule: Rule, pack: Pack, today: date) -> dict[str, Any]:
    """The rule as an entry of `today` (a date of the pack's zone) holds it, with the dates of its pack that are no days of the
    week, as far as they may have mattered. KeyError for a rule that refuses nothing.
    """
    kind = {type_: name for name, (type_, _) in KINDS.items()}[type(rule)]
    fields: dict[str, Any] = msgspec.to_builtins(rule)
    del fields["text"]
    for name, dates in zip(_SPECIAL, (pack.holidays, pack.workdays), strict=True):
        fields[name] = [one.isoformat() for one in dates if today - _LONGEST <= one <= today] if _names_days(rule) else []
    return {"kind": kind, **fields}


def read(stored: Mapping[str, Any] | None, zone: str, params: Mapping[str, Any]) -> Pack:
    """The pack that consists of this rule only, with days of `zone`. ValueError if that is no rule."""
    given: dict[str, Any] = dict(stored or {})
    kind = given.pop("kind", None)
    type_, field = KINDS.get(kind, (None, "")) if isinstance(kind, str) else (None, "")
    if type_ is None:
        raise ValueError(f"no kind of rule: {kind!r}")
    special = {name: given.pop(name, []) for name in _SPECIAL}
    if unknown := given.keys() - {one.name for one in dataclasses.fields(type_)} | given.keys() & {"text"}:
        raise ValueError(f"a rule of the kind {kind} has no {', '.join(sorted(unknown))}")
    rule = msgspec.convert({**given, "text": msgspec.to_builtins(_NO_TEXT)}, type_)
    dates = {name: msgspec.convert(value, tuple[date, ...]) for name, value in special.items()}
    return Pack(
        id=HOUSE, title=_NO_TEXT, jurisdiction=HOUSE, zone=zone, source=HOUSE, status="verified", sha256=HOUSE,
        params=dict(params), **dates, **{field: (rule,)},  # type: ignore[arg-type] # each in the field of its kind
    )  # fmt: skip


def _names_days(rule: Rule) -> bool:
    spans: Iterable[Any] = rule.spans if isinstance(rule, Window) else ()
    return any(one.days for one in spans) or bool(getattr(rule, "days", ()))
