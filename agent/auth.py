"""Who may do what. Roles are a union: one account may have several."""

from __future__ import annotations

from typing import Final

from agent.api import guarding
from agent.api.roster import Roster
from host.api import SYSTEM_USERS, UserId
from host.transport import Caller

ANY: Final = "any"
SEAT: Final = "seat"
# Whoever keeps the registry: a guardian at home, the operator elsewhere.
KEEPER: Final = "guardian|operator"
# Whoever goes to the log's witnesses where the agent has no network: an account that may ask for nothing else.
COURIER: Final = "courier"
_COURIER = "giochoi-courier"


def roles(caller: Caller, own: UserId, roster: Roster) -> frozenset[str]:
    """The caller's roles at this place; `own` is the uid or SID that the agent runs as.

    That uid, root and administrators are guardian at home and operator elsewhere. The account of a registered guardian is
    guardian anywhere, but keeps the registry only at home; it is none while a player is limited in it. The agent's uid and
    root may speak for this machine's seat. What a courier brings is checked, so its account's name is enough.
    """
    found = {ANY}
    if caller.account == _COURIER:
        found.add(COURIER)
    if caller.uid == own or caller.uid in SYSTEM_USERS:
        found.add(SEAT)
    if caller.uid == own or caller.admin:
        found |= {"guardian" if roster.place == "home" else "operator", KEEPER}
    if caller.account in guarding.accounts(roster):
        found |= {"guardian", KEEPER} if roster.place == "home" else {"guardian"}
    return frozenset(found | ({COURIER} if KEEPER in found else set()))
