"""Who may do what. Roles are a union: one account may have several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from agent.api import guarding
from agent.api.roster import Roster
from agent.api.staff import works_as
from host.api import SYSTEM_USERS, UserId
from host.transport import Caller

ANY: Final = "any"
SEAT: Final = "seat"
# A seat, or one that is retired: it is told so, and nothing else.
ENROLS: Final = "seat|retired"
# Whoever keeps the registry: a guardian at home, the operator elsewhere.
KEEPER: Final = "guardian|operator"
# Whoever works at the counter of a public place.
STAFF: Final = "staff|guardian|operator"
# Whoever goes to the log's witnesses where the agent has no network: an account that may ask for nothing else.
COURIER: Final = "courier"
_COURIER = "giochoi-courier"
# Whoever calls from another PC and is no seat of ours yet.
STRANGER: Final = "stranger"


@dataclass(frozen=True, slots=True)
class Seat:
    """The PC that joined as the seat of this `id`, by its certificate and the registry; `retired`: it is none any more.
    `account`: as the registry calls it.
    """

    id: str
    retired: bool = False
    admin: bool = False
    patience: float = 150.0  # it speaks once a minute

    @property
    def account(self) -> str:
        return self.id

    @property
    def share(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody at this network address."""

    share: str
    admin: bool = False
    patience: float = 30.0

    @property
    def account(self) -> str:
        return self.share


Principal: TypeAlias = Caller | Seat | Stranger
"""Who asks: an account of this PC, a seat on another one, or nobody known."""


def pc_of(caller: Principal) -> str:
    """As which seat the PC joined from which this comes; "": it is the agent's own."""
    return caller.id if isinstance(caller, Seat) else ""


def roles(caller: Principal, own: UserId, roster: Roster) -> frozenset[str]:
    """What whoever asks may do. Another PC's seat may do what a seat may, as itself alone; a stranger may ask to be one."""
    match caller:
        case Seat():
            return frozenset((ENROLS,) if caller.retired else (ANY, SEAT, ENROLS))
        case Stranger():
            return frozenset((STRANGER,))
    return _roles_here(caller, own, roster)


def _roles_here(caller: Caller, own: UserId, roster: Roster) -> frozenset[str]:
    """The caller's roles at this place; `own` is the uid or SID that the agent runs as.

    That uid, root and administrators are guardian at home and operator elsewhere. The account of a registered guardian is
    guardian anywhere, but keeps the registry only at home; it is none while a player is limited in it. Staff works at public
    places, from the accounts named for it. The agent's uid and
    root may speak for this machine's seat. What a courier brings is checked, so its account's name is enough.
    """
    found = {ANY}
    if caller.account == _COURIER:
        found.add(COURIER)
    if caller.uid == own or caller.uid in SYSTEM_USERS:
        found |= {SEAT, ENROLS}
    if caller.uid == own or caller.admin:
        found |= {"guardian" if roster.place == "home" else "operator", KEEPER}
    if caller.account in guarding.accounts(roster):
        found |= {"guardian", KEEPER} if roster.place == "home" else {"guardian"}
    if (works := works_as(caller.account, roster)) is not None:
        found |= {STAFF, KEEPER} if works.role == "operator" else {STAFF}
    return frozenset(found | ({COURIER, STAFF} if KEEPER in found else set()))
