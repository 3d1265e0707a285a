"""The tables of agent.db as queries see them. How they come to be on disk is in migrations.py; a test holds the two together.

Dates are ISO text (of a birth perhaps the year alone), lengths and moments Unix milliseconds, JSON is text, booleans 0 and 1.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table

metadata = MetaData()


def _table(name: str, keys: str, others: str = "") -> Table:
    """By the names of its columns; their types are those of what is put in."""
    columns: list[Column[Any]] = [Column(one, primary_key=True) for one in keys.split()]
    return Table(name, metadata, *columns, *map(Column, others.split()))


# One row: which log this is, the roster in force, and where seats of other PCs are answered.
state = _table("state", "id", "origin number note serve")

# What the roster in force names by its hash.
parts = _table("parts", "sha256", "data")

# One row: what this place is.
place = _table("place", "id", "place zone hours name certificate expires lang hotline address owner")

# A removed player stays, so that the same child added again keeps its key, and with it today's pseudonym.
players = _table("players", "id", "name born account key removed since unknown")
guardians = _table("guardians", "id", "name account pin code ceiling")
wards = _table("wards", "player guardian")

# The packs in force for a player, "guest" or "place", in the order in which they were named.
packs = _table("packs", "target position", "pack params sha256 shipped")

# Every pack text that was ever in force. `public` ones go into the bundle; those of one player would say who it is.
texts = _table("texts", "sha256", "pack text public")

# Own daily limits; game "" is all games.
limits = _table("limits", "player game day", "ms")

# Events: rows are deleted only with their player, and when they are half a year old.
# `ended` says that the player or the game was removed since.
approvals = _table("approvals", "id", "player game by at ended")
grants = _table("grants", "id", "player given revoked data")

requests = _table("requests", "id", "player asked data")

# Unknown programs that a player may run, by content.
programs = _table("programs", "player sha256", "data")

# Of whom nothing is kept any more; and the entries whose personal data is still to be deleted.
erased = _table("erased", "sha256", "at")
erasing = _table("erasing", "seat seq")

games = _table("games", "id", "data")
# A retired seat stays: its key is nobody else's. Who retired it, and why, is kept for half a year.
seats = _table("seats", "id", "key enrolled retired by reason name pc tls")

# Who works at a public place, by account; `since`: their shift began then.
staff = _table("staff", "id", "name account role since")

# Who is checked in at which PC of a public place ("": the agent's own), and those of them who are not registered.
visitors = _table("visitors", "id", "key day age")
checkins = _table("checkins", "pc", "id player since how")

# Where players may play on several PCs: where each plays, and until when at most; and what was played, by entry.
claims = _table("claims", "player", "seat until")
played = _table("played", "seat seq", "player game publisher label sure start ms")
