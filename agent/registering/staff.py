"""Who works at a public place: accounts that check customers in, and those that keep its settings, too."""

from __future__ import annotations

from msgspec.structs import replace

from agent.api.naming import person as find
from agent.api.naming import shown
from agent.api.roster import Staff
from agent.api.slug import slug
from agent.api.staff import Shift, StaffAdd, StaffRemove, StaffRows
from agent.errors import not_found, refused
from agent.registering import lookup
from agent.registering.accounts import account_of
from agent.registering.names import free_id, person
from agent.registry import Change, Outcome
from agent.store.tables import Tables
from compliance.entries.place import StaffChanged
from i18n.message import comma, msg


def staff_add(change: Change, request: StaffAdd) -> Outcome:
    """ApiError: bad-input, or refused: at a home, or where it is a player's account."""
    tables = change.tables
    if tables.place().place == "home":
        raise refused(msg("this is a home: staff is named at public places, see 'giochoi place set game-point'"))
    name, rows = person(request.name), tables.staff()
    old = find(rows, name)
    account = account_of(change, request.account, (*rows, *lookup.registered(tables)), "" if old is None else old.id) or ""
    id = free_id(slug(name, "staff"), {row.id for row in rows}) if old is None else old.id
    row = Staff(id=id, name=name, account=account, role=request.role, since=None if old is None else old.since)
    tables.put_staff(row)
    _record(change, row, "added")
    return Outcome(row.id, name=row.name)


def staff_remove(change: Change, request: StaffRemove) -> Outcome:
    rows = change.tables.staff()
    row = find(rows, request.name)
    if row is None:
        raise not_found(msg("nobody of the staff is called {name}; there are: {staff}", name=shown(request.name),
                            staff=comma([one.name for one in rows] or ["–"])))  # fmt: skip
    change.tables.drop_staff(row.id)
    _record(change, row, "removed")
    return Outcome(row.id, name=row.name)


def staff_list(tables: Tables) -> StaffRows:
    return StaffRows(staff=tables.staff(), zone=tables.place().zone)


def shift(change: Change, request: Shift) -> Outcome:
    """ApiError(refused): the account is nobody's, or the shift is as it should be."""
    row = next((one for one in change.tables.staff() if one.account == change.who), None)
    if row is None:
        raise refused(msg("the account {account} is nobody's of the staff; first: {command}", account=change.who,
                          command="giochoi staff add"))  # fmt: skip
    if request.begins is (row.since is not None):
        raise refused(msg("your shift has begun already") if request.begins else msg("you have no shift that could end"))
    change.tables.put_staff(replace(row, since=change.now if request.begins else None))
    _record(change, row, "began" if request.begins else "ended")
    return Outcome(row.id, name=row.name, pcs=frozenset())


def _record(change: Change, row: Staff, how: str) -> None:
    change.record(StaffChanged, {"what": "staff", "name": row.name, "account": row.account}, role=row.role, how=how)
