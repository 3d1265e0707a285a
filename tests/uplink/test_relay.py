"""The line from this PC to the agent on another one: requests go through as they are, from the daemon alone."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from agent.app import routes
from agent.wiring import opened
from host import transport
from host.homes import Home, prepare_for, server_home
from host.rpc import LIMIT
from host.transport import Unreachable
from i18n.message import Message
from tests.system import PATIENCE
from uplink.relay import Relay

SUBMIT = '{"op":"log.submit","args":{"seat":"máy","entries":[]}}\n'.encode()
OF_SEATS = {
    "seat.enrol", "seat.alive", "roster.get", "roster.parts", "player.claim", "grant.put", "request.put", "log.submit",
    "log.follow", "log.head",
}  # fmt: skip


class Agent:
    """Whoever answers at the other end. `heard`: every line; `mute`: how many more it hangs up on instead of answering."""

    def __init__(self) -> None:
        self.heard, self.lines, self.mute = list[bytes](), list[asyncio.StreamWriter](), 0
        self.server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        self.server = await asyncio.start_server(self._attend, "127.0.0.1", self.port, limit=2 * LIMIT)
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.server.close()
        for writer in self.lines:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _attend(self, reader, writer):
        self.lines.append(writer)
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.heard.append(line)
                if self.mute:
                    self.mute -= 1
                    break
                writer.write(b'{"ok":{"heard":%d}}\n' % len(line))
        writer.close()

    async def connect(self):
        try:
            return await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as error:
            raise Unreachable(Message("nobody")) from error


async def ask(address, *requests):
    """What is answered to each, on one connection; b"": hung up."""
    reader, writer = await transport.open_connection(address, LIMIT)
    answers = []
    async with asyncio.timeout(PATIENCE):
        for request in requests:
            with suppress(ConnectionError):
                writer.write(request)
                await writer.drain()
            try:
                answers.append(await reader.readline())
            except ConnectionError:
                answers.append(b"")
    writer.close()
    return answers


@pytest.fixture
def relayed(home_folder):
    """`relayed(body)`: runs `body(agent, address)` where a relay to that agent listens; `daemon`: whether we are it."""

    @asynccontextmanager
    async def listening_for(daemon):
        agent, address = Agent(), server_home(str(home_folder)).agent_address
        await agent.open()
        prepare_for(address)
        relay = Relay("192.0.2.7:7381", agent.connect, lambda _: daemon)
        listening = await transport.listen(address, 0o666, relay.attend)
        try:
            yield agent, address
        finally:
            listening.close()
            relay.close()
            await agent.close()

    def run(body, daemon=True):
        async def whole():
            async with listening_for(daemon) as (agent, address):
                return await body(agent, address)

        return asyncio.run(whole())

    return run


def said(answer):
    """How it was refused, and in which words."""
    error = json.loads(answer)["error"]
    return error["code"], str(error["text"])


def test_requests_and_answers_go_through_as_they_are(relayed):
    """One after the other over the same line, long ones too."""
    long = b'{"op":"log.submit","args":{"seat":"%b"}}\n' % (b"x" * (5 << 20))

    async def body(agent, address):
        answers = await ask(address, SUBMIT, long) + await ask(address, SUBMIT)
        assert answers == [b'{"ok":{"heard":%d}}\n' % len(one) for one in (SUBMIT, long, SUBMIT)]
        assert (agent.heard, len(agent.lines)) == ([SUBMIT, long, SUBMIT], 1)

    relayed(body)


def test_a_line_that_died_meanwhile_is_asked_again_over_a_new_one(relayed):
    """As after a restart of the agent: whoever asked notices nothing. What dies on a new line is not asked again."""

    async def body(agent, address):
        await ask(address, SUBMIT)
        await agent.close()
        await agent.open()
        assert (await ask(address, SUBMIT))[0].startswith(b'{"ok"')
        agent.mute = 1  # it takes the request and is killed before it answers
        assert (await ask(address, SUBMIT))[0].startswith(b'{"ok"')
        agent.mute = 2
        (lost,) = await ask(address, SUBMIT)
        assert said(lost)[0] == "unavailable"
        assert len(agent.heard) == 1 + 1 + 2 + 2
        assert (await ask(address, SUBMIT))[0].startswith(b'{"ok"')

    relayed(body)


def test_an_agent_that_is_away_is_unavailable(relayed):
    """Until it is back, on the same connection."""

    async def body(agent, address):
        await agent.close()
        reader, writer = await transport.open_connection(address, LIMIT)
        writer.write(SUBMIT)
        assert said(await reader.readline())[0] == "unavailable"
        await agent.open()
        writer.write(SUBMIT)
        assert (await reader.readline()).startswith(b'{"ok"')
        writer.close()

    relayed(body)


@pytest.mark.parametrize("daemon", [True, False])
def test_whatever_else_is_asked_here_is_managed_there(relayed, desk_ops, daemon):
    """The whole table; also what is not understood. The agent hears only what its seats' daemons ask."""

    async def body(agent, address):
        for op in desk_ops:
            request = json.dumps({"op": op, "args": {}}).encode() + b"\n"
            (answer,) = await ask(address, request)
            assert answer.startswith(b'{"ok"') == (daemon and op in OF_SEATS), op
            if not answer.startswith(b'{"ok"'):
                code, text = said(answer)
                assert (code, "managed by agent" in text, "192.0.2.7:7381" in text) == ("refused", True, True)
        for odd in (b"\n", b"[" * 50_000 + b"\n", b"\xff\n", b'{"op":7}\n', b'{"op":["log.head"]}\n'):
            assert [said(answer)[0] for answer in await ask(address, odd)] == ["refused"]
        assert {json.loads(line)["op"] for line in agent.heard} == (OF_SEATS if daemon else set())

    relayed(body, daemon)


@pytest.fixture
def desk_ops(home_folder, clock):
    with opened(Home(home_folder / "a", "given"), clock) as agent:
        return sorted(routes(agent))


@pytest.mark.parametrize(("daemon", "most"), [(True, LIMIT), (False, 1 << 16)])
def test_lines_without_an_end_are_not_waited_for(relayed, daemon, most):
    """Whoever sends one is hung up on; the next is answered."""

    async def body(agent, address):
        assert await ask(address, b"x" * (most + 1)) == [b""]
        assert await ask(address, SUBMIT) != [b""]
        assert agent.heard == ([SUBMIT] if daemon else [])

    relayed(body, daemon)


def test_an_account_that_is_not_the_daemon_has_so_many_connections(relayed):
    """What it may hold of this program's memory is bounded."""

    async def body(_, address):
        lines = [await transport.open_connection(address, LIMIT) for _ in range(40)]
        answers = []
        for reader, writer in lines:
            with suppress(ConnectionError):
                writer.write(SUBMIT)
                answers.append(await reader.readline())
        assert sum(b"managed by agent" in answer for answer in answers) == 32
        for _, writer in lines:
            writer.close()
        while await ask(address, SUBMIT) == [b""]:
            await asyncio.sleep(0.01)

    relayed(body, daemon=False)
