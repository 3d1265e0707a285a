"""Everything that can be asked of the agent, in one table: request, role, handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from agent.api import messages as m
from agent.api import witnessing as w
from agent.auth import ANY, COURIER, KEEPER, SEAT
from agent.intake import take_in
from agent.recording import logbook, person
from agent.registering import (
    approvals,
    erased,
    games,
    grants,
    guardians,
    labels,
    limits,
    people,
    place,
    requests,
    rulebook,
    seats,
)  # fmt: skip
from agent.registry import Change, Outcome
from agent.server import Agent
from agent.store.database import StoreError
from agent.store.tables import Tables
from agent.witnessing import shown
from compliance import bundle
from compliance.format.chain import ChainError
from compliance.log import LogError
from compliance.writing.payloads import PayloadError
from host.rpc import Route, table
from host.transport import Caller
from host.wire import ApiError
from i18n.message import as_message, msg

R = TypeVar("R", bound=msgspec.Struct)
Handler = Callable[[Caller, R], Awaitable[msgspec.Struct]]

POLL_S = 60.0
WITNESSES_S = 5.0
_CHUNK = 256 << 10


def routes(agent: Agent) -> dict[str, Route]:
    """The table of one agent."""
    answers = _Answers(agent)
    change, look = answers.change, answers.look
    shipped, log, registry = agent.world.shipped, agent.log, agent.registry
    return table(
        # seat
        Route(m.Enrol, SEAT, answers.enrol),
        Route(m.Alive, SEAT, answers.alive),
        Route(m.RosterGet, SEAT, lambda _, asked: registry.above(asked.above, POLL_S), waits=True),
        Route(m.PutGrants, SEAT, change(grants.grants_put)),
        Route(m.PutRequests, SEAT, change(requests.requests_put)),
        Route(m.Submit, SEAT, answers.submit),
        Route(w.LogFollow, SEAT, look(lambda _, asked: shown(log, asked, agent.witnessing.told()))),
        # registry
        Route(m.PlayerAdd, KEEPER, change(people.player_add)),
        Route(m.PlayerSet, KEEPER, change(people.player_set)),
        Route(m.PlayerRemove, KEEPER, change(people.player_remove)),
        Route(m.PlayerErase, KEEPER, answers.erase, waits=True),
        Route(m.PlayerExport, KEEPER, answers.export_player),
        Route(m.PlayerList, KEEPER, look(lambda tables, _: people.player_list(tables))),
        Route(m.PlayerDays, KEEPER, look(lambda tables, asked: people.player_days(tables, asked, log.key.text))),
        Route(m.GuardianAdd, KEEPER, change(guardians.guardian_add)),
        Route(m.GuardianSet, KEEPER, change(guardians.guardian_set)),
        Route(m.GuardianRemove, KEEPER, change(guardians.guardian_remove)),
        Route(m.GuardianList, KEEPER, look(lambda tables, _: guardians.guardian_list(tables))),
        Route(m.LimitSet, KEEPER, change(limits.limit_set)),
        Route(m.PolicyUse, KEEPER, change(rulebook.policy_use)),
        Route(m.PolicyShow, KEEPER, look(lambda tables, asked: rulebook.policy_show(tables, shipped, asked))),
        Route(m.GameAdd, KEEPER, change(games.game_add)),
        Route(m.GameRemove, KEEPER, change(games.game_remove)),
        Route(m.GameLabels, KEEPER, change(labels.game_label)),
        Route(m.GameList, ANY, look(lambda tables, _: games.game_list(tables, shipped))),
        Route(m.GameAllowed, KEEPER, look(lambda tables, _: approvals.game_allowed(tables))),
        Route(m.GameAllow, KEEPER, change(approvals.game_allow)),
        Route(m.GameDisallow, KEEPER, change(approvals.game_disallow)),
        Route(m.PlaceSet, KEEPER, answers.place_set),
        Route(m.PlaceShow, ANY, look(lambda tables, _: place.place_show(tables, agent.clock.wall()))),
        # newer versions
        Route(m.UpdateGet, ANY, answers.updates),
        Route(m.UpdateFetch, KEEPER, answers.fetch_update, waits=True),
        # the log's witnesses
        Route(w.WitnessList, COURIER, answers.witnesses(lambda _: agent.witnessing.show())),
        Route(w.WitnessAdd, KEEPER, answers.witnesses(agent.witnessing.add)),
        Route(w.WitnessRemove, KEEPER, answers.witnesses(agent.witnessing.remove)),
        Route(w.WitnessErrands, COURIER, answers.witnesses(lambda _: w.Errands(errands=agent.witnessing.carried()))),
        Route(w.WitnessAnswer, COURIER, answers.witnesses(agent.witnessing.answered)),
        # log
        Route(m.LogShow, KEEPER, look(
            lambda tables, asked: logbook.last_lines(asked, log, agent.payloads, tables, registry.roster.zone)
        )),
        Route(m.LogExport, KEEPER, answers.export),
        Route(m.LogPrune, KEEPER, answers.prune),
        Route(m.LogHead, ANY, look(lambda _, __: m.Head(checkpoint=log.checkpoint, key=log.key.text))),
        Route(m.LogCard, ANY, look(lambda _, __: logbook.card(log, registry.roster))),
    )


class _Answers:
    """The handlers of what is more than one operation on the registry."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def change(self, operation: Callable[[Change, R], Outcome]) -> Handler[R]:
        """A handler that changes the registry."""

        async def handle(caller: Caller, request: R) -> m.Done:
            with _answered():
                return self._agent.change(lambda change: operation(change, request), caller.account)

        return handle

    def look(self, look: Callable[[Tables, Any], msgspec.Struct]) -> Handler[Any]:
        """A handler that changes nothing. What waits for the log goes in first, so that it is seen."""

        async def handle(_: Caller, request: Any) -> msgspec.Struct:
            self._agent.deliver()
            with _answered(), self._agent.store.transaction() as tables:
                return look(tables, request)

        return handle

    async def place_set(self, caller: Caller, request: m.PlaceSet) -> msgspec.Struct:
        done = await self.change(place.place_set)(caller, request)
        self._agent.publish()
        return done

    async def enrol(self, caller: Caller, request: m.Enrol) -> m.Enrolled:
        agent = self._agent
        with _answered():
            agent.change(lambda change: seats.seat_enrol(change, request), caller.account)
            # The seat's key has to be in the log before the first entry that it signed.
            agent.deliver(strict=True)
        agent.hear(request.seat)
        keys = agent.keys
        return m.Enrolled(seat=request.seat, log_key=keys.log.vkey, roster_key=keys.roster.vkey, kept=keys.kept)

    async def alive(self, _: Caller, request: m.Alive) -> m.Done:
        with _answered(), self._agent.store.transaction() as tables:
            seats.seat_key(tables, request.seat)
        self._agent.hear(request.seat)
        return m.Done(number=self._agent.registry.number)

    async def updates(self, _: Caller, __: m.UpdateGet | m.UpdateFetch) -> m.Updates:
        return self._agent.updating.show()

    async def fetch_update(self, caller: Caller, request: m.UpdateFetch) -> m.Updates:
        await self._agent.updating.look()
        return await self.updates(caller, request)

    async def submit(self, _: Caller, request: m.Submit) -> m.Accepted:
        agent = self._agent
        with _answered():
            with agent.store.transaction() as tables:
                key = seats.seat_key(tables, request.seat)
            accepted = take_in(request, key, agent.log, agent.payloads)
        agent.hear(request.seat)
        return accepted

    def witnesses(self, answer: Callable[[Any], msgspec.Struct]) -> Handler[Any]:
        """A handler of what is about the log's witnesses."""

        async def handle(_: Caller, request: Any) -> msgspec.Struct:
            self._agent.deliver()
            with _answered():
                return answer(request)

        return handle

    async def erase(self, caller: Caller, request: m.PlayerErase) -> m.Done:
        """All that is personal of whom this is: what waits for the log first, as it may be about them."""
        agent = self._agent
        with _answered():
            agent.deliver(strict=True)
            with agent.store.transaction() as tables:
                row = erased.kept(tables, request.player)
            found = []
            for part in person.entries(agent.log, row.key):
                found += [(line.seat, line.seq) for _, _, line in part if line.secret is not None]
                await asyncio.sleep(0)  # others are served meanwhile
            done = agent.change(lambda change: erased.erase(change, row.id, found), caller.account)
            agent.erase()
            agent.store.compact()  # also where nothing is beside the log any more
        return done

    async def prune(self, caller: Caller, request: m.LogPrune) -> m.Pruned:
        with _answered():
            self._agent.deliver(strict=True)
            return self._agent.prunable() if request.dry else await self._agent.prune(caller.account)

    async def export_player(self, _: Caller, request: m.PlayerExport) -> AsyncIterator[m.Chunk]:
        agent = self._agent
        with _answered():
            agent.deliver(strict=True)
            with agent.store.transaction() as tables:
                row = erased.kept(tables, request.player)
                known = person.registered(tables, row)
            async for chunk in _chunks(person.document(known, agent.log, agent.payloads, row.key)):
                yield chunk

    async def export(self, _: Caller, __: m.LogExport) -> AsyncIterator[m.Chunk]:
        agent = self._agent
        with _answered():
            agent.deliver(strict=True)
            # Their newest cosignatures come with it, if they answer soon.
            await asyncio.wait({asyncio.ensure_future(agent.witnessing.ask())}, timeout=WITNESSES_S)
            with agent.store.transaction() as tables:
                texts = [row.text for row in tables.texts().values() if row.public]
            async for chunk in _chunks(bundle.write(agent.log, texts)):
                yield chunk


async def _chunks(pieces: Iterable[bytes]) -> AsyncIterator[m.Chunk]:
    """A file in pieces of one size. Others are served between two of them."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _CHUNK:
            yield m.Chunk(data=bytes(waiting))
            waiting.clear()
        await asyncio.sleep(0)
    yield m.Chunk(data=bytes(waiting))


@contextmanager
def _answered() -> Iterator[None]:
    """What could not be written becomes the caller's answer."""
    try:
        yield
    except (StoreError, LogError, PayloadError, ChainError) as error:
        raise ApiError("unavailable", as_message(error)) from error
    except OverflowError as error:
        raise ApiError("unavailable", msg("the log is too large for one file: {why}", why=str(error))) from error
