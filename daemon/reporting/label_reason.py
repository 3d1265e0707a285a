"""Why a label refuses, told with the player's name to whoever may see that. Entries and signals have no names."""

from __future__ import annotations

from dataclasses import replace

from daemon.deciding.judge import Ruling
from daemon.sessions import RuledPlayer
from rules.calendar import day_name
from rules.decision import Reason
from rules.engine.label_words import too_young


def named(reason: Reason, player: RuledPlayer, ruling: Ruling) -> Reason:
    """The same reason; of a label, with the player's name and age beside it."""
    facts = ruling.facts
    if reason.kind != "rating" or not facts.label:
        return reason
    pack, _ = player.rule_of(reason)
    age = player.age_on(day_name(pack.zone, facts.now))
    return replace(reason, text=too_young(facts.label, facts.system, age, player.registered.name))
