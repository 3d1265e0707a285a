"""Packs as people read them on a terminal: in lists, rule by rule, and explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from agent.api.rule_words import OWN
from cli.output import Output
from cli.showing.rules_as_json import sentence
from i18n.message import Arg, Text, msg
from rules.packs.params import Declared, said
from rules.policy import Budget, Pack, Param, Rule
from words.layout import row
from words.rules_in_sentences import Groups, duty, ends, in_force, known_to, says

if TYPE_CHECKING:
    from rules.parse import Omitted, Reading

_ANY: Final = Text("", "")
_CHECKED: Final[dict[str, Arg]] = {"verified": msg("verified"), "unverified": msg("NOT verified")}


def listed(out: Output, readings: Iterable[Reading]) -> None:
    """Packs one after the other, each in a few lines."""
    for reading in readings:
        pack = reading.pack
        law = (pack.jurisdiction, in_force(pack), _CHECKED[pack.status])
        out.say(row((pack.id, *((msg("for a household"),) if _is_house(pack) else law)), " · "), 0, 4)
        out.say(pack.title, 4)
        if reading.params:
            values = ", ".join(f"{one.name}={_value(pack.params.get(one.name))}" for one in reading.params)
            out.say(msg("values: {values}", values=values), 4, 2)


def ruled(out: Output, packs: Sequence[Pack], groups: Callable[[Pack], Groups]) -> None:
    """Packs as they are in force, rule by rule. `groups`: the names of a pack's groups of games."""
    for number, pack in enumerate(packs):
        if number:
            out.line()
        _title(out, pack)
        names = groups(pack)
        for rule in together(pack.rules) if pack.id == OWN else pack.rules:
            _rule(out, "•", says(rule, names), rule)
    if not packs:
        out.say(msg("no rule"))


def explained(out: Output, reading: Reading, *, whole: bool) -> None:
    """A pack as its file describes it; `whole`: with where it is from, what can be switched on, and its values."""
    pack = reading.pack
    _title(out, pack)
    if whole:
        _about(out, reading)
    for name in reading.missing:
        out.say(msg("A value is missing: give {name}=…", name=name), 0, 2)
    for number, rule in enumerate(pack.rules, 1):
        _rule(out, f"{number}.", sentence(rule, reading), rule)
    if not whole:
        return
    if reading.omitted:
        out.line()
        out.line(msg("Not in force, can be switched on:"))
    for left in reading.omitted:
        _rule(out, "•", sentence(left.rule, reading), left.rule, _switch(left, reading))
    if reading.params:
        out.line()
        out.line(msg("Values:"))
    for one in reading.params:
        _param(out, one, pack.params.get(one.name))


def _title(out: Output, pack: Pack) -> None:
    checked = "" if _is_house(pack) else row(("(", _CHECKED[pack.status], ")"), "")
    out.say(row((row((pack.id, pack.title), ": "), checked), " "), 0, 2)


def _about(out: Output, reading: Reading) -> None:
    """Where a pack is from and when it holds."""
    pack = reading.pack
    if not _is_house(pack):
        out.say(msg("Source: {source}", source=pack.source), 0, 2)
    if dates := in_force(pack):
        out.say(msg("In force: {dates}", dates=dates), 0, 2)
    for line in (*ends(pack), known_to(pack) if reading.holidays is not None else ""):
        if line:
            out.say(line, 0, 2)
    if reading.holidays is not None and known_to(pack):
        source, status = reading.holidays
        out.say(msg("Holidays from: {source} ({checked})", source=source, checked=_CHECKED[status]), 0, 2)


def together(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """A player's own limits, those of several days as one where only the days tell them apart."""
    found: dict[Rule, list[Rule]] = {}
    for rule in rules:
        alike = replace(rule, id="", text=_ANY)
        alike = replace(alike, days=()) if isinstance(alike, Budget) else alike
        found.setdefault(alike, []).append(rule)
    return tuple(
        replace(one, days=tuple(day for rule in same if isinstance(rule, Budget) for day in rule.days))
        if isinstance(one := same[0], Budget) else one
        for same in found.values()
    )  # fmt: skip


def _rule(out: Output, mark: str, text: Arg, rule: Rule, behind: Arg = "") -> None:
    """What it says, whose duty it is, where it is from, and its id, which answers to --json name."""
    out.line()
    id_ = "" if rule.id.startswith(f"{OWN}.") else f" ({rule.id})"
    parts = (mark, " ", text, ". ", duty(rule), ".", id_, " " if behind else "", behind)
    indent = max(0, 2 - len(mark))  # so that all but the first line begin at the same column
    out.say(row(parts, ""), indent, 3 - indent)
    if rule.authority == "law":
        cited = row((rule.cite, row(("(", _CHECKED[rule.status], ")"), "")), " ")
        out.say(msg("Source: {source}", source=cited), 3, 2)


def _is_house(pack: Pack) -> bool:
    """Whether nothing in it is law, so that there is nothing to be checked against."""
    return pack.jurisdiction == "house"


def _switch(left: Omitted, reading: Reading) -> Arg:
    """With which value a rule that is left out would stand."""
    types = {one.name: one.type for one in reading.params}
    if left.when:
        return msg("(with {value})", value=f"{left.when}={'true' if types.get(left.when) == 'bool' else '…'}")
    return msg("(with {value})", value=f"{left.unless}=false") if left.unless else ""


def _param(out: Output, one: Declared, value: Param | None) -> None:
    bounds = _bounds(one)
    out.say(row((f"{one.name}={_value(value)}", row(("(", bounds, ")"), "") if bounds else ""), " "), 3, 3)
    out.say(one.text, 6)


def _bounds(one: Declared) -> Arg:
    if one.within is not None:
        return msg("within {hours}", hours=one.within)
    if one.type == "bool":
        return "true, false"
    if one.least is None and one.most is None:
        return ""
    return f"{'…' if one.least is None else one.least}–{'…' if one.most is None else one.most}"


def _value(value: Param | None) -> str:
    return "…" if value is None or value == "" else said(value)
