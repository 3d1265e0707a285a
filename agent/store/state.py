"""Which log this is, the roster in force, and the seats."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from agent.api.messages import Seat
from agent.store import schema as t


@dataclass(frozen=True, slots=True)
class StateRow:
    """`origin` names the log; `number` and `note` are the roster in force, number 0 before there was one."""

    origin: str
    number: int
    note: str


@dataclass(frozen=True, slots=True)
class State:
    connection: Connection

    def get(self) -> StateRow:
        row = self.connection.execute(select(t.state)).one()
        return StateRow(row.origin, row.number, row.note)

    def publish(self, number: int, note: str) -> None:
        """From now on the roster `number`, signed as `note`, is in force."""
        self.connection.execute(update(t.state).values(number=number, note=note))

    def seats(self) -> tuple[Seat, ...]:
        rows = self.connection.execute(select(t.seats).order_by(t.seats.c.id))
        return tuple(Seat(id=row.id, key=row.key) for row in rows)

    def add_seat(self, seat: Seat) -> None:
        self.connection.execute(insert(t.seats).values(id=seat.id, key=seat.key))
