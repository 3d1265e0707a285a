"""The rule that an entry of the log names, in words: an entry holds its id alone, and of a player's own rule its numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from agent.api.rule_words import rule_said
from compliance.format.house_rule import HOUSE, HouseRuleError, read
from i18n.message import Arg, Text
from rules.engine.pausing import PAUSE, paused_text
from rules.facts import Pause
from rules.packs.params import REFERENCE, said
from rules.packs.shipped import shipped_packs
from words.rules_in_sentences import says


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
    found = _texts(str(fields.get("pack"))).get(id_)
    if found is None:
        return id_
    params = {name: said(value) for name, value in (fields.get("params") or {}).items()}
    vi, en = (REFERENCE.sub(lambda part: params.get(part[1], part[0]), one) for one in (found.vi, found.en))
    return rule_said(Text(vi, en), id_)


@cache
def _texts(hashed: str) -> Mapping[str, Text]:
    """What the rules say, by their ids, of the pack that comes with the program and has this hash: read without its parser."""
    text = next((one for one in shipped_packs().values() if sha256(one.encode()).hexdigest() == hashed), "")
    pack = tomllib.loads(text)
    tables = (rule for table in pack.values() if isinstance(table, list) for rule in table)
    return {f"{pack['id']}.{rule['id']}": Text(**rule["text"]) for rule in tables}
