"""Rules and packs as JSON; in sentences: words.rules_in_sentences. Lengths are seconds, times of day HH:MM."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from i18n.message import Arg
from rules.policy import AskFirst, Break, Budget, NeedsGuardian, Notice, Pack, Rating, Rule, Save, Uncounted, Window
from words.layout import row
from words.rules_in_sentences import Groups, clock, duty, says

if TYPE_CHECKING:
    from rules.parse import Reading

_KINDS: dict[type[Rule], str] = {
    Budget: "budget", Window: "window", Break: "break", Rating: "rating", NeedsGuardian: "guardian", AskFirst: "ask",
    Notice: "notice", Uncounted: "uncounted", Save: "save",
}  # fmt: skip


def pack_document(pack: Pack) -> dict[str, object]:
    """A pack as it is in force."""
    return {
        "id": pack.id, "title": pack.title, "jurisdiction": pack.jurisdiction, "zone": pack.zone,
        "source": pack.source, "status": pack.status, "sha256": pack.sha256, "effective_from": pack.effective_from,
        "effective_to": pack.effective_to, "params": pack.params, "holidays_known_to": pack.known_to,
        "rules": [document(rule, {}) for rule in pack.rules],
    }  # fmt: skip


def reading_document(reading: Reading, *, explain: bool = False) -> dict[str, object]:
    """A pack, with what its file says about its parameters; `explain`: and each rule in sentences."""
    rules = [_rule(rule, reading, explain=explain) for rule in reading.pack.rules]
    left = [
        {**_rule(one.rule, reading, explain=explain), "when": one.when or None, "unless": one.unless or None}
        for one in reading.omitted
    ]
    return {
        **pack_document(reading.pack), "rules": rules, "left_out": left, "missing": reading.missing,
        "groups": {name: {"text": text} for name, text in reading.groups.items()},
        "parameters": [
            {
                "name": one.name, "type": one.type, "text": one.text, "default": one.default,
                "min": one.least, "max": one.most, "within": one.within,
            }
            for one in reading.params
        ],
    }  # fmt: skip


def sentence(rule: Rule, reading: Reading) -> Arg:
    """What a rule says. One whose numbers are not known yet says its own text."""
    return rule.text if rule.id in reading.vague else says(rule, reading.groups)


def _rule(rule: Rule, reading: Reading, *, explain: bool) -> dict[str, object]:
    told = document(rule, reading.groups) | {"what": sentence(rule, reading)}
    return {**told, "explain": row((row((sentence(rule, reading), duty(rule)), ". "), "."), "")} if explain else told


def document(rule: Rule, groups: Groups) -> dict[str, object]:
    """What every kind of rule says about itself, and in `what` what it limits."""
    return {
        "rule": rule.id, "kind": _KINDS[type(rule)], "cite": rule.cite, "status": rule.status, "text": rule.text,
        "what": says(rule, groups), "authority": rule.authority, "addressee": rule.addressee,
        "relax": rule.relax, "from_age": rule.from_age, "to_age": rule.to_age, "places": rule.places, "games": rule.games,
        "group": rule.group or None, "from_label": rule.from_label, "to_label": rule.to_label, **_own(rule),
    }  # fmt: skip


def _own(rule: Rule) -> dict[str, object]:
    """The fields of its own kind."""
    told: dict[str, object] = {}
    for one in fields(rule)[len(fields(Rule)) :]:
        name, value = one.name, getattr(rule, one.name)
        if name == "spans":
            value = [{"from": clock(span.start), "to": clock(span.end), "days": span.days} for span in value]
        elif name == "pause_ms" and not value:
            value = None  # only sessions end with one
        elif name == "ms" or name.endswith("_ms"):
            value /= 1000
        told["seconds" if name == "ms" else f"{name[:-2]}s" if name.endswith("_ms") else name] = value
    return told
