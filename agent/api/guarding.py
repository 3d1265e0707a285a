"""Whose accounts are guardians' by a roster. Who plays under limits is no guardian here, whatever else the roster says.

An adult may limit themselves, and whoever has no limits may be both. A birth date that is not known is nobody's 18th birthday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent.api.roster import Guardian, Player, Roster
from rules.calendar import birthday, day_name
from rules.engine.reach import ADULT


def limited(roster: Roster, player: Player) -> bool:
    """Whether any rule is put on a player who is not known to be grown up, on the day of the roster."""
    if not (player.packs or roster.place_packs):
        return False
    return player.born is None or birthday(player.born, ADULT) > day_name(roster.zone, roster.issued)


def clashes(roster: Roster, canonical: Callable[[str], str] = str) -> Iterator[tuple[Player, Guardian]]:
    """Each limited player whose account is a guardian's, too. `canonical` writes an account as the system does."""
    guardians = {canonical(one.account): one for one in roster.guardians if one.account is not None}
    for player in roster.players:
        guardian = None if player.account is None else guardians.get(canonical(player.account))
        if guardian is not None and limited(roster, player):
            yield player, guardian


def accounts(roster: Roster, canonical: Callable[[str], str] = str) -> frozenset[str]:
    """The accounts that a guardian's rights go with."""
    found = {canonical(one.account) for one in roster.guardians if one.account is not None}
    return frozenset(found - {canonical(guardian.account or "") for _, guardian in clashes(roster, canonical)})
