"""Extra time: events with an id, made here or heard of from the agent. The set only grows; a revocation is an event too."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

import msgspec

from agent.api.messages import GrantEvent
from daemon.store import Store
from rules.facts import Grant

MATTERS_MS = 3 * 86_400_000  # a grant lapses with the day in which it was given, whatever the zone


class Grants:
    """All grant events. What the agent says counts at once and is stored with the next `write`, which also makes good what a
    transaction that did not happen left out. What is given here counts once it is stored: `keep` writes it, then `take`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events: dict[str, GrantEvent] = {}
        self._unsent: set[str] = set()
        for text, sent in store.grant_events():
            self.take(msgspec.json.decode(text, type=GrantEvent), sent=sent)

    def keep(self, event: GrantEvent) -> None:
        """Stores a grant that was given here, or its revocation. The transaction is the caller's, who calls `take` once it
        happened.
        """
        self._store.put_grants([_row(event, sent=False)])

    def take(self, event: GrantEvent, *, sent: bool = False) -> None:
        """It counts from now on; `sent`: the agent has it."""
        self._events[event.id] = event
        (self._unsent.discard if sent else self._unsent.add)(event.id)

    def write(self, _: object = None) -> None:
        """Stores all that is not stored so. The transaction is the caller's."""
        self._store.put_grants(_row(event, sent=id_ not in self._unsent) for id_, event in self._events.items())

    def merge(self, events: Iterable[GrantEvent]) -> None:
        """Takes what the agent knows. A revocation made on either side stands."""
        for event in events:
            known = self._events.get(event.id)
            if known is None or (known.revoked is None and event.revoked is not None):
                self.take(event, sent=True)

    def end_of_others(self, players: Collection[str], now: int) -> tuple[GrantEvent, ...]:
        """Ends what may still count for anybody but these `players`, and says what that was. A player who comes back under the
        same name does not find it again.
        """
        over = tuple(
            msgspec.structs.replace(event, revoked=now)
            for event in self._events.values()
            if event.player not in players and event.revoked is None and event.given > now - MATTERS_MS
        )
        for event in over:
            self.take(event)
        return over

    def unsent(self) -> tuple[GrantEvent, ...]:
        return tuple(self._events[id_] for id_ in sorted(self._unsent))

    def mark_sent(self, events: Iterable[GrantEvent]) -> None:
        for event in events:
            if self._events.get(event.id) == event:
                self.take(event, sent=True)

    def all(self) -> tuple[GrantEvent, ...]:
        return tuple(sorted(self._events.values(), key=lambda event: event.given))

    def of(self, player: str, now: int) -> tuple[Grant, ...]:
        """What still may count for `player`: not revoked, not older than a few days."""
        return tuple(
            Grant(event.by, event.ms, event.game, event.given, event.id)
            for event in self._events.values()
            if event.player == player and event.revoked is None and event.given > now - MATTERS_MS
        )


def _row(event: GrantEvent, *, sent: bool) -> tuple[str, str, bool]:
    return event.id, msgspec.json.encode(event).decode(), sent


def new_id() -> str:
    """Short enough to type after `giochoi revoke`."""
    return secrets.token_hex(4)
