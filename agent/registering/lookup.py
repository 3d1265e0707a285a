"""What a name that somebody typed means. All raise ApiError, with what there is instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from agent.api.messages import Guardian
from agent.api.slug import slug
from agent.errors import bad_input, not_found
from agent.registering.names import same
from agent.store.rows import GUEST, PlayerRow
from agent.store.tables import Tables
from i18n.message import Listed, comma, msg
from rules.games import Catalogue, Game

N = TypeVar("N", PlayerRow, Guardian)


def registered(tables: Tables) -> tuple[PlayerRow, ...]:
    """The players there are now, without the guest."""
    return tuple(row for row in tables.players() if not row.removed and row.id != GUEST)


def guest(tables: Tables) -> PlayerRow:
    """The player that every unmapped, limited account is."""
    return next(row for row in tables.players() if row.id == GUEST)


def player(tables: Tables, asked: str) -> PlayerRow:
    """The registered player of this id or name."""
    rows = registered(tables)
    found = _find(rows, asked)
    if found is None:
        raise not_found(msg("no player '{name}'; there are: {players}", name=asked, players=_known(rows)))
    return found


def player_or_guest(tables: Tables, asked: str) -> PlayerRow:
    """The player of this id or name, or the guest."""
    return guest(tables) if same(asked, GUEST) else player(tables, asked)


def guardian(tables: Tables, asked: str) -> Guardian | None:
    """The guardian of this id or name, or None."""
    return _find(tables.guardians(), asked)


def game(catalogue: Catalogue, asked: str) -> Game:
    """The game of this id or title."""
    found = catalogue.games.get(asked) or next((one for one in catalogue.games.values() if same(asked, one.title)), None)
    if found is None:
        raise not_found(msg("no game '{game}': see 'giochoi game list' or add it with 'giochoi game add'", game=asked))
    return found


def exact_game(catalogue: Catalogue, asked: str) -> Game:
    """The game of exactly this id: for what is not done to a game that was only meant."""
    found = catalogue.games.get(asked)
    if found is None:
        meant = game(catalogue, asked)
        raise not_found(msg("no game has the id '{game}'; {title} has the id {id}", game=asked, title=meant.title, id=meant.id))
    return found


def _find(rows: Iterable[N], asked: str) -> N | None:
    """By id; else by name; else by a name typed without its diacritics."""
    rows = tuple(rows)
    for found in (
        [row for row in rows if row.id == asked],
        [row for row in rows if same(asked, row.name)],
        [row for row in rows if slug(asked) == slug(row.name)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            ids = comma(row.id for row in found)
            raise bad_input(msg("several are called '{name}': use an id: {ids}", name=asked, ids=ids))
    return None


def _known(rows: tuple[PlayerRow, ...]) -> Listed:
    return comma([*(f"{row.name} ({row.id})" for row in rows[:10]), *("…" for _ in rows[10:11])] or ["–"])
