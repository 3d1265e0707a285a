"""One running agent: its parts, and the few things that need more than one of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
from msgspec import UNSET

from agent.api.answers import Done
from agent.api.log import Pruned
from agent.api.seat import Alive
from agent.api.seats import SeatRetire
from agent.claims import KEEP_MS
from agent.invitations import Invitations
from agent.network import Network
from agent.recording import logbook, retention
from agent.recording.chain import OwnChain
from agent.recording.keys import PUBLISHED, Keys, publish
from agent.recording.retention import Daily
from agent.registering import erased
from agent.registering.checkins import lapse
from agent.registering.seats import SILENT_MS, seat_retire
from agent.registry import Change, Outcome, Registry, World
from agent.store.database import Store, StoreError
from agent.updating import Updating
from agent.witnessing import Witnessing
from agent.writer import Writer
from compliance.entries.log import AgentTick
from compliance.format.chain import AGENT, ChainError
from compliance.format.keeping import LEAVES_MS, PERSONAL_MS
from compliance.log import Log, LogError
from compliance.writing import pruning
from compliance.writing.payloads import PayloadError, Payloads
from host.clock import Clock
from host.homes import LANGUAGE, Home, HomeError
from host.wire import ApiError

CARD: Final = "agent.card"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Agent:
    """What wiring.py puts together. A method that is no coroutine and writes, or reads `log` or `payloads`, has to be called in
    a job of the `writer`. `heard` is when each seat last spoke since the agent started (`since`), on its wall clock; kept in
    memory: what counts is written by `tick`.
    """

    home: Home
    clock: Clock
    keys: Keys
    world: World
    writer: Writer
    store: Store
    chain: OwnChain
    log: Log
    payloads: Payloads
    registry: Registry
    updating: Updating
    witnessing: Witnessing
    since: int
    daily: Daily
    network: Network
    invitations: Invitations
    heard: dict[str, int] = field(default_factory=dict)
    said: dict[str, Alive] = field(default_factory=dict)  # the last that each seat said of itself
    waiting: set[asyncio.Event] = field(default_factory=set)  # set when one of them speaks
    _readers: list[object] = field(default_factory=list)
    _troubled: list[str] = field(default_factory=list)
    _ticks: list[int] = field(default_factory=list)  # the moment of the last one of this run, if it is known

    def change(self, operation: Callable[[Change], Outcome], who: str) -> Done:
        """Change the registry. It is durable when this returns; its entries go into the log now, or later if that fails."""
        done = self.registry.change(operation, who)
        self.deliver()
        return done

    def deliver(self, *, strict: bool = False) -> None:
        """Bring what waits into the log. If that fails it still waits, and unless `strict` the failure is only told once."""
        try:
            self.chain.deliver(self.log, self.payloads)
        except (LogError, PayloadError, StoreError, ChainError) as error:
            if strict:
                raise
            if str(error) not in self._troubled:
                self._troubled[:] = [str(error)]
                _log.error("%s", error)
        else:
            self._troubled.clear()

    def erase(self) -> None:
        """Delete the personal data that is to be deleted, and overwrite it. If that fails it still waits. PayloadError,
        StoreError.
        """
        with self.store.transaction() as tables:
            entries = tables.erasing()
        if entries:
            self.payloads.erase(entries)
            self.store.compact()
            with self.store.transaction() as tables:
                tables.erased_now()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """No entry of the log is deleted within, though others are served: whoever reads it whole meets each."""
        self._readers.append(None)
        try:
            yield
        finally:
            self._readers.pop()

    @property
    def read(self) -> bool:
        """Whether somebody is reading the log whole."""
        return bool(self._readers)

    async def prune(self, who: str) -> Pruned:
        """Delete what was kept long enough: personal data, and entries unless the log is read. StoreError, PayloadError,
        LogError.
        """
        before, run = self.clock.wall() - PERSONAL_MS, self.writer.run  # others are served between two parts
        end, number = await run(lambda: self._came_before(before)), 0
        while found := await run(lambda: self._prune_personal(end, before, who)):
            number += found
        old, leaves = await run(self._old), 0
        while not self._readers and (gone := await run(lambda: self._prune_leaves(old, who))) is not None:
            leaves += gone
        return Pruned(before=before, payloads=number, entries=leaves)

    def _prune_personal(self, end: int, before: int, who: str) -> int:
        found = retention.personal(self.log, self.payloads, end)
        self.change(partial(erased.prune, entries=found, before=before), who)
        self.erase()
        return len(found)

    def _prune_leaves(self, old: int, who: str) -> int | None:
        """How many went; None if there is no more to do."""
        if (end := retention.boundary(self.log, old, self.clock.wall())) <= self.log.begins:
            return None
        self.deliver(strict=True)
        kept = pruning.keeping(self.log, end)
        gone = end - self.log.begins - len(kept) + len(self.log.kept())
        self.change(partial(erased.cut, end=end, kept=kept), who)
        self.deliver(strict=True)  # before it is done, the log says so
        self.log.prune(end, [index for index, _ in kept])
        return gone

    def prunable(self) -> Pruned:
        """What `prune` would delete. PayloadError, LogError."""
        before, old = self.clock.wall() - PERSONAL_MS, self._old()
        found = retention.personal(self.log, self.payloads, self._came_before(before), most=self.log.size)
        end = retention.boundary(self.log, old, self.clock.wall(), most=self.log.size)
        stay = len(pruning.keeping(self.log, end)) - len(self.log.kept())
        return Pruned(before=before, payloads=len(found), entries=end - self.log.begins - stay)

    def _old(self) -> int:
        return self._came_before(self.clock.wall() - LEAVES_MS)

    def _came_before(self, moment: int) -> int:
        return retention.came_before(self.log, moment, self.clock.wall())

    def hear(self, seat: str) -> None:
        """A seat spoke."""
        self.heard[seat] = self.clock.wall()

    def retire(self, request: SeatRetire, who: str) -> Done:
        """The seat's PC is gone; from then on no tick speaks of it. ApiError."""
        heard = self.heard.get(request.seat)
        done = self.change(partial(seat_retire, request=request, heard=heard, since=self.since), who)
        self.heard.pop(request.seat, None)
        self.said.pop(request.seat, None)
        return done

    async def tick(self) -> None:
        """Say in the log that the agent was there, and whom it heard; renew what it publishes. Once a day, let go of what was
        kept long enough.
        """
        heard = dict(sorted(self.heard.items()))
        try:
            await self.writer.run(lambda: self.change(partial(self._ticked, heard=heard), AGENT))
            if not self.read and self.daily.due():  # else at a later tick
                await self.prune(AGENT)
                await self.writer.run(self._forget_played)
        except (StoreError, PayloadError, LogError) as error:
            self._ticks.clear()
            _log.error("%s", error)
        await self.writer.run(self.publish)

    def _forget_played(self) -> None:
        with self.store.transaction() as tables:
            tables.forget_played(self.clock.wall() - KEEP_MS)

    def _ticked(self, change: Change, heard: dict[str, int]) -> Outcome:
        """An entry, and no new roster, unless somebody's check-in is over with the day."""
        seats = [seat.id for seat in change.tables.seats() if seat.retired is None and seat.key]
        silent = tuple(seat for seat in seats if change.now - heard.get(seat, self.since) > SILENT_MS)
        after = self._ticks.pop() if self._ticks else UNSET
        change.record(AgentTick, seats=heard, silent=silent, after=after)
        self._ticks.append(change.now)
        return lapse(change)

    def publish(self) -> None:
        """Our keys, the inspector's card and the home's language, for everybody on this machine to read."""
        try:
            publish(self.home, PUBLISHED, self.keys.published)
            with self.store.transaction() as tables:
                place = tables.place()
            publish(self.home, CARD, msgspec.json.encode(logbook.card(self.log, place)) + b"\n")
            if place.lang is not None:
                publish(self.home, LANGUAGE, f"{place.lang}\n".encode())
        except (StoreError, HomeError) as error:
            _log.error("%s", error)

    async def serve_seats(self) -> None:
        """Where the operator said. ApiError: the network may not be there yet, which keeps no home from starting; `retry`
        tries again.
        """
        async with self.network.changing:
            with self.store.reading() as tables:
                address = tables.state().serve
            await self.network.listen(address)

    async def retry(self) -> None:
        """Try again to bring into the log what a full disk kept out, to delete what it kept from being deleted, and to answer
        seats where there was no network.
        """
        with suppress(ApiError, StoreError):
            await self.serve_seats()
        await self.writer.run(self.deliver)
        try:
            await self.writer.run(self.erase)
        except (PayloadError, StoreError) as error:
            _log.error("%s", error)

    def close(self) -> None:
        self.writer.close()
        self.payloads.close()
        self.log.close()
        self.store.close()
