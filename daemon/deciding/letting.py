"""Whether a request for a game is one to let it through, and what that would not help against. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from daemon.deciding.judge import Ruling
from rules.decide import explain
from rules.decision import Finding

_FOR_GOOD = frozenset({"rating", "guardian"})


def lets(ruling: Ruling) -> bool:
    """Whether some rule keeps the player from the game now, and would not were it let through."""
    if ruling.allowed or not ruling.facts.game:
        return False
    return bool({one.reason.rule for one in _against(ruling)} - {one.reason.rule for one in _against(ruling, let=True)})


def for_good(ruling: Ruling) -> Finding | None:
    """The rule that refuses the game whatever a guardian says here, and however much time is given."""
    if ruling.allowed or not ruling.facts.game:
        return None
    found = (one for one in _against(ruling, let=True) if one.verdict == "refuse" and one.reason.kind in _FOR_GOOD)
    return next(found, None)


def _against(ruling: Ruling, *, let: bool = False) -> Iterator[Finding]:
    facts = ruling.facts
    if let:
        facts = replace(facts, approved=facts.approved | {facts.game})
    return (one for one in explain(ruling.policy, facts) if not one.advisory and one.verdict != "allow")
