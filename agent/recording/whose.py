"""Whom a pseudonym of the log means. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from agent.api.pseudonym import pseudonym
from agent.store.rows import GUEST, PlayerRow
from rules.calendar import day_name

_AROUND = (0, -1, 1)  # a summary speaks of the day before its own, and the zone may have changed since


def names_of(seen: Iterable[tuple[str, int]], players: Iterable[PlayerRow], zone: str) -> dict[str, str]:
    """The names behind those of the pseudonyms that were `seen` (each with the moment of its entry) which are a player's of a
    day around; two players of one name are told apart by their ids. `players`: all there ever were.
    """
    pseudonyms = {who for who, _ in seen}
    days = {day_name(zone, wall) + timedelta(days=n) for _, wall in seen for n in _AROUND}
    rows = tuple(players)
    called = [row.name for row in rows]
    return {
        who: GUEST if row.id == GUEST else row.name if called.count(row.name) == 1 else f"{row.name} ({row.id})"
        for row in rows for day in days if (who := pseudonym(row.key.hex(), day)) in pseudonyms
    }  # fmt: skip
