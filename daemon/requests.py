"""What players asked for and what was answered: events with an id, made here or heard of from the agent.

What an answer here let through holds at once, and until the agent's roster says it itself: from then on the roster alone
counts, so that what a guardian takes back later stays taken back.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable

import msgspec
from msgspec.structs import replace

from agent.api.asked import RequestEvent, merged
from agent.api.roster import Player, Roster
from daemon.store import Store
from rules.calendar import DAY_MS, day_bounds

_KEPT_MS = 3 * DAY_MS  # the agent keeps all, and nothing older than today counts
_TYPED = 4  # characters that mean a request by the beginning of its id


class Requests:
    """As daemon.grants: what is asked or answered here is in force once it is stored; what the agent says is stored with the
    next `write`. Moments are Unix ms.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._events: dict[str, RequestEvent] = {}
        self._unsent: set[str] = set()
        self._under_way: dict[str, int] = {}  # the agent has it; the roster of this number says what it let through
        for text, sent in store.events("requests"):
            self.take(msgspec.json.decode(text, type=RequestEvent), sent=sent)

    def keep(self, event: RequestEvent) -> None:
        """Stores what was asked or answered here; it holds once the caller's transaction is durable."""
        self._store.put_events("requests", [_row(event, sent=False)])
        self._store.then(lambda: self.take(event))

    def take(self, event: RequestEvent, *, sent: bool = False) -> None:
        self._events[event.id] = event
        self._under_way.pop(event.id, None)
        (self._unsent.discard if sent else self._unsent.add)(event.id)

    def write(self, _: object = None) -> None:
        """Stores all that is not stored so. The transaction is the caller's."""
        pending = self._pending()
        self._store.keep_requests(self._events.keys())
        rows = (_row(event, sent=id_ not in pending) for id_, event in self._events.items())
        self._store.put_events("requests", rows)

    def merge(self, roster: Roster) -> tuple[str, ...]:
        """Takes what the agent knows; the ids of grants whose answers do not stand, as another came first."""
        lost = []
        for event in roster.requests:
            known = self._events.get(event.id)
            now = merged(known, event)
            if known is not None and known.answer is not None and now.answer != known.answer and known.answer.grant:
                lost.append(known.answer.grant)
            if now == event or known is None:
                self.take(now, sent=True)
            elif now != known:
                self.take(now)
        self._settle(roster.number)
        return tuple(lost)

    def end_of_others(self, players: Collection[str]) -> None:
        """A player who comes back under the same name finds none of these again."""
        over = [event.id for event in self._events.values() if event.player not in players]
        self._drop(over)

    def forget(self, now: int) -> None:
        """What is long over, once the agent has it."""
        pending = self._pending()
        self._drop(one.id for one in self._events.values() if one.asked <= now - _KEPT_MS and one.id not in pending)

    def _drop(self, ids: Iterable[str]) -> None:
        for id_ in tuple(ids):
            del self._events[id_]
            self._unsent.discard(id_)
            self._under_way.pop(id_, None)

    # --- up to the agent

    def unsent(self) -> tuple[RequestEvent, ...]:
        return tuple(self._events[id_] for id_ in sorted(self._unsent))

    def mark_sent(self, events: Iterable[RequestEvent], number: int, held: int) -> None:
        """The agent has them; the roster of this `number` says what follows. `held`: the number of the one in force."""
        for event in events:
            if self._events.get(event.id) == event:
                self._unsent.discard(event.id)
                self._under_way[event.id] = number
        self._settle(held)

    def _settle(self, held: int) -> None:
        for id_ in [id_ for id_, number in self._under_way.items() if number <= held]:
            del self._under_way[id_]

    def _pending(self) -> set[str]:
        return self._unsent | self._under_way.keys()

    # --- what holds

    def find(self, id_: str) -> RequestEvent | None:
        return self._events.get(id_)

    def meant(self, typed: str) -> RequestEvent | None:
        """The one of this id, or the only one that it begins."""
        if (found := self.find(typed)) is not None or len(typed) < _TYPED:
            return found
        begun = [event for id_, event in self._events.items() if id_.startswith(typed)]
        return begun[0] if len(begun) == 1 else None

    def today(self, zone: str, now: int) -> tuple[RequestEvent, ...]:
        """What was asked on this day of the place, oldest first; all others are gone."""
        start, _ = day_bounds(zone, now)
        found = (event for event in self._events.values() if start <= event.asked)
        return tuple(sorted(found, key=lambda event: (event.asked, event.id)))

    def applied(self, roster: Roster) -> Roster:
        """The roster with all that was let through here and that it does not say yet."""
        let = [event for id_ in sorted(self._pending()) if (event := self._events[id_]).answer and event.answer.let]
        if not let:
            return roster
        return replace(roster, players=tuple(_with(one, let) for one in roster.players), guest=_with(roster.guest, let))


def new_id() -> str:
    """Never made before, here or at another seat: the log and the agent keep what is long gone from here."""
    return f"r{secrets.token_hex(6)}"


def _with(player: Player, let: Iterable[RequestEvent]) -> Player:
    mine = [event for event in let if event.player == player.id]
    games = dict.fromkeys((*player.approved, *(event.game for event in mine if event.game is not None)))
    known = {program.sha256 for program in player.programs}
    programs = {event.program.sha256: event.program for event in mine if event.program and event.program.sha256 not in known}
    return replace(player, approved=tuple(games), programs=(*player.programs, *programs.values()))


def _row(event: RequestEvent, *, sent: bool) -> tuple[str, str, bool]:
    return event.id, msgspec.json.encode(event).decode(), sent
