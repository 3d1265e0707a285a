"""An agent that answers what a test wants: over the real channel, with real keys, proofs and log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from agent.api.answers import Done
from agent.api.roster import RosterGet, SignedRoster
from agent.api.seat import Alive, Enrol, Enrolled, PutGrants, Submit
from agent.api.witnessing import LogFollow
from agent.intake import take_in_all
from agent.witnessing import shown
from compliance.log import Log
from compliance.note import parse_vkey
from compliance.writing.payloads import Payloads
from host import homes, rpc
from host.wire import ApiError
from i18n.message import Message
from tests.daemon.world import limit, roster
from tests.system import PATIENCE

REFUSED = ApiError("refused", Message("not you"))


class Agent:
    """Keeps what it hears in `heard`. What stands in `says` under a request's kind it answers with, or raises."""

    def __init__(self, world, folder) -> None:
        self.folder = folder
        self.keys = (world.log, world.agent)
        self.log = Log(folder / "log.db", world.log)
        self.payloads = Payloads(folder / "payload.db", bytes(32))
        self.roster = roster(packs=(limit(30),))
        self.heard: list[msgspec.Struct] = []
        self.says: dict[type, object] = {}
        self.against: Message | None = None
        self.seats: dict[str, str] = {}
        world.home.public.mkdir(exist_ok=True)
        self.key_file = world.home.public / "agent.keys"
        self.publish()

    def publish(self) -> None:
        self.key_file.write_text("".join(f"{key.vkey}\n" for key in self.keys), "utf-8")

    def become(self, log, registry) -> None:
        """Another agent, in the place of the one before."""
        self.log.close()
        self.keys = (log, registry)
        self.log = Log(self.folder / "another.db", log)
        self.publish()

    def close(self) -> None:
        self.log.close()
        self.payloads.close()

    def got(self, kind):
        return [one for one in self.heard if isinstance(one, kind)]

    def routes(self):
        answers = {
            Enrol: self.enrol, RosterGet: self.roster_get, PutGrants: self.done, Alive: self.done,
            Submit: self.submit, LogFollow: self.follow,
        }  # fmt: skip
        return rpc.table(*(rpc.Route(kind, "any", self.said(kind, answer)) for kind, answer in answers.items()))

    def said(self, kind, answer):
        async def handle(_, request):
            self.heard.append(request)
            if (other := self.says.get(kind)) is None:
                return await answer(request)
            if isinstance(other, ApiError):
                raise other
            return other

        return handle

    async def enrol(self, request):
        self.seats[request.seat] = request.key
        log, registry = self.keys
        return Enrolled(seat=request.seat, log_key=log.vkey, roster_key=registry.vkey)

    async def roster_get(self, request):
        while self.roster.number <= request.above:
            await asyncio.sleep(0.005)
        note = self.keys[1].sign(msgspec.json.encode(self.roster).decode() + "\n")
        return SignedRoster(number=self.roster.number, note=note)

    async def done(self, _):
        return Done(number=self.roster.number)

    async def follow(self, request):
        return shown(self.log, request, self.against)

    async def submit(self, request):
        if request.seat not in self.seats:
            raise REFUSED
        (found,) = take_in_all([(request, parse_vkey(self.seats[request.seat]))], self.log, self.payloads)
        if isinstance(found, ApiError):
            raise found
        return found


@asynccontextmanager
async def connected(world, agent) -> AsyncIterator[None]:
    """The seat runs, and the agent answers it."""
    if world.daemon is None:
        world.start()
    homes.prepare(Path(world.home.agent_address).parent, 0o755)
    server = await rpc.serve(world.home.agent_address, agent.routes(), lambda _: frozenset({"any"}))
    task = asyncio.create_task(world.daemon.uplink.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await server.close()


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


async def in_force(world, number=1):
    """A roster of that number is, and nothing waits here; whoever waits for that hears of it."""
    async with asyncio.timeout(PATIENCE):
        assert await world.daemon.uplink.holds(number, 600)
        assert await world.daemon.uplink.delivered(600)
