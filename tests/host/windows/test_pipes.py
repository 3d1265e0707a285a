"""Named pipes: one server has the name, and the system says who calls it."""

from __future__ import annotations

import asyncio
import os
import uuid
from pathlib import Path

import msgspec
import pytest
import pywintypes
import win32pipe
import win32security

from host import api, rpc, transport
from host.homes import HomeError
from host.rpc_client import aask
from host.windows import pipes, pipes_client, pipes_peer
from host.windows.descriptors import descriptor_of
from host.windows.tokens import own_sid
from host.windows.win32 import ACCESS_DENIED, PIPE_BUSY, error
from host.wire import ApiError, Request
from tests.host.windows.echo import CLIENT, SERVER, Server, ask, ended, program, run, said, serving, until

ADMINS, SYSTEM, INTERACTIVE, NETWORK = "S-1-5-32-544", "S-1-5-18", "S-1-5-4", "S-1-5-2"
FIRST, REMOTE_REJECTED = 0x0008_0000, 0x8


@pytest.fixture
def address():
    return rf"\\.\pipe\giochoi-test-{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def nothing_is_hushed_up(caplog):
    """What asyncio's loop or a garbage collector would only log is a failure here."""
    yield
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


# --- names --------------------------------------------------------------------------------------------------------------


def test_addresses():
    """The system's daemon has its name where only administrators may make pipes; other homes have names of their own."""
    assert pipes_client.address(Path("C:/ProgramData/GioChoi"), "system", "daemon").startswith(
        "\\\\.\\pipe\\ProtectedPrefix\\Administrators\\"
    )
    assert pipes_client.address(Path("C:/ProgramData/GioChoi"), "system", "agent") == "\\\\.\\pipe\\giochoi-agent"
    one = pipes_client.address(Path("C:/Nhà/Chơi"), "given", "daemon")
    others = {pipes_client.address(Path("C:/Nhà/Chơi"), "given", "agent"),
              pipes_client.address(Path("C:/Nhà"), "given", "daemon")}
    assert one.startswith("\\\\.\\pipe\\giochoi-daemon-")
    assert len(one.rpartition("-")[2]) == 16
    assert one == pipes_client.address(Path("c:\\NHÀ\\x\\..\\chơi\\"), "private", "daemon")
    assert len({one, *others}) == 3
    assert pipes_client.folder(one) is None


def test_the_systems_names_can_be_served():
    """Names with a prefix in them work like any other."""
    address = pipes_client.SYSTEM_DAEMON + "-" + uuid.uuid4().hex

    async def body():
        async with serving(address):
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)


def test_asking_whether_somebody_listens_disturbs_nobody(address):
    """Often asked, it takes no instance away from clients."""

    async def body():
        async with serving(address) as server:
            assert all(pipes_client.exists(address) for _ in range(50))
            for handle in [pipes_client.connect(address) for _ in range(4)]:
                handle.close()
            assert server.came == []

    assert not pipes_client.exists(address)
    run(body)
    assert not pipes_client.exists(address)


# --- one server ---------------------------------------------------------------------------------------------------------


def test_a_second_server_is_told_who_has_the_name(address):
    """Also one of another process; and that one serves on."""

    async def body(pid):
        with pytest.raises(api.TakenError) as taken:
            await pipes.serve(address, 0o666, Server())
        assert taken.value.pid == pid
        with pytest.raises(HomeError, match=f"in use by process {pid}"):
            await transport.listen(address, 0o666, Server())

    with program(SERVER, address) as other:
        run(lambda: body(pipes_client.server_pid(address)))
        assert pipes_client.server_pid(address) not in {None, os.getpid()}
        assert ask(address) == b"hello\n"
        other.kill()


def test_the_first_instance_is_asked_for_as_such_and_remote_clients_never_get_one(address, monkeypatch):
    """The flags that the system is given: only the first instance claims the name, all of them are for this machine."""
    calls = []
    create = win32pipe.CreateNamedPipe
    monkeypatch.setattr(win32pipe, "CreateNamedPipe", lambda *given: calls.append(given) or create(*given))

    async def body():
        async with serving(address):
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)
    assert len(calls) > 4
    assert [bool(opening & FIRST) for _, opening, *_ in calls] == [True] + [False] * (len(calls) - 1)
    assert {mode for _, _, mode, *_ in calls} == {REMOTE_REJECTED}


@pytest.mark.parametrize("code", [ACCESS_DENIED, PIPE_BUSY])
def test_a_name_that_is_claimed_between_question_and_claim_is_taken(address, monkeypatch, code):
    """Two that start at once: the system's first-instance flag decides, and the other one is told who won."""

    async def body():
        winners = []

        async def wins(name):
            monkeypatch.undo()
            winners.append(await pipes.serve(name, 0o666, Server()))
            monkeypatch.setattr(pipes._Listening, "instance", late)

        def late(_listening, *, first):
            raise error(address, code)

        monkeypatch.setattr(pipes, "_refuse_second", wins)
        with pytest.raises(api.TakenError) as taken:
            await pipes.serve(address, 0o666, Server())
        assert taken.value.pid == os.getpid()
        winners[0].close()

    run(body)


