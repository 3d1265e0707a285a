"""Extra time: events with an id, made here or heard of from the agent. The set only grows; a revocation is an event too.

The store keeps all of them; in memory are those that may still count, and those that the agent does not have yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

import msgspec

from agent.api.roster import GrantEvent
from daemon.store import Store
from rules.facts import Grant

MATTERS_MS = 3 * 86_400_000  # a grant lapses with the day in which it was given, whatever the zone


class Grants:
    """What the agent says counts at once and is stored with the next `write`, which also makes good what a transaction that
    did not happen left out. What is given here counts once it is stored. `now`: Unix ms.
    """

    def __init__(self, store: Store, now: int = 0) -> None:
        self._store = store
        self._events: dict[str, GrantEvent] = {}
        self._unsent: set[str] = set()
        self._asked: dict[str, tuple[int, tuple[Grant, ...]]] = {}
        for text, sent in store.events("grants"):
            self.take(_event(text), sent=sent)
        self.forget(now)

    def keep(self, event: GrantEvent) -> None:
        """Stores a grant that was given here, or its revocation; it counts once the caller's transaction is durable."""
        self._store.put_events("grants", [_row(event, sent=False)])
        self._store.then(lambda: self.take(event))

    def take(self, event: GrantEvent, *, sent: bool = False) -> None:
        """It counts from now on; `sent`: the agent has it."""
        self._events[event.id] = event
        self._asked.clear()
        (self._unsent.discard if sent else self._unsent.add)(event.id)

    def write(self, _: object = None) -> None:
        """Stores all that is not stored so. The transaction is the caller's."""
        rows = (_row(event, sent=id_ not in self._unsent) for id_, event in self._events.items())
        self._store.put_events("grants", rows)

    def merge(self, events: Iterable[GrantEvent], now: int = 0) -> None:
        """Takes what the agent knows. A revocation made on either side stands. What lapsed and is stored stays there."""
        for event in events:
            known = self._events.get(event.id)
            if known is None and _lapsed(event, now):
                stored = self._store.grant_event(event.id)
                known = None if stored is None else _event(stored[0])
            if known is None or (known.revoked is None and event.revoked is not None):
                self.take(event, sent=True)

    def end(self, ids: Iterable[str], now: int) -> tuple[GrantEvent, ...]:
        """Takes those of these back that still count, and says what that was."""
        known = (self._events.get(id_) for id_ in ids)
        over = tuple(msgspec.structs.replace(one, revoked=now) for one in known if one is not None and one.revoked is None)
        for event in over:
            self.take(event)
        return over

    def drop(self, players: Collection[str]) -> None:
        """Nothing that was given to these is kept. The transaction is the caller's."""
        over = [event.id for event in self.all() if event.player in players]
        for id_ in over:
            self._events.pop(id_, None)
            self._unsent.discard(id_)
        self._asked.clear()
        self._store.drop_grants(over)

    def forget(self, now: int) -> None:
        """What lapsed long ago leaves memory, once the store and the agent have it."""
        over = [event for event in self._events.values() if _lapsed(event, now) and event.id not in self._unsent]
        for event in over:
            if self._store.grant_event(event.id) == (_text(event), True):
                del self._events[event.id]
        self._asked.clear()

    def unsent(self) -> tuple[GrantEvent, ...]:
        return tuple(self._events[id_] for id_ in sorted(self._unsent))

    def mark_sent(self, events: Iterable[GrantEvent]) -> None:
        for event in events:
            if self._events.get(event.id) == event:
                self.take(event, sent=True)

    def all(self) -> tuple[GrantEvent, ...]:
        """Every one that was ever given, in the order of when."""
        stored = {event.id: event for event in (_event(text) for text, _ in self._store.events("grants"))}
        return tuple(sorted((stored | self._events).values(), key=lambda event: event.given))

    def of(self, player: str, since: int) -> tuple[Grant, ...]:
        """What may count for `player`: not revoked, and given at `since` or later or reaching beyond it."""
        known = self._asked.get(player)
        if known is None or known[0] != since:
            found = (event for event in self._events.values() if event.player == player and event.revoked is None)
            grants = (Grant(event.by, event.ms, event.game, event.given, event.id) for event in found)
            known = since, tuple(one for one in grants if one.given + one.ms > since)
            self._asked[player] = known
        return known[1]


def _lapsed(event: GrantEvent, now: int) -> bool:
    return event.given + event.ms <= now - MATTERS_MS


def _event(text: str) -> GrantEvent:
    return msgspec.json.decode(text, type=GrantEvent)


def _text(event: GrantEvent) -> str:
    return msgspec.json.encode(event).decode()


def _row(event: GrantEvent, *, sent: bool) -> tuple[str, str, bool]:
    return event.id, _text(event), sent


def new_id() -> str:
    """Short enough to type after `giochoi revoke`."""
    return secrets.token_hex(4)
