"""What can be asked of agent.db inside one transaction, by subject."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from agent.store.events import Events
from agent.store.people import People
from agent.store.place import PlaceTable
from agent.store.rules import Rules
from agent.store.state import State


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables, over one open transaction."""

    connection: Connection

    @property
    def state(self) -> State:
        return State(self.connection)

    @property
    def place(self) -> PlaceTable:
        return PlaceTable(self.connection)

    @property
    def people(self) -> People:
        return People(self.connection)

    @property
    def rules(self) -> Rules:
        return Rules(self.connection)

    @property
    def events(self) -> Events:
        return Events(self.connection)
