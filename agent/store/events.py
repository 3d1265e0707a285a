"""Approvals and grants: events with ids, in sets that only grow."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from agent.api.messages import GrantEvent
from agent.store import schema as t


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """`by` let `game` through for `player`."""

    id: str
    player: str
    game: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Events:
    connection: Connection

    def approvals(self) -> tuple[ApprovalRow, ...]:
        """Those that hold, oldest first."""
        query = select(t.approvals).where(t.approvals.c.ended.is_(False)).order_by(t.approvals.c.at, t.approvals.c.id)
        return tuple(ApprovalRow(row.id, row.player, row.game, row.by, row.at) for row in self.connection.execute(query))

    def approve(self, row: ApprovalRow) -> None:
        values = {"id": row.id, "player": row.player, "game": row.game, "by": row.by, "at": row.at}
        self.connection.execute(insert(t.approvals).values(**values, ended=False))

    def end_approvals(self, *, player: str | None = None, game: str | None = None) -> None:
        """They hold no longer, because the player or the game was removed."""
        query = update(t.approvals).values(ended=True)
        if player is not None:
            query = query.where(t.approvals.c.player == player)
        if game is not None:
            query = query.where(t.approvals.c.game == game)
        self.connection.execute(query)

    def grants(self, since: int) -> tuple[GrantEvent, ...]:
        """Those given at or after `since`, oldest first."""
        query = select(t.grants.c.data).where(t.grants.c.given >= since).order_by(t.grants.c.given, t.grants.c.id)
        return tuple(msgspec.json.decode(data, type=GrantEvent) for data in self.connection.execute(query).scalars())

    def grant(self, id: str) -> GrantEvent | None:
        data = self.connection.execute(select(t.grants.c.data).where(t.grants.c.id == id)).scalar()
        return None if data is None else msgspec.json.decode(data, type=GrantEvent)

    def put_grant(self, event: GrantEvent) -> None:
        """Add the event, or replace what is known of it."""
        values = {"id": event.id, "player": event.player, "given": event.given, "revoked": event.revoked}
        t.put(self.connection, t.grants, {**values, "data": msgspec.json.encode(event).decode()})
