"""Named pipes: nothing that a client does stops the others, many are served, and nobody waits for longer than he wants to."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import uuid
from contextlib import suppress

import pytest

from host import api, transport
from host.windows import pipes, pipes_client
from host.windows.win32 import PIPE_BUSY, error
from tests.host.windows.echo import CLIENT, SERVER, Server, ask, ended, program, run, said, serving, until


@pytest.fixture
def address():
    return rf"\\.\pipe\giochoi-test-{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def nothing_is_hushed_up(caplog):
    """What asyncio's loop or a garbage collector would only log is a failure here."""
    yield
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


# --- clients that harm --------------------------------------------------------------------------------------------------


def test_silent_clients_are_closed(address, monkeypatch):
    """Whoever says nothing in time; whoever spoke may be silent from then on."""
    monkeypatch.setattr(pipes, "_SILENCE", 0.3)

    async def body():
        async with serving(address) as server:
            talker, writer = await said(address)
            reader, quiet = await pipes_client.open(address, 1 << 16)
            assert await ended(reader)
            await asyncio.sleep(0.4)
            writer.write(b"again\n")
            assert await talker.readline() == b"again\n"
            assert len(server.came) == 1
            assert server.listening._silent == {}
            for one in (writer, quiet):
                one.close()

    run(body)


def test_the_oldest_silent_client_makes_room(address, monkeypatch):
    """So many may be silent at a time; then the one that has been for longest is closed, and no other."""
    monkeypatch.setattr(pipes, "_SILENT", 3)

    async def body():
        async with serving(address) as server:
            clients = []
            for silent in (1, 2, 3, 3, 3):
                clients.append(await transport.open_connection(address, 1 << 16))
                await until(lambda silent=silent: len(server.listening._silent) == silent)
                await asyncio.sleep(0.05)
            assert [await ended(reader) for reader, _ in clients[:2]] == [True, True]
            for reader, writer in clients[2:]:
                writer.write(b"here\n")
                assert await reader.readline() == b"here\n"
            for _, writer in clients:
                writer.close()

    run(body)


def test_connecting_and_leaving_is_taken_in_stride(address):
    """That is what asking for a server's pid looks like; nothing of it stays."""

    async def body():
        async with serving(address) as server:
            for _ in range(50):
                assert await asyncio.to_thread(pipes_client.server_pid, address) in {os.getpid(), None}
            await until(lambda: not server.listening._silent)
            assert server.came == []
            assert await asyncio.to_thread(ask, address) == b"hello\n"
            assert len(server.listening._unconnected) == 4

    run(body)


def test_accepting_goes_on_after_failures(address, monkeypatch):
    """An instance that cannot be made is tried again, one that fails is replaced: as many wait as before."""
    monkeypatch.setattr(pipes, "_PAUSE", 0.05)

    async def body():
        async with serving(address) as server:
            instance = server.listening.instance
            failures = iter(range(3))

            def scarce(*, first):
                if next(failures, None) is not None:
                    raise error(address, 1450)  # ERROR_NO_SYSTEM_RESOURCES
                return instance(first=first)

            monkeypatch.setattr(server.listening, "instance", scarce)
            for _ in range(8):
                assert await asyncio.to_thread(ask, address) == b"hello\n"
            for pipe in server.listening._unconnected:
                pipes_client._winapi.CloseHandle(pipe.handle)
                pipe._handle = None
                break
            await until(lambda: next(failures, None) is None and len(server.listening._unconnected) == 4)
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)


def test_a_bug_in_serving_one_client_is_logged_and_hits_that_one_only(address, caplog):
    """Its connection ends; the others' do not."""
    server = Server()

    async def serve(sid, pid, reader, writer):
        if await reader.readline() == b"bug\n":
            raise ZeroDivisionError
        reader.feed_data(b"ok\n")
        await server(sid, pid, reader, writer)

    async def body():
        listening = await pipes.serve(address, 0o666, serve)
        reader, writer = await pipes_client.open(address, 1 << 16)
        writer.write(b"bug\n")
        assert await ended(reader)
        writer.close()
        assert await asyncio.to_thread(ask, address) == b"ok\n"
        listening.close()

    run(body)
    assert [record.exc_info[0] for record in caplog.records if record.name == "host.windows.pipes"] == [ZeroDivisionError]


def test_a_killed_client_is_gone(address):
    """Its connection ends in the middle of a line."""

    async def body():
        async with serving(address) as server:
            with program(CLIENT, address) as client:
                await until(lambda: server.came)
                assert server.over == []
                client.kill()
                await until(lambda: server.over)
            assert await asyncio.to_thread(ask, address) == b"hello\n"

    run(body)


def test_a_killed_server_is_gone_and_a_new_one_takes_its_place(address):
    """Its clients hear an end of file, callers that nobody is there; the name is free."""
    with program(SERVER, address) as first:
        with pipes_client.dial(address, 5) as connection, connection.lines() as lines:
            connection.sendall(b"one\n")
            assert lines.readline() == b"one\n"
            first.kill()
            assert lines.readline() == b""
            with pytest.raises(OSError, match="WinError"):
                connection.sendall(b"two\n")
        first.wait()
    with pytest.raises(FileNotFoundError):
        pipes_client.dial(address, 0.2)
    with pytest.raises(transport.Unreachable):
        transport.dial(address, 0.2)
    with program(SERVER, address):
        assert ask(address) == b"hello\n"


# --- many and much ------------------------------------------------------------------------------------------------------


