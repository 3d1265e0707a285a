"""The local API: answers, streams and errors arrive, and no client can stop the server."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from host import transport
from host.choose import channels
from host.fair import Fair
from host.homes import HomeError
from host.rpc import Route, Server, serve, table
from host.rpc_client import aask, ask, items, talking
from host.transport import Caller, Unreachable
from host.wire import ApiError, Request
from i18n.message import Message, msg
from tests.system import PATIENCE

WINDOWS = sys.platform == "win32"
CHANNELS, USERS = ("host.windows.pipes", "host.windows.users") if WINDOWS else ("host.linux.sockets", "host.linux.users")
ASK = b'{"op":"echo"}\n'

class Say(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""


class Count(msgspec.Struct, forbid_unknown_fields=True):
    n: int


class Echo(Request[Say], frozen=True, kw_only=True):
    op = "echo"

    text: str = ""


class Who(Echo, frozen=True, kw_only=True):
    op = "who"


class Fail(Echo, frozen=True, kw_only=True):
    op = "fail"


class Guarded(Echo, frozen=True, kw_only=True):
    op = "guarded"


class Unknown(Echo, frozen=True, kw_only=True):
    op = "no"


class Late(Request[Say], frozen=True, kw_only=True):
    op = "late"
    patience = 0.1


class Wait(Request[Say], frozen=True, kw_only=True):
    op = "wait"


class UpTo(Request[Count], frozen=True, kw_only=True):
    op = "count"

    n: int


class Forever(Request[Count], frozen=True, kw_only=True):
    op = "forever"


class Names(Request[Say], frozen=True, kw_only=True):
    op = "names"


class Newer(Request[Count], frozen=True, kw_only=True):
    """Takes an answer for another one."""

    op = "echo"

    text: str = "x"


class Backend:
    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.counted = asyncio.Event()
        self.news = asyncio.Event()
        self.waiting = 0
        self.odd = ""

    async def echo(self, _caller: Caller, request: Echo) -> Say:
        return Say(request.text + self.odd)

    async def who(self, caller: Caller, _request: Request[Any]) -> Say:
        return Say(f"{caller.uid}|{caller.pid}|{caller.account}|{caller.admin}")

    async def fail(self, _caller: Caller, request: Fail) -> Say:
        if request.text == "bug":
            raise ZeroDivisionError
        raise ApiError("not-found", Message(request.text + self.odd))

    async def late(self, _caller: Caller, _request: Request[Any]) -> Say:
        await asyncio.sleep(5)
        return Say()

    async def wait(self, _caller: Caller, _request: Request[Any]) -> Say:
        self.waiting += 1
        try:
            await self.news.wait()
        finally:
            self.waiting -= 1
        return Say("news")

    async def count(self, _caller: Caller, request: UpTo) -> AsyncIterator[Count]:
        try:
            for n in range(request.n):
                yield Count(n)
        finally:
            self.counted.set()
        if request.n == 13:
            raise ApiError("refused", msg("13"))

    async def names(self, _caller: Caller, _request: Names) -> AsyncIterator[Say]:
        for n in "12":
            yield Say(n + self.odd)

    async def forever(self, _caller: Caller, _request: Request[Any]) -> AsyncIterator[Count]:
        try:
            yield Count(0)
            await asyncio.sleep(60)
        finally:
            self.cancelled.set()

    def routes(self) -> dict[str, Route]:
        return table(
            Route(Echo, "any", self.echo),
            Route(Who, "any", self.who),
            Route(Fail, "any", self.fail),
            Route(Late, "any", self.late),
            Route(Wait, "any", self.wait, waits=True),
            Route(UpTo, "any", self.count),
            Route(Forever, "any", self.forever),
            Route(Names, "any", self.names),
            Route(Guarded, "guardian", self.echo),
        )


def me() -> str:
    if WINDOWS:
        from host.windows import tokens

        return tokens.own_sid()
    return str(os.geteuid())


@asynccontextmanager
async def serving(address: str, *roles: str) -> AsyncIterator[Backend]:
    backend = Backend()
    server: Server = await serve(address, backend.routes(), lambda _caller: frozenset(("any", *roles)))
    try:
        yield backend
    finally:
        await server.close()


@pytest.fixture
def address(tmp_path: Path) -> str:
    return rf"\\.\pipe\giochoi-test-{uuid.uuid4().hex}" if WINDOWS else str(tmp_path / "api.sock")


def run(address: str, body: Callable[[Backend], Coroutine[Any, Any, None]], *roles: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), serving(address, *roles or ("player",)) as backend:
            await body(backend)

    asyncio.run(main())


def raw(address: str, data: bytes, lines: int = 1) -> bytes:
    """Send it, whatever it is; what comes back, so many lines of it."""
    with transport.dial(address, 10) as client:
        client.sendall(data)
        with client.lines() as answers:
            return b"".join(answers.readline() for _ in range(lines))


async def held(address: str) -> asyncio.StreamWriter:
    """A connection that has said something, been answered and stays."""
    reader, writer = await transport.open_connection(address, 1 << 16)
    writer.write(ASK)
    assert await reader.readline() == b'{"ok":{"text":""}}\n'
    return writer


def test_calls_and_streams_from_both_kinds_of_client(address: str) -> None:
    """What is sent comes back, once or item by item, whether the client waits or runs a loop."""

    async def body(_: Backend) -> None:
        text = "xin chào\n😀"
        assert await aask(address, Echo(text=text)) == Say(text)
        assert await asyncio.to_thread(ask, address, Echo(text=text)) == Say(text)
        assert await asyncio.to_thread(lambda: [i.n for i in items(address, UpTo(n=1000))]) == list(range(1000))

    run(address, body)


def test_what_is_no_text_ends_neither_an_answer_nor_a_stream(address: str) -> None:
    """Half a surrogate pair, as the name of a file may hold one: once, in an error, and among a stream's items."""

    async def body(backend: Backend) -> None:
        backend.odd = "a\ud800"
        assert await aask(address, Echo(text="x")) == Say("xa?")
        with pytest.raises(ApiError, match=r"ya\?"):
            await aask(address, Fail(text="y"))
        assert await asyncio.to_thread(lambda: [i.text for i in items(address, Names())]) == ["1a?", "2a?"]

    run(address, body)


