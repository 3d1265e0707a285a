"""Puts the agent together: the only place that constructs concrete parts."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from agent import config
from agent.app import routes
from agent.auth import roles
from agent.errors import StartError
from agent.housekeeping import schedule
from agent.invitations import Invitations
from agent.network import Network
from agent.packs.shipped import Shipped
from agent.recording.chain import OwnChain
from agent.recording.keys import PUBLISHED, load_keys, new_origin, publish
from agent.recording.retention import Daily, last_wall
from agent.registry import Registry, World
from agent.server import Agent
from agent.startup import begin, come_back
from agent.store.database import Store, create, open_store, refuse_foreign
from agent.updating import Updating
from agent.witnessing import Witnessing
from agent.writer import Writer
from compliance.format.chain import AGENT
from compliance.log import Log
from compliance.note import Signer
from compliance.writing.payloads import Payloads
from host import publisher, restored, rpc
from host.choose import files, gates, service, users
from host.clock import Clock
from host.homes import Home, lock, prepare, prepare_for
from host.internal_errors import InternalErrors
from host.stopping import told_to_stop
from host.wire import ApiError
from i18n.message import msg, said_by
from rules.packs.shipped import shipped_catalogue, shipped_packs


@contextmanager
def opened(home: Home, clock: Clock, world: World | None = None) -> Iterator[Agent]:
    """An agent on this home, its first start included, that answers nobody yet. It has the home for itself until it is closed.

    HomeError, StartError, StoreError, LogError, PayloadError or JournalError; what was there is as it was.
    """
    with ExitStack() as stack:
        prepare(home.agent, 0o700)
        stack.enter_context(lock(home.agent))
        settings = config.load(home.agent)
        store = _store(home.agent)
        stack.callback(store.close)
        with store.transaction() as tables:
            origin = tables.state().origin
        if (home.agent / "log.db").exists() and not (home.agent / "log.key").exists():
            raise _gone(home.agent / "log.key")
        keys = load_keys(home, origin)
        chain = OwnChain(store, keys.log, clock)
        refuse_foreign(home.agent / "log.db", "entry")
        refuse_foreign(home.agent / "payload.db", "payload")
        log = _log(home.agent / "log.db", keys.log, chain)
        stack.callback(log.close)
        chain.check(log)
        payloads = Payloads(home.agent / "payload.db", keys.payload)
        stack.callback(payloads.close)
        games = shipped_catalogue() if settings.catalogue.shipped else ()
        world = world or World(Shipped(shipped_packs(), games), users().canonical, users().administers, gates())
        registry = Registry(store, world, chain, keys.roster, clock)
        daily = Daily(clock, last_wall(log))
        updating = Updating(home, clock, settings.updates.of(publisher.shipped()))
        writer = Writer()
        stack.callback(writer.close)
        witnessing = Witnessing(log, clock.wall, lambda: registry.roster.zone, writer)
        own = files().owner()
        network = Network(home, keys, store, lambda: routes(agent), lambda caller: roles(caller, own, registry.roster))
        agent = Agent(
            home, clock, keys, world, writer, store, chain, log, payloads, registry, updating, witnessing, clock.wall(), daily,
            network, Invitations(clock.wall),
        )  # fmt: skip
        agent.change(lambda change: begin(change, keys), AGENT)
        if (mark := _restored(home.agent)) is not None:
            agent.change(lambda change: come_back(change, mark.made), AGENT)
            restored.take_away(home.agent)
        prepare(home.public, 0o755)
        publish(home, PUBLISHED, keys.published)
        yield agent


async def serve(home: Home, clock: Clock, ready: Callable[[str], object]) -> None:
    """Run an agent until it is told to stop. `ready` is told the address once it answers. Errors as `opened`."""
    stop = asyncio.Event()
    InternalErrors(clock).install()
    with told_to_stop(stop.set), opened(home, clock) as agent:
        prepare_for(home.agent_address)
        server = await rpc.serve(home.agent_address, routes(agent), agent.network.roles)
        try:
            await agent.serve_seats()
        except ApiError as error:
            logging.getLogger(__name__).error("%s", error)  # noqa: TRY400 - no fault of ours
        jobs = schedule(agent.tick, agent.retry, agent.updating.look_if_due, agent.witnessing.ask)
        failed = jobs.start()
        waiting = asyncio.ensure_future(stop.wait())
        asking = asyncio.ensure_future(agent.witnessing.ask())
        try:
            await agent.tick()
            ready(home.agent_address)
            service().notify("READY=1")
            await asyncio.wait((waiting, failed), return_when=asyncio.FIRST_COMPLETED)
            if failed.done():
                failed.result()  # an error of a job ends the agent loudly; the service manager starts it again
        finally:
            service().notify("STOPPING=1")
            jobs.stop()
            waiting.cancel()
            asking.cancel()
            await agent.network.close()
            await server.close()


def _store(folder: Path) -> Store:
    """The registry, made at the first start. A log without its registry is no first start."""
    path = folder / "agent.db"
    if not path.exists():
        if (folder / "log.db").exists():  # made only after the registry
            raise _gone(path)
        create(path, new_origin(), secrets.token_bytes(32))
    return open_store(path)


def _log(path: Path, signer: Signer, chain: OwnChain) -> Log:
    """The log, made at the first start. A registry whose entries were logged has had one."""
    if chain.delivered and not (path.exists() and path.stat().st_size):
        raise _gone(path)
    return Log(path, signer)


def _restored(folder: Path) -> restored.Restored | None:
    try:
        return restored.read(folder)
    except OSError as error:
        raise StartError(msg("{path}: cannot be read: {why}", path=str(folder / restored.NAME), why=said_by(error))) from error


def _gone(path: Path) -> StartError:
    """A log goes on with all that it began with, or not at all."""
    return StartError(msg("{path}: gone; restore a backup", path=str(path)))