def test_many_one_after_the_other(address):
    """200 quick connections, from a client that waits for each."""

    def clients():
        return [ask(address, b"%d\n" % number) for number in range(200)]

    async def body():
        async with serving(address) as server:
            assert await asyncio.to_thread(clients) == [b"%d\n" % number for number in range(200)]
            assert len(server.came) == 200
            await until(lambda: len(server.over) == 200)

    run(body)


@pytest.mark.parametrize("rounds", [3])
def test_many_at_once(address, rounds):
    """20 that wait and 20 in a loop come at the same time: all are answered, however busy the pipe is meanwhile."""
    answers = []

    def client(number):
        answers.extend(ask(address, b"%d\n" % number, 10) == b"%d\n" % number for _ in range(rounds))

    async def body():
        async with serving(address):
            threads = [threading.Thread(target=client, args=(number,)) for number in range(20)]
            for thread in threads:
                thread.start()
            for _, writer in await asyncio.gather(*(said(address, b"a%d\n" % number) for number in range(20))):
                writer.close()
            await until(lambda: not any(thread.is_alive() for thread in threads))
            for thread in threads:
                thread.join()
        assert answers == [True] * 20 * rounds

    run(body)


def test_large_lines_in_both_directions(address):
    """8 MiB there and back, for a client that waits and for one in a loop."""
    line = os.urandom(4 << 20).hex().encode() + b"\n"

    async def echo(_sid, _pid, reader, writer):
        parts = [await reader.read(1 << 16)]
        while not parts[-1].endswith(b"\n"):
            parts.append(await reader.read(1 << 16))
        writer.write(b"".join(parts))
        await writer.drain()
        writer.close()

    async def body():
        listening = await pipes.serve(address, 0o666, echo)
        assert await asyncio.to_thread(ask, address, line) == line
        reader, writer = await pipes_client.open(address, 16 << 20)
        writer.write(line)
        assert await reader.readline() == line
        assert await reader.read() == b""
        writer.close()
        listening.close()

    run(body)


def test_what_was_answered_can_be_read_after_the_server_closed(address):
    """An answer is not lost because its connection ends with it."""

    async def answer(_sid, _pid, _reader, writer):
        writer.write(b"x" * 50_000 + b"\n")
        writer.close()

    async def body():
        listening = await pipes.serve(address, 0o666, answer)
        reader, writer = await pipes_client.open(address, 1 << 16)
        writer.write(b"?\n")
        await asyncio.sleep(0.2)
        assert await reader.read() == b"x" * 50_000 + b"\n"
        writer.close()
        listening.close()

    run(body)


# --- patience -----------------------------------------------------------------------------------------------------------


def test_a_client_gives_up_after_its_time(address):
    """Waiting for an answer, for somebody to listen to it, or for a place: TimeoutError, or busy; and the pipe is not hurt."""

    async def deaf(_sid, _pid, reader, _writer):
        reader._transport.pause_reading()
        await asyncio.sleep(60)

    def waits(operation):
        with pipes_client.dial(address, 0.2) as connection:
            connection.sendall(b"a\n")
            with pytest.raises(TimeoutError):
                operation(connection)

    def reads(connection):
        with connection.lines() as lines:
            lines.readline()

    async def body():
        listening = await pipes.serve(address, 0o666, deaf)
        await asyncio.to_thread(waits, reads)
        await asyncio.to_thread(waits, lambda connection: connection.sendall(b"x" * (4 << 20)))
        listening.close()
        for task in tuple(listening._tasks):
            task.cancel()
        await until(lambda: not listening._tasks)

    run(body)


def test_ctrl_c_ends_the_waiting(address):
    """Also of a client that waits for as long as it takes; the connection is none the worse for it."""

    def interrupts(connection):
        threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,)).start()
        with pytest.raises(KeyboardInterrupt):
            connection.receive(100)

    with program(SERVER, address), pipes_client.dial(address, None) as connection, connection.lines() as lines:
        connection.sendall(b"one\n")
        assert lines.readline() == b"one\n"
        interrupts(connection)
        connection.sendall(b"two\n")
        assert lines.readline() == b"two\n"


def test_a_busy_server_is_waited_for(address):
    """No instance is left: `open` says so at once, `dial` waits its time for one, and gets it when there is one."""

    async def body():
        async with serving(address):
            # The loop does not run meanwhile: nothing is accepted.
            held = [pipes_client.connect(address) for _ in range(4)]
            with pytest.raises(BlockingIOError):
                await pipes_client.open(address, 1 << 16)
            with pytest.raises(OSError, match="WinError") as busy:
                pipes_client.dial(address, 0.1)
            assert busy.value.winerror == PIPE_BUSY
            assert pipes_client.server_pid(address) is None
            assert pipes_client.exists(address)
            with pytest.raises(api.TakenError) as taken:
                await pipes.serve(address, 0o666, Server())
            assert taken.value.pid == os.getpid()
            assert await asyncio.to_thread(ask, address) == b"hello\n"
            for handle in held:
                handle.close()

    run(body)


def test_an_answer_that_comes_as_patience_ends_is_not_lost(address):
    """Reading again after a time-out goes on where it was."""

    async def slow(_sid, _pid, reader, writer):
        await reader.readline()
        await asyncio.sleep(0.5)
        writer.write(b"late\n")
        await writer.drain()
        await reader.read()
        writer.close()

    def reads():
        with pipes_client.dial(address, 0.2) as connection:
            connection.sendall(b"a\n")
            with pytest.raises(TimeoutError):
                connection.receive(100)
            with suppress(TimeoutError):
                return connection.receive(100)
            return connection.receive(100)

    async def body():
        listening = await pipes.serve(address, 0o666, slow)
        assert await asyncio.to_thread(reads) == b"late\n"
        listening.close()

    run(body)
