"""Games that no rule can tell apart: who asks about hundreds asks once for all of these."""

from __future__ import annotations

from rules.engine.plan import whole
from rules.facts import Facts
from rules.history import kinds
from rules.policy import Policy
from rules.systems import System
from rules.unknown import UNKNOWN

Likeness = tuple[str | None, str | None, int | None, System | None]


class AlikeGames:
    """Of the player, the place and the past in these facts, whatever their game is."""

    def __init__(self, policy: Policy, facts: Facts) -> None:
        played = kinds(facts)
        granted = {grant.game for grant in facts.grants if grant.game is not None}
        self._named = whole(policy, facts).names | facts.approved | granted | {UNKNOWN, *(kind.game for kind in played)}
        self._publishers = {kind.publisher for kind in played}

    def likeness(self, game: str, publisher: str | None, label: int | None, system: System | None) -> Likeness:
        """Two games with the same are decided alike, whenever. What was named, given or played by its id is like no other; of
        publishers only those count of whom something was played.
        """
        return game if game in self._named else None, publisher if publisher in self._publishers else "", label, system