@pytest.mark.parametrize(("owner", "ours"), [(own_sid(), True), (SYSTEM, True), (ADMINS, True), ("S-1-5-21-1-2-3-1001", False)])
def test_a_name_that_only_clients_hold_is_taken_over_if_it_was_ours(address, monkeypatch, owner, ours):
    """A client of a dead server that stays keeps the name alive on Windows: no reason for a restarted one to fail."""
    create = win32pipe.CreateNamedPipe

    def denied(name, opening, *rest):
        if opening & FIRST:
            raise error(name, ACCESS_DENIED)
        return create(name, opening, *rest)

    monkeypatch.setattr(win32pipe, "CreateNamedPipe", denied)
    monkeypatch.setattr(pipes, "owner", lambda _: owner)

    async def body():
        if ours:
            async with serving(address):
                assert await asyncio.to_thread(ask, address) == b"hello\n"
        else:
            with pytest.raises(PermissionError):
                await pipes.serve(address, 0o666, Server())

    run(body)
    assert not pipes_client.exists(address)


@pytest.mark.promise("Windows (under Wine): The pipe is closed to the network")
@pytest.mark.parametrize("mode", [0o666, 0o600])
def test_the_access_list_is_really_on_the_pipe(address, mode):
    """Users of this machine read and write and cannot add instances, or are not there at all; the network is refused."""

    async def body():
        async with serving(address, mode):
            with pipes_client.connect(address) as handle:
                return descriptor_of(handle.value)

    owner, entries = asyncio.run(body())
    assert owner in {own_sid(), ADMINS}
    refused = [entry.sid for entry in entries if entry.kind == 1]
    allowed = {entry.sid: entry.mask for entry in entries if entry.kind == 0}
    assert refused == [NETWORK]
    assert entries[0].sid == NETWORK
    assert set(allowed) == {SYSTEM, ADMINS, own_sid()} | ({INTERACTIVE} if mode == 0o666 else set())
    assert allowed.get(INTERACTIVE, 0x0012_019B) == 0x0012_019B
    assert not allowed.get(INTERACTIVE, 0) & 0x4


def test_a_closed_server_leaves_its_name_and_keeps_its_connections(address):
    """`close` ends listening at once; what is connected goes on, and when that is over too, another server may come."""

    async def body():
        async with serving(address) as server:
            reader, writer = await said(address)
            server.listening.close()
            with pytest.raises(OSError, match="WinError") as refused:
                pipes_client.connect(address)
            assert refused.value.winerror in {2, PIPE_BUSY}
            writer.write(b"still here\n")
            assert await reader.readline() == b"still here\n"
            writer.close()
            await until(lambda: server.over)
        await until(lambda: not pipes_client.exists(address))
        async with serving(address):
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)


def test_close_frees_the_name_before_it_returns(address):
    """Nobody connected: nothing has to be waited for, and silent clients are not served any more."""

    async def body():
        async with serving(address) as first:
            reader, writer = await pipes_client.open(address, 1 << 16)
            await until(lambda: first.listening._silent)
            first.listening.close()
            assert await ended(reader)
            writer.close()
            await until(lambda: not pipes_client.exists(address))
        second = await pipes.serve(address, 0o666, Server())
        second.close()
        assert not pipes_client.exists(address)
        assert first.came == []

    run(body)


# --- who calls ----------------------------------------------------------------------------------------------------------


def test_the_system_says_who_calls(address):
    """SID and pid of the client; said only once it has said something."""

    async def body():
        async with serving(address) as server:
            _, quiet = await pipes_client.open(address, 1 << 16)
            with program(CLIENT, address) as client:
                await until(lambda: server.came)
                ((sid, pid),) = server.came
                assert sid == own_sid()
                assert pid not in {0, os.getpid()}
                client.kill()
            quiet.close()

    run(body)


def denied(*_):
    raise pywintypes.error(ACCESS_DENIED, "a call", "Access denied.")


@pytest.mark.parametrize("broken", ["ImpersonateNamedPipeClient", "OpenThreadToken"])
def test_a_caller_that_cannot_be_told_is_not_served(address, monkeypatch, broken):
    """It is closed, never taken for the server itself; the next one is served."""
    reverted = []
    revert = win32security.RevertToSelf
    monkeypatch.setattr(win32security, "RevertToSelf", lambda: reverted.append(1) or revert())

    async def body():
        async with serving(address) as server:
            with monkeypatch.context() as patch:
                patch.setattr(win32security, broken, denied)
                reader, writer = await pipes_client.open(address, 1 << 16)
                writer.write(b"hello\n")
                assert await ended(reader)
                writer.close()
            assert server.came == []
            assert len(reverted) == (broken == "OpenThreadToken")
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)


