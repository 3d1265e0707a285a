"""Extra time: events with an id, made here or heard of from the agent. The set only grows; a revocation is an event too."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import msgspec

from agent.api.messages import GrantEvent
from daemon.store import Store
from rules.facts import Grant

MATTERS_MS = 3 * 86_400_000  # a grant lapses with the day in which it was given, whatever the zone


class Grants:
    """All grant events, as stored. Every change is durable with the transaction that the caller holds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events: dict[str, GrantEvent] = {}
        self._unsent: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Forgets what a transaction that did not happen had changed."""
        self._events.clear()
        self._unsent.clear()
        for text, sent in self._store.grant_events():
            event = msgspec.json.decode(text, type=GrantEvent)
            self._events[event.id] = event
            if not sent:
                self._unsent.add(event.id)

    def put(self, event: GrantEvent, *, sent: bool = False) -> None:
        """A grant or its revocation; `sent`: the agent has it. The transaction is the caller's."""
        self._store.put_grant(event.id, msgspec.json.encode(event).decode(), sent=sent)
        self._events[event.id] = event
        (self._unsent.discard if sent else self._unsent.add)(event.id)

    def merge(self, events: Iterable[GrantEvent]) -> None:
        """Takes what the agent knows. A revocation made on either side stands."""
        for event in events:
            known = self._events.get(event.id)
            if known is None or (known.revoked is None and event.revoked is not None):
                self.put(event, sent=True)

    def unsent(self) -> tuple[GrantEvent, ...]:
        return tuple(self._events[id_] for id_ in sorted(self._unsent))

    def mark_sent(self, events: Iterable[GrantEvent]) -> None:
        for event in events:
            if self._events.get(event.id) == event:
                self.put(event, sent=True)

    def all(self) -> tuple[GrantEvent, ...]:
        return tuple(sorted(self._events.values(), key=lambda event: event.given))

    def of(self, player: str, now: int) -> tuple[Grant, ...]:
        """What still may count for `player`: not revoked, not older than a few days."""
        return tuple(
            Grant(event.by, event.ms, event.game, event.given, event.id)
            for event in self._events.values()
            if event.player == player and event.revoked is None and event.given > now - MATTERS_MS
        )


def new_id() -> str:
    """Short enough to type after `giochoi revoke`."""
    return secrets.token_hex(4)
