"""Packs in force, their texts, and own limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from agent.store import schema as t
from rules.policy import Weekday

PLACE = "place"


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack in force: its id, the values put into it as text, and the SHA-256 of its text. `shipped`: it came with the program
    and follows it through updates."""

    pack: str
    params: dict[str, str]
    sha256: str
    shipped: bool

    @property
    def said(self) -> str:
        """As it is written on a command line: PACK:key=value, and so on."""
        return ":".join((self.pack, *(f"{key}={value}" for key, value in self.params.items())))


@dataclass(frozen=True, slots=True)
class TextRow:
    """The text of a pack that was in force. `public`: it may go into a bundle."""

    sha256: str
    pack: str
    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class LimitRow:
    """At most `ms` of play on this weekday; game None is all games."""

    player: str
    game: str | None
    day: Weekday
    ms: int


@dataclass(frozen=True, slots=True)
class Rules:
    connection: Connection

    def packs(self) -> dict[str, tuple[PackRow, ...]]:
        """The packs in force by target: a player's id, "guest" or "place"; in the order in which they were named."""
        found: dict[str, tuple[PackRow, ...]] = {}
        for row in self.connection.execute(select(t.packs).order_by(t.packs.c.target, t.packs.c.position)):
            params = msgspec.json.decode(row.params, type=dict[str, str])
            found[row.target] = (*found.get(row.target, ()), PackRow(row.pack, params, row.sha256, row.shipped))
        return found

    def put_packs(self, target: str, rows: tuple[PackRow, ...]) -> None:
        """These are in force for `target`, and no others. Their texts are there already."""
        self.connection.execute(delete(t.packs).where(t.packs.c.target == target))
        for position, row in enumerate(rows):
            params = msgspec.json.encode(row.params, order="sorted").decode()
            values = {"pack": row.pack, "params": params, "sha256": row.sha256, "shipped": row.shipped}
            self.connection.execute(insert(t.packs).values(target=target, position=position, **values))

    def texts(self) -> dict[str, TextRow]:
        """By SHA-256."""
        rows = self.connection.execute(select(t.texts))
        return {row.sha256: TextRow(row.sha256, row.pack, row.text, row.public) for row in rows}

    def keep_text(self, row: TextRow) -> None:
        """Keep the text for good. Once public, always public."""
        known = self.connection.execute(select(t.texts.c.public).where(t.texts.c.sha256 == row.sha256)).scalar()
        if known is None:
            values = {"sha256": row.sha256, "pack": row.pack, "text": row.text, "public": row.public}
            self.connection.execute(insert(t.texts).values(**values))
        elif row.public and not known:
            self.connection.execute(update(t.texts).where(t.texts.c.sha256 == row.sha256).values(public=True))

    def limits(self) -> tuple[LimitRow, ...]:
        """All own limits, by player and game."""
        rows = self.connection.execute(select(t.limits).order_by(t.limits.c.player, t.limits.c.game, t.limits.c.day))
        return tuple(LimitRow(row.player, row.game or None, cast("Weekday", row.day), row.ms) for row in rows)

    def put_limit(self, row: LimitRow) -> None:
        t.put(self.connection, t.limits, {"player": row.player, "game": row.game or "", "day": row.day, "ms": row.ms})

    def drop_limits(self, *, player: str | None = None, game: str | None = None, day: Weekday | None = None) -> int:
        """Delete the limits that agree with all that is given (game "" is those over all games), and say how many."""
        query = delete(t.limits)
        for column, value in ((t.limits.c.player, player), (t.limits.c.game, game), (t.limits.c.day, day)):
            if value is not None:
                query = query.where(column == value)
        return self.connection.execute(query).rowcount
