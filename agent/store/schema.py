"""The tables of agent.db as queries see them. How they come to be on disk is in migrations.py; a test holds the two together.

Dates are ISO text (of a birth perhaps the year alone), lengths and moments Unix milliseconds, JSON is text, booleans 0 and 1.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

metadata = MetaData()


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


# One row: which log this is, and the roster in force.
state = Table(
    "state", metadata,
    Column("id", Integer, primary_key=True), _text("origin"), Column("number", Integer, nullable=False), _text("note"),
)  # fmt: skip

# One row: what this place is.
place = Table(
    "place", metadata,
    Column("id", Integer, primary_key=True), _text("place"), _text("zone"), _text("hours"), _text("name"),
    _text("certificate"), _text("expires", null=True), _text("lang", null=True),
)  # fmt: skip

# A removed player stays, so that the same child added again keeps its key, and with it today's pseudonym.
players = Table(
    "players", metadata,
    _text("id", key=True), _text("name"), _text("born", null=True), _text("account", null=True),
    Column("key", LargeBinary, nullable=False), Column("removed", Boolean, nullable=False),
)  # fmt: skip

guardians = Table("guardians", metadata, _text("id", key=True), _text("name"), _text("account", null=True))

wards = Table("wards", metadata, _text("player", key=True), _text("guardian", key=True))

# The packs in force for a player, "guest" or "place", in the order in which they were named.
packs = Table(
    "packs", metadata,
    _text("target", key=True), Column("position", Integer, primary_key=True), _text("pack"), _text("params"), _text("sha256"),
    Column("shipped", Boolean, nullable=False),
)  # fmt: skip

# Every pack text that was ever in force. `public` ones go into the bundle; those of one player would say who it is.
texts = Table(
    "texts", metadata, _text("sha256", key=True), _text("pack"), _text("text"), Column("public", Boolean, nullable=False)
)

# Own daily limits; game "" is all games.
limits = Table(
    "limits", metadata, _text("player", key=True), _text("game", key=True), _text("day", key=True),
    Column("ms", Integer, nullable=False),
)  # fmt: skip

# Events: rows are never deleted. `ended` says that the player or the game was removed since.
approvals = Table(
    "approvals", metadata,
    _text("id", key=True), _text("player"), _text("game"), _text("by"), Column("at", Integer, nullable=False),
    Column("ended", Boolean, nullable=False),
)  # fmt: skip

grants = Table(
    "grants", metadata,
    _text("id", key=True), _text("player"), Column("given", Integer, nullable=False), Column("revoked", Integer), _text("data"),
)  # fmt: skip

games = Table("games", metadata, _text("id", key=True), _text("data"))

seats = Table("seats", metadata, _text("id", key=True), _text("key"))


def put(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Add the row, or replace all that is known of the one with its key."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    connection.execute(insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=rest))