def test_several_questions_on_one_connection(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is refused ends nothing; who is there no more ends it, and the connection is given back."""
    opened, real = [], transport.open_connection

    async def counted(*args: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        opened.append(await real(*args))
        return opened[-1]

    monkeypatch.setattr(transport, "open_connection", counted)

    async def body(_: Backend) -> None:
        async with talking(address) as talk:
            assert opened == []
            assert await talk.ask(Echo(text="one")) == Say("one")
            with pytest.raises(ApiError) as refused:
                await talk.ask(Guarded())
            assert refused.value.code == "refused"
            assert await talk.ask(Echo(text="two")) == Say("two")
        assert [writer.is_closing() for _, writer in opened] == [True]

    run(address, body)
    with pytest.raises(transport.Unreachable):
        asyncio.run(aask(address, Echo()))


@pytest.mark.promise("Servers and rights: The kernel says who calls, and that is asked first")
def test_the_kernel_says_who_calls(address: str) -> None:
    """uid or SID, pid and account are those of the connecting process; root is an administrator."""

    async def body(_: Backend) -> None:
        uid, pid, account, admin = (await aask(address, Who())).text.split("|")
        assert (uid, int(pid)) == (me(), os.getpid())
        if uid == "0":
            assert (account, admin) == ("root", "True")

    run(address, body)


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (Guarded(), "refused", "only a guardian may do that"), (Fail(text="gone"), "not-found", "gone"),
        (Fail(text="bug"), "unavailable", "internal error; see the system's log"),
        (Unknown(), "bad-input", "no such request: 'no'"),
    ],
)  # fmt: skip
def test_errors_arrive_as_such(address: str, request_: Echo, code: str, said: str) -> None:
    """A role that is missing, a handler's refusal, a bug and an unknown name: a code and one line, never a traceback."""

    async def body(_: Backend) -> None:
        for attempt in (aask(address, request_), asyncio.to_thread(ask, address, request_)):
            with pytest.raises(ApiError) as error:
                await attempt
            assert (error.value.code, str(error.value)) == (code, said)

    run(address, body)


def test_a_streams_error_comes_after_its_items(address: str) -> None:
    """Items that were sent are delivered before the error that ends the stream."""

    async def body(_: Backend) -> None:
        got = []

        def listen() -> None:
            try:
                for item in items(address, UpTo(n=13)):
                    got.append(item.n)  # noqa: PERF401 - the error comes on the way
            except ApiError as error:
                got.append(int(str(error)))

        await asyncio.to_thread(listen)
        assert got == list(range(14))

    run(address, body)


@pytest.mark.promise("Servers and rights: Requests are limited in size, and garbage is answered and survived")
@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"\x00\xff\xfe\n",
        b"[]\n",
        b"{}\n",
        b'{"op":1}\n',
        b'{"op":"echo","args":{"text":1}}\n',
        b'{"op":"echo","args":{"x":1}}\n',
        b'{"op":"echo","more":1}\n',
        b"[" * 60_000 + b"\n",
        b'{"op":"echo","args":' + b"[" * 60_000 + b"\n",
    ],
)
def test_garbage_is_answered_and_survived(address: str, garbage: bytes) -> None:
    """Whatever is no request is `bad-input`, and the same connection can still ask."""

    async def body(_: Backend) -> None:
        answer = await asyncio.to_thread(raw, address, garbage + ASK, 2)
        first, second = answer.splitlines()
        assert msgspec.json.decode(first)["error"]["code"] == "bad-input"
        assert second == b'{"ok":{"text":""}}'

    run(address, body)


