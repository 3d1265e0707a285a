"""What can be asked of agent.db inside one transaction, by subject."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from agent.store.events import Events
from agent.store.people import People
from agent.store.place import PlaceTable
from agent.store.rules import Rules
from agent.store.state import State


class Tables:
    """The tables, over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self.state = State(connection)
        self.place = PlaceTable(connection)
        self.people = People(connection)
        self.rules = Rules(connection)
        self.events = Events(connection)
