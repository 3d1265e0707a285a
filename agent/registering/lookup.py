"""What a name that somebody typed means. All raise ApiError, with what there is instead."""

from __future__ import annotations

from agent.api import naming
from agent.api.roster import Guardian
from agent.store.rows import GUEST, PlayerRow
from agent.store.tables import Tables
from rules.games import Catalogue, Game


def registered(tables: Tables) -> tuple[PlayerRow, ...]:
    """The players there are now, without the guest."""
    return tuple(row for row in tables.players() if not row.removed and row.id != GUEST)


def guest(tables: Tables) -> PlayerRow:
    """The player that every unmapped, limited account is."""
    return next(row for row in tables.players() if row.id == GUEST)


def player(tables: Tables, asked: str) -> PlayerRow:
    """The registered player of this id or name."""
    return naming.player(registered(tables), asked)


def player_or_guest(tables: Tables, asked: str, *others: str) -> PlayerRow:
    """The player of this id or name, or the guest. `others`: what may be named there besides."""
    if naming.is_guest(asked, registered(tables)):
        return guest(tables)
    return naming.player(registered(tables), asked, naming.GUEST, naming.GUEST_VI, *others)


def guardian(tables: Tables, asked: str, *, to_add: bool = False) -> Guardian:
    """The guardian of this id or name; `to_add`: perhaps one is to be added first."""
    return naming.guardian(tables.guardians(), asked, to_add=to_add)


def game(catalogue: Catalogue, asked: str) -> Game:
    """The game of this id or title."""
    return naming.game(catalogue, asked)
