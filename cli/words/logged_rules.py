"""The rule that an entry of the log names, in words: an entry holds its id alone, and of a player's own rule its numbers."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from agent.api.rule_words import rule_said
from cli.words.rules_in_sentences import says
from compliance.format.house_rule import HOUSE, HouseRuleError, read
from i18n.message import Arg
from rules.engine.pausing import PAUSE, paused_text
from rules.facts import Pause
from rules.packs.params import said
from rules.packs.shipped import shipped_packs
from rules.policy import Pack, PolicyError


def rule_of(fields: dict[str, Any]) -> Arg:
    """What the entry's rule says; the id of one whose pack is not at hand."""
    id_ = str(fields["rule"])
    if id_ == PAUSE:
        return paused_text(Pause((fields.get("paused") or {}).get("until"), str(fields.get("zone"))))
    if fields.get("pack") == HOUSE:
        try:
            [rule] = read(fields.get("inline"), str(fields.get("zone")), {}).rules
        except (HouseRuleError, ValueError):
            return id_
        return says(rule, {})
    pack = _shipped(str(fields.get("pack")), tuple(sorted((fields.get("params") or {}).items())))
    found = None if pack is None else next((rule for rule in pack.rules if rule.id == id_), None)
    return id_ if found is None else rule_said(found.text, id_)


@cache
def _shipped(hashed: str, params: tuple[tuple[str, Any], ...]) -> Pack | None:
    """The pack that comes with the program and has this hash, with these values in it."""
    name, text = next((one for one in shipped_packs().items() if sha256(one[1].encode()).hexdigest() == hashed), ("", ""))
    if not name:
        return None
    from rules.parse import parse_pack  # noqa: PLC0415 - a quarter of a second that a log without decisions does not need

    try:
        return parse_pack(text, name, {key: said(value) for key, value in params})
    except PolicyError:
        return None
