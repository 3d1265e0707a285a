"""Which rules are in force for a player, each in its own words: what a child may always read."""

from __future__ import annotations

from host.wire import Request, Wire
from i18n.message import Words


class RulesGet(Request["InForce"], frozen=True, kw_only=True):
    """Whoever is not a guardian is told about their own player only."""

    op = "rules"

    player: str


class RulePart(Wire, frozen=True, kw_only=True):
    rule: str
    cite: str
    text: Words
    advisory: bool


class PackPart(Wire, frozen=True, kw_only=True):
    title: Words
    rules: tuple[RulePart, ...]


class InForce(Wire, frozen=True, kw_only=True):
    """All packs that bind the player, the place's first; rules that cannot apply at this kind of place are left out."""

    player: str
    name: str
    packs: tuple[PackPart, ...]