@pytest.mark.promise("Servers and rights: Requests are limited in size, and garbage is answered and survived")
def test_large_requests_have_a_limit(address: str) -> None:
    """15 MiB are a request, more than 16 are refused without being held."""

    async def body(_: Backend) -> None:
        large = "x" * (15 << 20)
        assert (await aask(address, Echo(text=large))).text == large
        with pytest.raises(ApiError):
            await aask(address, Echo(text="x" * (17 << 20)))
        assert await aask(address, Echo(text="still there")) == Say("still there")

    run(address, body)


@pytest.mark.parametrize("roles", [(), ("stranger",)])
def test_who_has_no_role_asks_in_few_words(address: str, roles: tuple[str, ...]) -> None:
    """64 KiB are more than any of their requests needs; longer ones are not even looked at. What anybody is, is no role."""

    async def main() -> None:
        async with asyncio.timeout(20), serving(address, *roles):
            assert len((await aask(address, Echo(text="x" * 65_000))).text) == 65_000
            with pytest.raises(ApiError, match="too long"):
                await aask(address, Echo(text="x" * 70_000))
            assert await aask(address, Echo(text="still there")) == Say("still there")

    asyncio.run(main())


@pytest.mark.parametrize(("roles", "waits"), [((), True), (("guardian",), False)])
def test_who_has_asked_too_much_waits_for_his_turn(
    address: str, monkeypatch: pytest.MonkeyPatch, roles: tuple[str, ...], waits: bool
) -> None:
    """Nobody with a role does, whatever he asks for; what was asked is answered in the end."""
    left, spent = [0.01, 0.01], []
    monkeypatch.setattr(Fair, "wait", lambda *_: left.pop() if left else 0.0)
    monkeypatch.setattr(Fair, "spent", lambda _, uid, seconds: spent.append((str(uid), seconds)))

    async def main() -> None:
        async with asyncio.timeout(20), serving(address, *roles):
            assert await aask(address, Echo(text="mine")) == Say("mine")

    asyncio.run(main())
    assert (not left) is waits
    assert {uid for uid, _ in spent} == {me()}
    assert len(spent) == 2  # the connection, the request
    assert all(0 < seconds < 1 for _, seconds in spent)


