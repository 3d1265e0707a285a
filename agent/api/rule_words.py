"""How an answer names a rule: in its own words, with the id where that helps to find it again."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, Words, msg
from rules.engine.pausing import PAUSE

# The id of the pack of a player's own limits: it and the ids of its rules are nothing that people ever typed.
OWN: Final = "house"


def rule_said(text: Words, rule: str) -> Arg:
    """A rule in its words; the id of a pack's rule in brackets, as `giochoi policy show` has it."""
    return text if rule == PAUSE or rule.startswith(f"{OWN}.") else msg("{text} ({rule})", text=text, rule=rule)
