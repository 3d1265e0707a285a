"""Which rules bind a player here today, for whoever has to live with them."""

from __future__ import annotations

from daemon.api.rules import InForce, PackPart, RulePart
from daemon.sessions import People, RuledPlayer
from rules.engine.reach import reach
from rules.policy import Break, Budget, Pack, Window


def in_force(people: People, player: RuledPlayer, wall: int) -> InForce:
    """Packs of which no rule binds the player now are left out."""
    parts = (_part(pack, people, player, wall) for pack in player.policy.packs)
    return InForce(player=player.id, name=player.registered.name, packs=tuple(part for part in parts if part.rules))


def _part(pack: Pack, people: People, player: RuledPlayer, wall: int) -> PackPart:
    reaches = ((rule, reach(rule, pack, people.place, player.registered.born)) for rule in pack.rules)
    bound = (rule for rule, found in reaches if found is not None and found.start <= wall < found.end)
    return PackPart(
        title=pack.title,
        rules=tuple(
            RulePart(rule=rule.id, cite=rule.cite, text=rule.text,
                     advisory=isinstance(rule, Budget | Window | Break) and rule.advisory)
            for rule in bound
        ),
    )
