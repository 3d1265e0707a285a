"""Players and their guardians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, Row

from agent.api.messages import Guardian
from agent.store import schema as t

GUEST = "guest"


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """`key` makes the daily pseudonyms; `year_only`: only the year of birth is known, and `born` is its last day. The row
    `guest` stands for every unmapped account that is limited.
    """

    id: str
    name: str
    born: date | None
    account: str | None
    key: bytes
    removed: bool = False
    year_only: bool = False

    @property
    def said(self) -> str | None:
        """The date, or the year alone, as it was told; None if neither was."""
        return None if self.born is None else self.born.isoformat()[: 4 if self.year_only else None]


@dataclass(frozen=True, slots=True)
class People:
    connection: Connection

    def players(self) -> tuple[PlayerRow, ...]:
        """Every row there ever was, the guest's and removed ones included, by id."""
        return tuple(_player(row) for row in self.connection.execute(select(t.players).order_by(t.players.c.id)))

    def put_player(self, row: PlayerRow) -> None:
        """Add the player, or replace all that is known of it."""
        who = {"id": row.id, "name": row.name, "born": row.said, "account": row.account}
        t.put(self.connection, t.players, {**who, "key": row.key, "removed": row.removed})

    def guardians(self) -> tuple[Guardian, ...]:
        rows = self.connection.execute(select(t.guardians).order_by(t.guardians.c.id))
        return tuple(Guardian(id=row.id, name=row.name, account=row.account) for row in rows)

    def add_guardian(self, row: Guardian) -> None:
        self.connection.execute(insert(t.guardians).values(id=row.id, name=row.name, account=row.account))

    def wards(self) -> tuple[tuple[str, str], ...]:
        """(player, guardian) pairs."""
        rows = self.connection.execute(select(t.wards).order_by(t.wards.c.player, t.wards.c.guardian))
        return tuple((row.player, row.guardian) for row in rows)

    def put_wards(self, player: str, guardians: tuple[str, ...]) -> None:
        """These are the player's guardians, and no others."""
        self.connection.execute(delete(t.wards).where(t.wards.c.player == player))
        for guardian in guardians:
            self.connection.execute(insert(t.wards).values(player=player, guardian=guardian))


def _player(row: Row[Any]) -> PlayerRow:
    said, year_only = row.born, row.born is not None and len(row.born) == len("YYYY")
    born = None if said is None else date(int(said), 12, 31) if year_only else date.fromisoformat(said)
    return PlayerRow(row.id, row.name, born, row.account, row.key, row.removed, year_only)