@pytest.mark.skipif(WINDOWS, reason="a named pipe is closed as a whole or not at all")
def test_half_closed_client_gets_its_answer(address: str) -> None:
    """A client that has said all it will still hears the answer."""

    def half_closed() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(address)
            client.sendall(b'{"op":"echo","args":{"text":"a"}}\n')
            client.shutdown(socket.SHUT_WR)
            return client.makefile("rb").read()

    async def body(_: Backend) -> None:
        assert await asyncio.to_thread(half_closed) == b'{"ok":{"text":"a"}}\n'

    run(address, body)


def test_stream_ends_with_its_client(address: str) -> None:
    """A client that goes away takes its stream's generator with it, at once."""

    async def body(backend: Backend) -> None:
        stream = items(address, Forever())
        assert await asyncio.to_thread(next, stream) == Count(0)
        await asyncio.to_thread(stream.close)
        async with asyncio.timeout(PATIENCE):
            await backend.cancelled.wait()

    run(address, body)


async def once_there_is_room(address: str) -> Say:
    """The server does not see at once that somebody went."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(ApiError):
                return await aask(address, Echo())
            await asyncio.sleep(0.01)


def test_one_account_cannot_take_all_connections(address: str) -> None:
    """An account may hold so many connections, the next is told so; when they go, it may come again."""

    async def body(_backend: Backend) -> None:
        writers = [await held(address) for _ in range(32)]
        with pytest.raises(ApiError, match="too many"):
            await aask(address, Echo())
        for writer in writers:
            writer.close()
        assert await once_there_is_room(address) == Say()

    run(address, body)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def test_who_waits_for_news_and_dies_frees_its_place(address: str) -> None:
    """As many as an account may have, each killed while it waited: nobody waits for them, and the next one is served."""

    async def body(backend: Backend) -> None:
        waiting = [await held(address) for _ in range(32)]
        for writer in waiting:
            writer.write(b'{"op":"wait"}\n')
        await until(lambda: backend.waiting == 32)
        for writer in waiting:
            writer.close()
        await until(lambda: backend.waiting == 0)
        assert await once_there_is_room(address) == Say()

    run(address, body)


def test_who_waits_for_news_and_asks_on_gets_both_answers(address: str) -> None:
    """In order: what comes while somebody waits is kept."""

    async def body(backend: Backend) -> None:
        reader, writer = await transport.open_connection(address, 1 << 16)
        writer.write(b'{"op":"wait"}\n')
        await until(lambda: backend.waiting == 1)
        writer.write(b'{"op":"echo","args":{"text":"a"}}\n')
        await asyncio.sleep(0)
        backend.news.set()
        assert [await reader.readline(), await reader.readline()] == [b'{"ok":{"text":"news"}}\n', b'{"ok":{"text":"a"}}\n']
        writer.close()

    run(address, body)


def test_all_accounts_together_cannot_take_all_connections(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has many account numbers, as containers have, comes to an end too; an administrator gets in."""
    monkeypatch.setattr("host.rpc._TOGETHER", 8)
    users = [f"S-1-5-21-1-2-3-{number}" if WINDOWS else number for number in range(70_000, 70_010)]
    callers = itertools.chain(users, itertools.repeat(users[0]))  # eight that stay, one too many, an administrator, and again
    monkeypatch.setattr(f"{CHANNELS}.peer", lambda _: (next(callers), 1))
    monkeypatch.setattr(f"{USERS}.administrator", lambda uid: uid == users[9])

    async def body(_backend: Backend) -> None:
        writers = [await held(address) for _ in range(8)]
        with pytest.raises(ApiError, match="too many"):
            await aask(address, Echo())
        assert await aask(address, Echo()) == Say()
        for writer in writers:
            writer.close()
        assert await once_there_is_room(address) == Say()

    run(address, body)


