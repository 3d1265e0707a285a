"""Everything that can be asked of the agent, in one table: request, role, handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from agent.api import messages as m
from agent.auth import ANY, KEEPER, SEAT
from agent.intake import take_in
from agent.recording import logbook
from agent.registering import games, grants, people, place, pseudonyms, rulebook, seats
from agent.registry import Change, Outcome
from agent.server import Agent
from agent.store.database import StoreError
from agent.store.tables import Tables
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
_CHUNK = 256 << 10


def routes(agent: Agent) -> dict[str, Route]:
    """The table of one agent."""
    change, look = _changes(agent), _looks(agent)
    shipped = agent.world.shipped
    return table(
        # seat
        Route(m.Enrol, SEAT, _enrol(agent)),
        Route(m.Alive, SEAT, _alive(agent)),
        Route(m.RosterGet, SEAT, _roster(agent)),
        Route(m.PutGrants, SEAT, change(grants.grants_put)),
        Route(m.Submit, SEAT, _submit(agent)),
        # registry
        Route(m.PlayerAdd, KEEPER, change(people.player_add)),
        Route(m.PlayerSet, KEEPER, change(people.player_set)),
        Route(m.PlayerRemove, KEEPER, change(people.player_remove)),
        Route(m.PlayerList, KEEPER, look(lambda tables, _: people.player_list(tables))),
        Route(m.PlayerDays, KEEPER, look(lambda tables, asked: _days(agent, tables, asked))),
        Route(m.GuardianAdd, KEEPER, change(people.guardian_add)),
        Route(m.GuardianList, KEEPER, look(lambda tables, _: people.guardian_list(tables))),
        Route(m.LimitSet, KEEPER, change(rulebook.limit_set)),
        Route(m.PolicyUse, KEEPER, change(rulebook.policy_use)),
        Route(m.PolicyShow, KEEPER, look(lambda tables, asked: rulebook.policy_show(tables, shipped, asked))),
        Route(m.GameAdd, KEEPER, change(games.game_add)),
        Route(m.GameRemove, KEEPER, change(games.game_remove)),
        Route(m.GameList, ANY, look(lambda tables, _: games.game_list(tables, shipped))),
        Route(m.GameAllow, KEEPER, change(games.game_allow)),
        Route(m.PlaceSet, KEEPER, _place_set(agent, change(place.place_set))),
        # log
        Route(m.LogShow, KEEPER, look(lambda _, asked: _shown(agent, asked))),
        Route(m.LogExport, KEEPER, _export(agent)),
        Route(m.LogHead, ANY, look(lambda _, __: logbook.head(agent.log))),
        Route(m.LogCard, ANY, look(lambda _, __: logbook.card(agent.log, agent.registry.roster))),
    )


def _changes(agent: Agent) -> Callable[[Callable[[Change, Any], Outcome]], Handler[Any]]:
    """Handlers that change the registry and answer Done."""

    def changing(operation: Callable[[Change, R], Outcome]) -> Handler[R]:
        async def handle(caller: Caller, request: R) -> m.Done:
            with _answered():
                return agent.change(operation, request, caller.account)

        return handle

    return changing


def _looks(agent: Agent) -> Callable[[Callable[[Tables, Any], msgspec.Struct]], Handler[Any]]:
    """Handlers that change nothing. What waits for the log goes in first, so that it is seen."""

    def looking(look: Callable[[Tables, R], msgspec.Struct]) -> Handler[R]:
        async def handle(_: Caller, request: R) -> msgspec.Struct:
            agent.deliver()
            with _answered(), agent.store.transaction() as tables:
                return look(tables, request)

        return handle

    return looking


def _place_set(agent: Agent, change: Handler[m.PlaceSet]) -> Handler[m.PlaceSet]:
    async def handle(caller: Caller, request: m.PlaceSet) -> msgspec.Struct:
        done = await change(caller, request)
        agent.publish()
        return done

    return handle


def _enrol(agent: Agent) -> Handler[m.Enrol]:
    async def handle(caller: Caller, request: m.Enrol) -> m.Enrolled:
        with _answered():
            agent.change(seats.seat_enrol, request, caller.account)
            # The seat's key has to be in the log before the first entry that it signed.
            agent.deliver(strict=True)
        agent.hear(request.seat)
        return m.Enrolled(seat=request.seat, log_key=agent.keys.log.vkey, roster_key=agent.keys.roster.vkey)

    return handle


def _alive(agent: Agent) -> Handler[m.Alive]:
    async def handle(_: Caller, request: m.Alive) -> m.Done:
        with _answered(), agent.store.transaction() as tables:
            seats.seat_key(tables, request.seat)
        agent.hear(request.seat)
        return m.Done(number=agent.registry.number)

    return handle


def _roster(agent: Agent) -> Handler[m.RosterGet]:
    async def handle(_: Caller, request: m.RosterGet) -> m.SignedRoster:
        return await agent.registry.above(request.above, POLL_S)

    return handle


def _submit(agent: Agent) -> Handler[m.Submit]:
    async def handle(_: Caller, request: m.Submit) -> m.Accepted:
        with _answered():
            with agent.store.transaction() as tables:
                key = seats.seat_key(tables, request.seat)
            accepted = take_in(request, key, agent.log, agent.payloads)
        agent.hear(request.seat)
        return accepted

    return handle


def _shown(agent: Agent, request: m.LogShow) -> m.LogLines:
    return logbook.last_lines(request, agent.log, agent.payloads, agent.registry.roster.zone)


def _days(agent: Agent, tables: Tables, request: m.PlayerDays) -> m.PlayerNames:
    return pseudonyms.player_days(tables, request, agent.log.key.text)


def _export(agent: Agent) -> Callable[[Caller, m.LogExport], AsyncIterator[m.Chunk]]:
    async def handle(_: Caller, __: m.LogExport) -> AsyncIterator[m.Chunk]:
        with _answered():
            agent.deliver(strict=True)
            with agent.store.transaction() as tables:
                texts = [row.text for row in tables.rules.texts().values() if row.public]
            waiting = bytearray()
            for piece in bundle.write(agent.log, texts):
                waiting += piece
                if len(waiting) >= _CHUNK:
                    yield _chunk(waiting)
                    waiting.clear()
                    # Others are served between two pieces.
                    await asyncio.sleep(0)
            yield _chunk(waiting)

    return handle


def _chunk(data: bytearray) -> m.Chunk:
    return m.Chunk(data=bytes(data))


@contextmanager
def _answered() -> Any:
    """What could not be written becomes the caller's answer."""
    try:
        yield
    except (StoreError, LogError, PayloadError, ChainError) as error:
        raise ApiError("unavailable", as_message(error)) from error
    except OverflowError as error:
        raise ApiError("unavailable", msg("the log is too large for one file: {why}", why=str(error))) from error
