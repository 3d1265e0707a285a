"""What this place is, and the games that it knows beside the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from agent.store import schema as t
from rules.games import Game
from rules.policy import Place


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """`hours` is HH:MM-HH:MM, or "" where the law's or none are set. `lang` None: each reader's own."""

    place: Place
    zone: str
    hours: str
    name: str
    certificate: str
    expires: date | None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class PlaceTable:
    connection: Connection

    def get(self) -> PlaceRow:
        row = self.connection.execute(select(t.place)).one()
        expires = None if row.expires is None else date.fromisoformat(row.expires)
        return PlaceRow(cast("Place", row.place), row.zone, row.hours, row.name, row.certificate, expires, row.lang)

    def put(self, row: PlaceRow) -> None:
        expires = None if row.expires is None else row.expires.isoformat()
        values = {"place": row.place, "zone": row.zone, "hours": row.hours, "name": row.name, "certificate": row.certificate}
        self.connection.execute(update(t.place).values(**values, expires=expires, lang=row.lang))

    def games(self) -> tuple[Game, ...]:
        """The house games, by id."""
        rows = self.connection.execute(select(t.games.c.data).order_by(t.games.c.id))
        return tuple(msgspec.json.decode(data, type=Game) for data in rows.scalars())

    def put_game(self, game: Game) -> None:
        t.put(self.connection, t.games, {"id": game.id, "data": msgspec.json.encode(game).decode()})

    def drop_game(self, game: str) -> None:
        self.connection.execute(delete(t.games).where(t.games.c.id == game))