def test_numbers_without_an_account_take_what_one_account_may(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child may have thousands of them, and takes nobody else's place."""
    users = [f"S-1-5-21-1-2-3-{number}" if WINDOWS else number for number in range(70_000, 70_034)]
    callers = iter(users)
    monkeypatch.setattr(f"{CHANNELS}.peer", lambda _: (next(callers), 1))
    monkeypatch.setattr(f"{USERS}.account", lambda uid: "friend" if uid == users[33] else str(uid))

    async def body(_backend: Backend) -> None:
        writers = [await held(address) for _ in range(32)]
        with pytest.raises(ApiError, match="too many"):
            await aask(address, Echo())
        assert await aask(address, Echo()) == Say()
        for writer in writers:
            writer.close()

    run(address, body)


def test_a_silent_or_deaf_client_is_dropped(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not finish a request, or does not read its answers, loses the connection and nobody else does."""
    monkeypatch.setattr("host.rpc._PATIENCE", 0.2)
    monkeypatch.setattr("host.transport.PATIENCE_S", 0.2)

    async def body(backend: Backend) -> None:
        assert await asyncio.to_thread(raw, address, b'{"op":') == b""
        reader, writer = await transport.open_connection(address, 1 << 16)
        writer.write(b'{"op":"count","args":{"n":1000000}}\n')
        async with asyncio.timeout(60):
            await backend.counted.wait()
        assert await aask(address, Echo(text="ok")) == Say("ok")
        heard = 0
        with suppress(ConnectionError):
            while piece := await reader.read(1 << 20):
                heard += len(piece)
        assert heard < len(b'{"item":{"n":0}}') * 1_000_000
        writer.close()

    run(address, body)


def test_late_answers_and_dead_servers(address: str) -> None:
    """No server is `Unreachable`; one that does not answer in time is `unavailable`."""

    async def body(_: Backend) -> None:
        for attempt in (aask(address, Late()), asyncio.to_thread(ask, address, Late())):
            with pytest.raises(ApiError) as error:
                await attempt
            assert error.value.code == "unavailable"

    with pytest.raises(Unreachable):
        ask(address, Echo())
    with pytest.raises(Unreachable):
        list(items(address, Echo()))
    run(address, body)
    with pytest.raises(Unreachable):
        asyncio.run(aask(address, Echo()))


def test_who_serves_an_address(address: str) -> None:
    """The kernel says which process listens; nobody where nobody does."""

    async def body(_: Backend) -> None:
        assert channels().server_pid(address) == os.getpid()

    assert channels().server_pid(address) is None
    run(address, body)
    assert channels().server_pid(address) is None


def test_a_living_server_keeps_its_address(address: str) -> None:
    """A second server is told who has it, and changes nothing for the first one."""

    async def body(_: Backend) -> None:
        with pytest.raises(HomeError, match=f"in use by process {os.getpid()}"):
            await serve(address, {}, lambda _caller: frozenset())
        assert await aask(address, Echo()) == Say()

    run(address, body)
    run(address, body)


@pytest.mark.skipif(WINDOWS, reason="a pipe's name is no file: nothing of a dead server's stays")
def test_a_stale_socket_is_replaced(address: str) -> None:
    """A dead server's socket is in nobody's way; a file in its place is left alone."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(address)

    async def body(_: Backend) -> None:
        assert await aask(address, Echo()) == Say()

    run(address, body)
    assert not Path(address).exists()
    Path(address).write_text("mine", "utf-8")
    with pytest.raises(HomeError, match="File exists"):
        run(address, body)
    assert Path(address).read_text("utf-8") == "mine"


@pytest.mark.skipif(WINDOWS, reason="a pipe's name holds a hash of the home and is never long")
def test_long_addresses_work(tmp_path: Path) -> None:
    """A home deeper than a socket's name may be long is no reason to fail."""
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    address = str(folder / "api.sock")

    async def body(_: Backend) -> None:
        assert await aask(address, Echo()) == Say()

    run(address, body)


def test_answers_of_another_version_are_one_error(address: str) -> None:
    """An answer of the wrong shape is `unavailable`, not an exception of the decoder."""

    async def body(_: Backend) -> None:
        with pytest.raises(ApiError, match="version"):
            await aask(address, Newer())

    run(address, body)
