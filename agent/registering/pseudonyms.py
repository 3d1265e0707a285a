"""Who is who in the log: the names under which one player appears there, told to whoever keeps the registry."""

from __future__ import annotations

from datetime import date, timedelta

from agent.api import messages as m
from agent.api.pseudonym import pseudonym
from agent.errors import bad_input
from agent.registering import lookup
from agent.store.tables import Tables
from i18n.message import msg

# Leaves are kept for 13 months; a log that nobody pruned may be older.
_MOST_DAYS = 20 * 366


def player_days(tables: Tables, request: m.PlayerDays, log_key: str) -> m.PlayerNames:
    """The player's pseudonyms of these days. They mean something only in the log whose verifier key `log_key` is."""
    row = lookup.player_or_guest(tables, request.player)
    count = (request.last - request.first).days + 1
    if not 0 < count <= _MOST_DAYS or request.last > date.max - timedelta(days=1):
        raise bad_input(msg("not a valid range of days"))
    days = (request.first + timedelta(days=number) for number in range(count))
    return m.PlayerNames(
        id=row.id,
        name=row.name,
        born=row.born,
        guardian=tables.place.get().place == "home" or any(player == row.id for player, _ in tables.people.wards()),
        key=log_key,
        names=tuple(pseudonym(row.key.hex(), day) for day in days),
    )
