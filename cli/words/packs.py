"""Packs as people read them on a terminal, and as JSON: in lists, rule by rule, and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.output import Output
from cli.words.both_languages import both_of
from cli.words.days import Both
from cli.words.rules_in_sentences import duty, ends, in_force, known_to, says
from cli.words.rules_in_short import STATUS, block, document, effective
from rules.packs.params import Declared
from rules.policy import Pack, Param, Rule

if TYPE_CHECKING:
    from rules.parse import Omitted, Reading

_CHECKED = {"verified": "đã đối chiếu / verified", "unverified": "CHƯA đối chiếu / NOT verified"}


def listed(out: Output, reading: Reading) -> None:
    """A pack in a list of packs."""
    pack = reading.pack
    law = (pack.jurisdiction, effective(pack), STATUS[pack.status])
    out.line(" · ".join((pack.id, *(("gợi ý cho gia đình / for a household",) if _is_house(pack) else law))))
    out.say(pack.title.vi, 4)
    out.say(pack.title.en, 4)
    if reading.params:
        values = ", ".join(f"{one.name}={_value(pack.params.get(one.name))}" for one in reading.params)
        out.say(f"tham số / parameters: {values}", 4)


def ruled(out: Output, pack: Pack) -> None:
    """A pack rule by rule."""
    out.say(f"{pack.id}: {pack.title.vi} / {pack.title.en}{'' if _is_house(pack) else f' ({STATUS[pack.status]})'}", 0, 2)
    if not pack.rules:
        out.line("  không quy tắc nào / no rule")
    for rule in pack.rules:
        out.line(f"  {rule.id}")
        for line in block(rule):
            out.say(line, 6)


def explained(out: Output, reading: Reading) -> None:
    """A pack in sentences: what it is, what each rule says, what can be switched on, and its parameters."""
    pack = reading.pack
    out.say(f"{pack.id}: {pack.title.vi}", 0, len(pack.id) + 2)
    out.say(pack.title.en, len(pack.id) + 2)
    out.line()
    _about(out, reading)
    wanting(out, reading)
    rules = (*pack.rules, *(left.rule for left in reading.omitted))
    common = duty(rules[0]) if len(rules) > 1 and len({duty(rule) for rule in rules}) == 1 else None
    if common is not None:
        out.line()
        out.say(f"Mọi mục dưới đây: {_small(common[0])}.", 0)
        out.say(f"All that follows: {_small(common[1])}.", 0)
    for number, rule in enumerate(pack.rules, 1):
        _explain(out, f"{number}. {_short(rule)}", rule, reading, common)
    if reading.omitted:
        out.line()
        out.line("Chưa áp dụng, có thể bật / Not in force, can be switched on:")
    for left in reading.omitted:
        _explain(out, f"– {_short(left.rule)}{_switch(left, reading)}", left.rule, reading, common)
    if reading.params:
        out.line()
        out.line("Tham số / Parameters")
    for one in reading.params:
        _param(out, one, pack.params.get(one.name))


def _about(out: Output, reading: Reading) -> None:
    """Where a pack is from and when it holds."""
    pack = reading.pack
    out.say(f"Nguồn / Source: {pack.source}{'' if _is_house(pack) else f' ({_CHECKED[pack.status]})'}", 0, 2)
    if (pack.effective_from, pack.effective_to) != (None, None):
        _pair(out, f"Hiệu lực / In force: {in_force(pack)[0]}", in_force(pack)[1])
    for vi, en in ends(pack):
        _pair(out, vi, en)
    if reading.holidays is not None and (known := known_to(pack)) is not None:
        _pair(out, known[0], known[1])
        source, status = reading.holidays
        out.say(f"Nguồn ngày lễ / Holidays from: {source} ({_CHECKED[status]})", 0, 2)


def wanting(out: Output, reading: Reading) -> None:
    """The values that still have to be given."""
    for name in reading.missing:
        out.say(f"Còn thiếu một giá trị, hãy cho {name}=… / A value is missing: give {name}=…", 0, 2)


def _is_house(pack: Pack) -> bool:
    """Whether nothing in it is law, so that there is nothing to be checked against."""
    return pack.jurisdiction == "house"


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _short(rule: Rule) -> str:
    return rule.id.partition(".")[2]


def pack_document(pack: Pack) -> dict[str, object]:
    """A pack as JSON."""
    return {
        "id": pack.id, "title": pack.title.vi, "title_en": pack.title.en, "jurisdiction": pack.jurisdiction, "zone": pack.zone,
        "source": pack.source, "status": pack.status, "sha256": pack.sha256, "effective_from": pack.effective_from,
        "effective_to": pack.effective_to, "params": pack.params, "holidays_known_to": pack.known_to,
        "rules": [document(rule) for rule in pack.rules],
    }  # fmt: skip


def reading_document(reading: Reading, *, explain: bool = False) -> dict[str, object]:
    """A pack as JSON, with what its file says about its parameters; `explain`: and each rule in sentences."""
    rules = [_rule(rule, reading, explain=explain) for rule in reading.pack.rules]
    left = [
        {**_rule(one.rule, reading, explain=explain), "when": one.when or None, "unless": one.unless or None}
        for one in reading.omitted
    ]
    return {
        **pack_document(reading.pack), "rules": rules, "left_out": left, "missing": reading.missing,
        "groups": {name: {"text": text.vi, "text_en": text.en} for name, text in reading.groups.items()},
        "parameters": [
            {
                "name": one.name, "type": one.type, "text": one.text.vi, "text_en": one.text.en, "default": one.default,
                "min": one.least, "max": one.most, "within": one.within,
            }
            for one in reading.params
        ],
    }  # fmt: skip


def _rule(rule: Rule, reading: Reading, *, explain: bool) -> dict[str, object]:
    if not explain:
        return document(rule)
    (vi, en), whose = _sentence(rule, reading), duty(rule)
    return {**document(rule), "explain": f"{vi}. {whose[0]}.", "explain_en": f"{en}. {whose[1]}."}


def _sentence(rule: Rule, reading: Reading) -> Both:
    """What a rule says. One whose numbers are not known yet says its own text."""
    return (both_of(rule.text).vi, both_of(rule.text).en) if rule.id in reading.vague else says(rule, reading.groups)


def _explain(out: Output, heading: str, rule: Rule, reading: Reading, common: Both | None) -> None:
    """`common` is whose duty all rules are, said before."""
    vi, en = _sentence(rule, reading)
    whose = duty(rule)
    out.line()
    out.line(heading)
    out.say(f"{vi}." if common else f"{vi}. {whose[0]}.", 3)
    out.say(f"{en}." if common else f"{en}. {whose[1]}.", 3)
    if rule.authority == "law":
        out.say(f"Căn cứ / Citation: {rule.cite} ({_CHECKED[rule.status]})", 3, 2)


def _switch(left: Omitted, reading: Reading) -> str:
    """With which value a rule that is left out would stand."""
    types = {one.name: one.type for one in reading.params}
    if left.when:
        return f" (khi / with {left.when}={'true' if types.get(left.when) == 'bool' else '…'})"
    return f" (khi / with {left.unless}=false)" if left.unless else ""


def _param(out: Output, one: Declared, value: Param | None) -> None:
    bounds = _bounds(one)
    out.line(f"   {one.name}={_value(value)}{f' ({bounds})' if bounds else ''}")
    out.say(one.text.vi, 6)
    out.say(one.text.en, 6)


def _bounds(one: Declared) -> str:
    if one.within is not None:
        return f"trong khoảng / within {one.within}"
    if one.type == "bool":
        return "true, false"
    if one.least is None and one.most is None:
        return ""
    return f"{'…' if one.least is None else one.least}–{'…' if one.most is None else one.most}"


def _value(value: Param | None) -> str:
    if value in {None, ""}:
        return "…"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(out: Output, vi: str, en: str) -> None:
    out.say(f"{vi[0].upper()}{vi[1:]} / {en}", 0, 2)