def test_a_thread_that_stays_somebody_else_ends_the_process(monkeypatch):
    """Nothing more may be done as the client."""

    class Aborted(BaseException):
        pass

    def abort():
        raise Aborted

    monkeypatch.setattr(win32security, "ImpersonateNamedPipeClient", lambda _: None)
    monkeypatch.setattr(win32security, "RevertToSelf", denied)
    monkeypatch.setattr(pipes_peer.os, "abort", abort)
    with pytest.raises(Aborted):
        pipes_peer.peer(0)


ACCOUNTS = {
    "service": SYSTEM,
    "own": "S-1-5-21-1-2-3-1000",
    "parent": "S-1-5-21-1-2-3-1001",
    "guardian": "S-1-5-21-1-2-3-1002",
    "child": "S-1-5-21-1-2-3-1003",
    "agent": "S-1-5-80-1-2-3-4-5",
}
ALLOWED = {
    "status": {"service", "own", "parent", "guardian", "child", "agent"},
    "grant": {"service", "own", "parent", "guardian"},
    "install": {"service", "own", "parent"},
}


class Nothing(msgspec.Struct):
    pass


class Status(Request[Nothing], frozen=True, kw_only=True):
    op = "status"


class Grant(Request[Nothing], frozen=True, kw_only=True):
    op = "grant"


class Install(Request[Nothing], frozen=True, kw_only=True):
    op = "install"


def test_methods_and_roles(address, monkeypatch):
    """Every method from every kind of account, by the SID that the system would give: allowed where the table says only."""
    callers = iter(())
    monkeypatch.setattr(pipes, "peer", lambda _: (next(callers), 4711))
    monkeypatch.setattr("host.windows.users.administrator", lambda sid: sid in {SYSTEM, ACCOUNTS["parent"]})
    seen = []

    async def answer(caller, _request):
        seen.append((caller.uid, caller.pid))
        return Nothing()

    def roles(caller):
        found = {"any"}
        if caller.admin or caller.uid in {*api.SYSTEM_USERS, ACCOUNTS["own"]}:
            found |= {"guardian", "administrator"}
        if caller.account == ACCOUNTS["guardian"]:
            found |= {"guardian"}
        return frozenset(found)

    needs = {Status: "any", Grant: "guardian", Install: "administrator"}
    routes = rpc.table(*(rpc.Route(request, role, answer) for request, role in needs.items()))
    asked = [(request, who) for request in needs for who in ACCOUNTS]

    async def body():
        nonlocal callers
        callers = iter([ACCOUNTS[who] for _, who in asked])
        server = await rpc.serve(address, routes, roles)
        for request, who in asked:
            if who in ALLOWED[request.op]:
                assert await aask(address, request()) == Nothing()
            else:
                with pytest.raises(ApiError, match="only") as refused:
                    await aask(address, request())
                assert refused.value.code == "refused"
        await server.close()

    run(body)
    assert seen == [(ACCOUNTS[who], 4711) for request, who in asked if who in ALLOWED[request.op]]


# --- the server may be the one that harms -------------------------------------------------------------------------------


def test_a_server_may_see_who_calls_and_nothing_more(address, monkeypatch):
    """The client lets itself be identified, not impersonated, and asks for no right that other users do not have."""
    calls = []
    opens = pipes_client.open_file
    monkeypatch.setattr(pipes_client, "open_file", lambda *given, **more: calls.append(given) or opens(*given, **more))

    async def body():
        async with serving(address):
            assert await asyncio.to_thread(ask, address) == b"hello\n"
            _, writer = await said(address)
            writer.close()
            pipes_client.server_pid(address)

    run(body)
    assert {(rights, flags) for _, rights, flags in calls[-3:]} == {(0x0012_019B, 0x4011_0000)}


def test_an_impostor_is_not_taken_for_the_systems_agent(address, monkeypatch):
    """Its name lies outside the protected prefix: whoever made the pipe must be somebody who may run the agent."""
    monkeypatch.setattr(pipes_client, "SYSTEM_AGENT", address)

    async def body():
        async with serving(address) as server:
            assert await asyncio.to_thread(ask, address) == b"hello\n"
            monkeypatch.setattr(pipes_client.files, "publishers", lambda _: frozenset({"S-1-5-21-1-2-3-1001"}))
            with pytest.raises(PermissionError):
                await asyncio.to_thread(ask, address)
            with pytest.raises(transport.Unreachable, match="another program"):
                await transport.open_connection(address, 1 << 16)
            assert pipes_client.server_pid(address) is None
            assert len(server.came) == 1

    run(body)
