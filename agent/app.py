"""Everything that can be asked of the agent, in one table: request, role, handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, TypeVar

import msgspec

from agent.api import staff as s
from agent.api import witnessing as w
from agent.api.answers import Chunk, Done
from agent.api.checkins import CheckIn, CheckOut, Follow, Happened, Here, Move, Seated, WhoPlays
from agent.api.claims import Claim, Claimed
from agent.api.joining import Hello, Join, PlaceServe, SeatConfirm, SeatInvite
from agent.api.log import Head, LogCard, LogExport, LogHead, LogPrune, LogShow, Pruned
from agent.api.players import (
    GuardianAdd,
    GuardianList,
    GuardianRemove,
    GuardianSet,
    LimitSet,
    PlayerAdd,
    PlayerDays,
    PlayerErase,
    PlayerExport,
    PlayerList,
    PlayerRemove,
    PlayerSet,
)
from agent.api.roster import MOST_PARTS, Parts, PartsGet, RosterGet
from agent.api.rulebook import (
    GameAdd,
    GameAllow,
    GameAllowed,
    GameDisallow,
    GameLabels,
    GameList,
    GameRemove,
    PlaceClose,
    PlaceOpen,
    PlaceSet,
    PlaceShow,
    PolicyShow,
    PolicyUse,
)
from agent.api.seat import Accepted, Alive, Enrol, Enrolled, PutGrants, PutRequests, Submit, UpdateFetch, UpdateGet, Updates
from agent.api.seats import SeatList, SeatName, SeatRetire
from agent.auth import ANY, COURIER, ENROLS, KEEPER, SEAT, STAFF, STRANGER, Principal, Seat, pc_of
from agent.claims import claim
from agent.incoming import Incoming
from agent.joining import Joining
from agent.recording import logbook, person
from agent.recording.chunks import chunks, each
from agent.registering import (
    approvals,
    checkins,
    closing,
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
    staff,
)
from agent.registry import Change, Outcome
from agent.server import Agent
from agent.store.database import StoreError
from agent.store.rows import PlayerRow
from agent.store.tables import Tables
from agent.witnessing import shown
from compliance import bundle
from compliance.format.chain import ChainError
from compliance.log import LogError
from compliance.writing.payloads import PayloadError
from host.rpc import Route, table
from host.wire import ApiError
from i18n.message import as_message, msg
from rules.calendar import day_name

R = TypeVar("R", bound=msgspec.Struct)
Handler = Callable[[Principal, R], Awaitable[msgspec.Struct]]

POLL_S = 60.0
WITNESSES_S = 5.0
IN_FORCE_S = 2.5  # how long a PC has to say what holds there


def routes(agent: Agent) -> dict[str, Route]:
    """The table of one agent."""
    answers = _Answers(agent)
    return table(
        *_of_seats(agent, answers), *_of_joining(agent), *_of_registry(agent, answers), *_of_updates(answers),
        *_of_log(agent, answers), *_of_counter(agent, answers),
    )  # fmt: skip


def _of_joining(agent: Agent) -> tuple[Route, ...]:
    joining = Joining(agent)
    return (
        Route(PlaceServe, KEEPER, joining.serve),
        Route(SeatInvite, KEEPER, joining.invite),
        Route(SeatConfirm, KEEPER, joining.confirm),
        Route(Hello, STRANGER, joining.hello),
        Route(Join, STRANGER, joining.join, waits=True),
    )


def _of_seats(agent: Agent, answers: _Answers) -> tuple[Route, ...]:
    change = answers.change
    return (
        Route(Enrol, ENROLS, answers.enrol),
        Route(Alive, SEAT, answers.alive),
        Route(RosterGet, SEAT, lambda caller, asked: agent.registry.above(asked.above, POLL_S, pc_of(caller)), waits=True),
        Route(PartsGet, SEAT, answers.parts),
        Route(PutGrants, SEAT, change(grants.grants_put)),
        Route(PutRequests, SEAT, change(requests.requests_put)),
        Route(Submit, SEAT, answers.submit),
        Route(Claim, SEAT, answers.claim),
        Route(w.LogFollow, SEAT, answers.read(lambda _, asked: shown(agent.log, asked, agent.witnessing.told()))),
    )


def _of_registry(agent: Agent, answers: _Answers) -> tuple[Route, ...]:
    change, look, read, shipped = answers.change, answers.look, answers.read, agent.world.shipped
    return (
        Route(PlayerAdd, KEEPER, change(people.player_add)),
        Route(PlayerSet, KEEPER, change(people.player_set)),
        Route(PlayerRemove, KEEPER, change(people.player_remove)),
        Route(PlayerErase, KEEPER, answers.erase, waits=True),
        Route(PlayerExport, KEEPER, answers.export_player),
        Route(PlayerList, KEEPER, look(lambda tables, _: people.player_list(tables))),
        Route(PlayerDays, KEEPER, look(lambda tables, asked: people.player_days(tables, asked, agent.log.key.text))),
        Route(GuardianAdd, KEEPER, change(guardians.guardian_add)),
        Route(GuardianSet, KEEPER, change(guardians.guardian_set)),
        Route(GuardianRemove, KEEPER, change(guardians.guardian_remove)),
        Route(GuardianList, KEEPER, look(lambda tables, _: guardians.guardian_list(tables))),
        Route(LimitSet, KEEPER, change(limits.limit_set)),
        Route(PolicyUse, KEEPER, change(rulebook.policy_use)),
        Route(PolicyShow, KEEPER, look(lambda tables, asked: rulebook.policy_show(tables, shipped, asked))),
        Route(GameAdd, KEEPER, change(games.game_add)),
        Route(GameRemove, KEEPER, change(games.game_remove)),
        Route(GameLabels, KEEPER, change(labels.game_label)),
        Route(GameList, ANY, look(lambda tables, _: games.game_list(tables, shipped))),
        Route(GameAllowed, KEEPER, look(lambda tables, _: approvals.game_allowed(tables))),
        Route(GameAllow, KEEPER, change(approvals.game_allow)),
        Route(GameDisallow, KEEPER, change(approvals.game_disallow)),
        Route(SeatList, STAFF, read(
            lambda tables, _: seats.seat_list(tables, agent.log, agent.heard, agent.said, agent.clock.wall())
        )),
        Route(SeatName, KEEPER, change(seats.seat_name)),
        Route(SeatRetire, KEEPER, answers.retire),
        Route(PlaceSet, KEEPER, answers.place_set),
        Route(PlaceClose, STAFF, change(lambda change, asked: closing.place_close(change, asked, agent.heard))),
        Route(PlaceOpen, STAFF, change(closing.place_open)),
        Route(PlaceShow, ANY, look(lambda tables, _: place.place_show(tables, agent.clock.wall()))),
    )  # fmt: skip


def _of_counter(agent: Agent, answers: _Answers) -> tuple[Route, ...]:
    return (
        Route(s.StaffAdd, KEEPER, answers.change(staff.staff_add)),
        Route(s.StaffRemove, KEEPER, answers.change(staff.staff_remove)),
        Route(s.StaffList, STAFF, answers.look(lambda tables, _: staff.staff_list(tables))),
        Route(s.Shift, STAFF, answers.change(staff.shift)),
        Route(CheckIn, STAFF, answers.seat_somebody(checkins.check_in)),
        Route(Move, STAFF, answers.seat_somebody(checkins.move)),
        Route(CheckOut, STAFF, answers.change(checkins.check_out)),
        Route(Follow, STAFF, answers.follow, waits=True),
        Route(WhoPlays, STAFF, answers.look(
            lambda tables, _: checkins.present(tables, agent.heard, agent.said, agent.clock.wall())
        )),
    )  # fmt: skip


def _of_updates(answers: _Answers) -> tuple[Route, ...]:
    return (Route(UpdateGet, ANY, answers.updates), Route(UpdateFetch, KEEPER, answers.fetch_update, waits=True))


def _of_log(agent: Agent, answers: _Answers) -> tuple[Route, ...]:
    """And of its witnesses."""
    look, witnesses, witnessing, log = answers.look, answers.witnesses, agent.witnessing, agent.log
    return (
        Route(w.WitnessList, COURIER, witnesses(lambda _: witnessing.show())),
        Route(w.WitnessAdd, KEEPER, witnesses(witnessing.add)),
        Route(w.WitnessRemove, KEEPER, witnesses(witnessing.remove)),
        Route(w.WitnessErrands, COURIER, witnesses(lambda _: w.Errands(errands=witnessing.carried()))),
        Route(w.WitnessAnswer, COURIER, witnesses(witnessing.answered)),
        Route(LogShow, KEEPER, answers.read(
            lambda tables, asked: logbook.last_lines(asked, log, agent.payloads, tables, agent.registry.roster.zone)
        )),
        Route(LogExport, KEEPER, answers.export),
        Route(LogPrune, KEEPER, answers.prune),
        Route(LogHead, ANY, look(lambda _, __: Head(checkpoint=log.checkpoint, key=log.key.text))),
        Route(LogCard, ANY, look(lambda tables, _: logbook.card(log, tables.place()))),
    )  # fmt: skip


class _Answers:
    """The handlers of what is more than one operation on the registry."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._incoming = Incoming(agent)

    def change(self, operation: Callable[[Change, R], Outcome]) -> Handler[R]:
        """A handler that changes the registry."""
        return partial(self._changed, operation)

    async def _changed(self, operation: Callable[[Change, R], Outcome], caller: Principal, request: R) -> Done:
        with _answered():
            return await self._agent.writer.run(
                lambda: self._agent.change(lambda change: operation(change, request), caller.account)
            )

    def look(self, look: Callable[[Tables, Any], msgspec.Struct]) -> Handler[Any]:
        """A handler that changes nothing and reads no database but the registry, so that it waits for no writer."""

        async def handle(_: Principal, request: Any) -> msgspec.Struct:
            with _answered(), self._agent.store.reading() as tables:
                return look(tables, request)

        return handle

    def read(self, read: Callable[[Tables, Any], msgspec.Struct]) -> Handler[Any]:
        """A handler that reads the log as well. What waits for the log goes in first, so that it is seen."""

        def work(request: Any) -> msgspec.Struct:
            self._agent.deliver()
            with self._agent.store.transaction() as tables:
                return read(tables, request)

        async def handle(_: Principal, request: Any) -> msgspec.Struct:
            with _answered():
                return await self._agent.writer.run(lambda: work(request))

        return handle

    def seat_somebody(self, operation: Callable[[Change, R], Outcome]) -> Handler[R]:
        """A handler that has somebody play at a PC, and says what holds for them there, as soon as it does."""

        async def handle(caller: Principal, request: R) -> Seated:
            done = await self._changed(operation, caller, request)
            with _answered(), self._agent.store.reading() as tables:
                row = next(one for one in tables.seats() if one.id == done.id)
                checkin, who, band = checkins.seated(tables, row.pc, self._agent.clock.wall())
            here = await self._in_force(done.id, done.number)
            return Seated(
                number=done.number, seat=row.id, name=row.name, player=who, age_band=band, how=checkin.how, here=here,
                doubts=done.notes, zone=self._agent.registry.roster.zone,
            )  # fmt: skip

        return handle

    async def follow(self, _: Principal, __: Follow) -> AsyncIterator[Happened]:
        """From roster to roster: whatever ended a check-in."""
        registry, number = self._agent.registry, self._agent.registry.number
        before = self._open_now()
        while True:
            number = (await registry.above(number, POLL_S)).number
            now = self._open_now()
            for id in before.keys() - now.keys():
                yield msgspec.structs.replace(before[id], what="checkout")
            for id in now.keys() - before.keys():
                yield now[id]
            before = now

    def _open_now(self) -> dict[str, Happened]:
        with _answered(), self._agent.store.reading() as tables:
            return checkins.open_now(tables, self._agent.clock.wall())

    async def _in_force(self, seat: str, number: int) -> Here | None:
        """What the seat says once it holds this roster; None: it does not say so soon."""
        said, spoke = self._agent.said, asyncio.Event()
        self._agent.waiting.add(spoke)
        try:
            async with asyncio.timeout(IN_FORCE_S):
                while seat not in said or said[seat].number < number:
                    spoke.clear()
                    await spoke.wait()
            return said[seat].here
        except TimeoutError:
            return None
        finally:
            self._agent.waiting.discard(spoke)

    async def place_set(self, caller: Principal, request: PlaceSet) -> msgspec.Struct:
        done = await self.change(place.place_set)(caller, request)
        await self._agent.writer.run(self._agent.publish)
        return done

    async def enrol(self, caller: Principal, request: Enrol) -> Enrolled:
        agent = self._agent

        def work() -> None:
            agent.change(lambda change: seats.seat_enrol(change, request, pc_of(caller)), caller.account)
            # The seat's key has to be in the log before the first entry that it signed.
            agent.deliver(strict=True)

        gone = isinstance(caller, Seat) and caller.retired
        if not gone:
            with _answered():
                await agent.writer.run(work)
        gone = gone or request.seat not in {seat.id for seat in agent.registry.roster.seats}
        if not gone:
            agent.hear(request.seat)
        keys = agent.keys
        told = {"log_key": keys.log.vkey, "roster_key": keys.roster.vkey, "kept": keys.kept}
        return Enrolled(seat=request.seat, **told, retired=gone)

    async def retire(self, caller: Principal, request: SeatRetire) -> Done:
        with _answered(), self._agent.store.reading() as tables:
            pc = next((row.pc for row in tables.seats() if row.id == request.seat), "")
        with _answered():
            done = await self._agent.writer.run(lambda: self._agent.retire(request, caller.account))
        self._agent.network.drop(pc)
        return done

    async def alive(self, caller: Principal, request: Alive) -> Done:
        if self._agent.registry.seat_key(request.seat, pc_of(caller)) is None:
            with _answered(), self._agent.store.reading() as tables:
                seats.seat_key(tables, request.seat, pc_of(caller))
        self._agent.hear(request.seat)
        self._agent.said[request.seat] = request
        for waits in self._agent.waiting:
            waits.set()
        return Done(number=self._agent.registry.number)

    async def updates(self, _: Principal, __: UpdateGet | UpdateFetch) -> Updates:
        return self._agent.updating.show()

    async def fetch_update(self, caller: Principal, request: UpdateFetch) -> Updates:
        await self._agent.updating.look()
        return await self.updates(caller, request)

    async def submit(self, caller: Principal, request: Submit) -> Accepted:
        with _answered():
            accepted = await self._incoming.submit(request, pc_of(caller))
        self._agent.hear(request.seat)
        return accepted

    async def parts(self, caller: Principal, request: PartsGet) -> Parts:
        if len(request.hashes) > MOST_PARTS:
            raise ApiError("bad-input", msg("at most {most} parts at once", most=MOST_PARTS))
        await self._agent.registry.above(-1, 0, pc_of(caller))
        return self._agent.registry.parts(request.hashes)

    async def claim(self, caller: Principal, request: Claim) -> Claimed:
        agent, pc = self._agent, pc_of(caller)

        def work() -> Claimed:
            with agent.store.transaction() as tables:
                if agent.registry.seat_key(request.seat, pc) is None:
                    seats.seat_key(tables, request.seat, pc)
                return claim(tables, request, pc, agent.clock.wall())

        with _answered():
            return await agent.writer.run(work)

    def witnesses(self, answer: Callable[[Any], msgspec.Struct]) -> Handler[Any]:
        """A handler of what is about the log's witnesses."""
        return self.read(lambda _, request: answer(request))

    async def erase(self, caller: Principal, request: PlayerErase) -> Done:
        """All that is personal of whom this is: what waits for the log first, as it may be about them."""
        agent = self._agent

        def work(row: PlayerRow, found: list[tuple[str, int]], played: set[date]) -> Done:
            done = agent.change(lambda change: erased.erase(change, row.id, found, played), caller.account)
            agent.erase()
            agent.store.compact()  # also where nothing is beside the log any more
            return done

        with _answered():
            row = await agent.writer.run(lambda: self._kept(request.player))
            found, played, zone = [], set[date](), agent.registry.roster.zone
            with agent.reading():
                async for part in each(agent.writer, person.entries(agent.log, row.key)):
                    played |= {day_name(zone, line.wall) for _, _, line in part if line.kind == "play.started"}
                    found += [(line.seat, line.seq) for _, _, line in part if line.secret is not None]
            return await agent.writer.run(lambda: work(row, found, played))

    def _kept(self, player: str) -> PlayerRow:
        """Of whom something is kept, once all that waits is in the log."""
        self._agent.deliver(strict=True)
        with self._agent.store.transaction() as tables:
            return erased.kept(tables, player)

    async def prune(self, caller: Principal, request: LogPrune) -> Pruned:
        run = self._agent.writer.run
        with _answered():
            await run(lambda: self._agent.deliver(strict=True))
            if request.dry:
                return await run(self._agent.prunable)
            if self._agent.read:
                raise ApiError("unavailable", msg("the log is being exported; try again when that is done"))
            return await self._agent.prune(caller.account)

    async def export_player(self, _: Principal, request: PlayerExport) -> AsyncIterator[Chunk]:
        agent = self._agent
        with _answered():
            row = await agent.writer.run(lambda: self._kept(request.player))
            with agent.store.reading() as tables:
                known = person.registered(tables, row)
            with agent.reading():
                async for chunk in chunks(agent.writer, person.document(known, agent.log, agent.payloads, row.key)):
                    yield chunk

    async def export(self, _: Principal, __: LogExport) -> AsyncIterator[Chunk]:
        agent = self._agent
        with _answered():
            await agent.writer.run(lambda: agent.deliver(strict=True))
            # Their newest cosignatures come with it, if they answer soon.
            await asyncio.wait({asyncio.ensure_future(agent.witnessing.ask())}, timeout=WITNESSES_S)
            with agent.store.reading() as tables:
                texts = [row.text for row in tables.texts().values() if row.public]
            with agent.reading():
                async for chunk in chunks(agent.writer, bundle.write(agent.log, texts)):
                    yield chunk


@contextmanager
def _answered() -> Iterator[None]:
    """What could not be written becomes the caller's answer."""
    try:
        yield
    except (StoreError, LogError, PayloadError, ChainError) as error:
        raise ApiError("unavailable", as_message(error)) from error
    except OverflowError as error:
        raise ApiError("unavailable", msg("the log is too large for one file: {why}", why=str(error))) from error
