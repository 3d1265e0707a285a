"""The registry's one way to change: an operation, the entries that prove it and the roster that holds it, in one transaction.

What an operation decides is in agent.registering; nothing there commits, signs or waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from agent import roster
from agent.api.answers import Done, LimitRow, Who
from agent.api.guarding import clashes
from agent.api.manifest import apart, text_of
from agent.api.pseudonym import pseudonym
from agent.api.roster import Parts, Roster, SignedRoster
from agent.errors import refused
from agent.packs.shipped import Shipped
from agent.recording.chain import OwnChain
from agent.store.database import Store
from agent.store.rows import PlayerRow
from agent.store.tables import Tables
from compliance.entries.base import Entry
from compliance.note import Signer, VerifierKey, parse_vkey
from host.clock import Clock
from i18n.message import Words, msg
from rules.calendar import day_name
from rules.games import Catalogue

_key = lru_cache(maxsize=1024)(parse_vkey)


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside the tables. `account` gives an OS account's name as the system writes it, None if there is none;
    `administers` whether one of that name may do everything. `gates`: this system's daemon can refuse any program.
    """

    shipped: Shipped
    account: Callable[[str], str | None]
    administers: Callable[[str], bool] = lambda _: False
    gates: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation did: the id of what it made or changed and what that is called, what the user is told, which limits it
    replaced, which packs are in force now. `changed`: the roster has to be made anew; `pcs`: it is another one for these PCs
    alone (as which seats they joined) and for the agent's own.
    """

    id: str = ""
    hints: tuple[Words, ...] = ()
    changed: bool = True
    pcs: frozenset[str] | None = None
    name: str = ""
    player: Who | None = None
    limits: tuple[LimitRow, ...] = ()
    packs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One operation under way: the tables inside its transaction, when (Unix ms) and for whom (OS account) it is done."""

    tables: Tables
    world: World
    chain: OwnChain
    now: int
    who: str

    @property
    def today(self) -> date:
        """The date at the place."""
        return day_name(self.tables.place().zone, self.now)

    @property
    def catalogue(self) -> Catalogue:
        """All games that are recognised here."""
        return self.world.shipped.catalogue(self.tables.games())

    def compiler(self) -> roster.Compiler:
        """Players and packs as they are by now."""
        return roster.Compiler(self.tables, self.world.shipped)

    def pseudonym(self, player: PlayerRow) -> str:
        """The player's name in today's entries."""
        return pseudonym(player.key.hex(), self.today)

    def record(self, kind: type[Entry], personal: dict[str, Any] | None = None, **fields: Any) -> None:
        """Append an entry to the agent's own chain. `personal` data goes beside it, with who asked, never into it."""
        payload = None if personal is None else msgspec.json.encode({"by": self.who, **personal}, order="sorted")
        self.chain.append(kind, payload, self.now, **fields)


@dataclass(slots=True, eq=False)
class _InForce:
    """One roster and all that is sent of it: replaced whole by a change, in another thread. `parts`: by their hashes, all that
    somebody may ask for; `document`: of agent.api.manifest.apart, made when another PC first wants some of it. `since`: the
    number of the last roster that was another one for a PC, for those that are not there `before`.
    """

    roster: Roster
    note: str
    parts: dict[str, bytes]
    before: int
    since: dict[str, int] = field(default_factory=dict)
    document: dict[str, Any] | None = None
    slices: dict[str, SignedRoster] = field(default_factory=dict)
    keys: dict[tuple[str, str], VerifierKey] = field(init=False)  # of seats, by their ids and PCs

    def __post_init__(self) -> None:
        self.keys = {(seat.id, seat.pc): _key(seat.key) for seat in self.roster.seats}

    def news_for(self, pc: str) -> int:
        """The number of the roster that it needs at least."""
        return self.since.get(pc, self.before) if pc else self.roster.number

    def sent_to(self, pc: str, signer: Signer) -> SignedRoster:
        if not pc:
            return SignedRoster(number=self.roster.number, note=self.note)
        if pc not in self.slices:
            if self.document is None:
                self.document, _ = apart(self.roster)
            note = roster.sign(text_of(roster.slice_of(self.document, pc), self.parts), signer)
            self.slices[pc] = SignedRoster(number=self.roster.number, note=note)
        return self.slices[pc]


