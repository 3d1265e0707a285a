"""OS accounts and names of players and guardians: which may be whose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from agent.api.naming import same
from agent.api.roster import Guardian, Staff
from agent.errors import bad_input, refused
from agent.registry import Change
from agent.store.rows import PlayerRow
from i18n.message import Message, msg

_MAX_ACCOUNT = 256
Somebody: TypeAlias = PlayerRow | Guardian | Staff


def account_of(change: Change, asked: str | None, others: Iterable[Somebody], own: str = "") -> str | None:
    """The OS account as the system writes it, if it exists here and is no other's; `own` is the id of whoever may have it."""
    if asked is None:
        return None
    if not asked or len(asked) > _MAX_ACCOUNT or not asked.isprintable():
        raise bad_input(msg("not a valid account name"))
    account = change.world.account(asked)
    if account is None:
        raise bad_input(msg("this machine has no account '{account}'", account=asked))
    for other in others:
        if other.account == account and other.id != own:
            raise refused(msg("the account {account} is already that of {name}", account=account, name=written(other)))
    return account


def nothing_holds(change: Change, row: PlayerRow) -> tuple[Message, ...]:
    """A warning where the player's account may undo everything here."""
    if row.account is None or not change.world.administers(row.account):
        return ()
    return (msg("{account} is an administrator's account: no limit can hold in it", account=row.account),)


def written(row: Somebody) -> str:
    """Name and id."""
    return f"{row.name} ({row.id})"


def mistakable(others: Iterable[Somebody], row: Somebody) -> tuple[Message, ...]:
    """A warning where the name in lower case is another's id: "an", if Ẩn was there before An."""
    return tuple(
        msg("{id} means {other}: write {name} as it is", id=other.id, other=written(other), name=row.name)
        for other in others
        if other.id != row.id and same(row.name, other.id)
    )
