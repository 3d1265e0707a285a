"""What the operator of a public place asks of its staff, and staff of itself."""

from __future__ import annotations

from agent.api.answers import Done
from agent.api.roster import Roster, Staff, StaffRole
from host.wire import Request, Wire


def works_as(account: str, roster: Roster) -> Staff | None:
    """Who works in the account. Nobody does where a player plays: they would let themselves play."""
    if roster.place == "home" or any(one.account == account for one in roster.players):
        return None
    return next((one for one in roster.staff if one.account == account), None)


class StaffAdd(Request[Done], frozen=True, kw_only=True):
    """Whoever has the account on the agent's PC works there as that. Somebody of this name gets another account or role."""

    op = "staff.add"

    name: str
    account: str
    role: StaffRole = "staff"


class StaffRemove(Request[Done], frozen=True, kw_only=True):
    op = "staff.remove"

    name: str


class StaffList(Request["StaffRows"], frozen=True, kw_only=True):
    op = "staff.list"


class StaffRows(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments."""

    staff: tuple[Staff, ...]
    zone: str


class Shift(Request[Done], frozen=True, kw_only=True):
    """Whoever asks begins or ends their shift."""

    op = "staff.shift"

    begins: bool