class Registry:
    """Changes the registry, and hands out the signed roster to whoever waits for the next one."""

    def __init__(self, store: Store, world: World, chain: OwnChain, signer: Signer, clock: Clock) -> None:
        self._store = store
        self._world = world
        self._chain = chain
        self._signer = signer
        self._clock = clock
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        with store.transaction() as tables:
            state = tables.state()
            built = roster.build(tables, world.shipped, number=state.number, now=clock.wall())
            self._in_force = _InForce(built, state.note, tables.parts(), state.number)

    @property
    def roster(self) -> Roster:
        return self._in_force.roster

    @property
    def number(self) -> int:
        """The number of the roster in force."""
        return self.roster.number

    def seat_key(self, seat: str, pc: str) -> VerifierKey | None:
        """As agent.registering.seats.seat_key, which says why there is none."""
        return self._in_force.keys.get((seat, pc))

    def change(self, operation: Callable[[Change], Outcome], who: str) -> Done:
        """Do it. It is durable, recorded and in the signed roster when this returns. ApiError: nothing happened."""
        now = self._clock.wall()
        with self._store.transaction() as tables:
            outcome = operation(Change(tables, self._world, self._chain, now, who))
            in_force = self._in_force
            if outcome.changed:
                new = roster.build(tables, self._world.shipped, number=self.number + 1, now=now)
                _keep_apart(self.roster, new)
                document, parts = apart(new)
                note = roster.sign(text_of(document, parts), self._signer)
                tables.publish(new.number, note, parts)
                in_force = _InForce(new, note, parts, *self._news(new.number, outcome.pcs), document)
            self._chain.seal(now)
        if outcome.changed:  # only once it is durable: nobody may hold a roster that a crash can undo
            self._in_force = in_force
            for loop, news in tuple(self._waiting):
                loop.call_soon_threadsafe(news.set)
        return Done(
            number=self.number, id=outcome.id, name=outcome.name, player=outcome.player, notes=outcome.hints,
            limits=outcome.limits, packs=outcome.packs,
        )  # fmt: skip

    def _news(self, number: int, pcs: frozenset[str] | None) -> tuple[int, dict[str, int]]:
        """For whom that is news: `_InForce.before` and `since`."""
        was = self._in_force
        return (number, {}) if pcs is None else (was.before, {**was.since, **dict.fromkeys(pcs, number)})

    async def above(self, number: int, seconds: float, pc: str = "") -> SignedRoster:
        """The roster as soon as its number is above `number`; after `seconds` without news, whatever it is then. `pc`: only
        what the PC that joined as this seat is sent, as soon as that is another.
        """
        waits = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(waits)
        try:
            async with asyncio.timeout(seconds):
                while self._in_force.news_for(pc) <= number:
                    await waits[1].wait()
                    waits[1].clear()
        except TimeoutError:
            pass  # no news is an answer too
        finally:
            self._waiting.discard(waits)
        return self._in_force.sent_to(pc, self._signer)

    def parts(self, hashes: Iterable[str]) -> Parts:
        """Those of the roster in force."""
        known = self._in_force.parts
        return Parts(parts=tuple(known[one] for one in hashes if one in known))


def _keep_apart(old: Roster, new: Roster) -> None:
    """No change makes somebody who plays under limits a guardian, nor limits a guardian's own account. ApiError(refused).

    What an older version let through stays as it is: it gives no rights, and the doctor names it.
    """
    known = {(player.id, guardian.id) for player, guardian in clashes(old)}
    for player, guardian in clashes(new):
        if (player.id, guardian.id) in known:
            continue
        named = {"player": f"{player.name} ({player.id})", "guardian": f"{guardian.name} ({guardian.id})"}
        text = msg(
            "{player} would play under limits in {account}, the account of the guardian {guardian}: use another account, or "
            "name the birth date of an adult",
            **named, account=player.account or "",
        )  # fmt: skip
        raise refused(text)
