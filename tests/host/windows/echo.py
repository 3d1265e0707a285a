"""A server on a named pipe that answers every line with itself, in this process or in another one, and clients of it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from host import transport
from host.windows import pipes, pipes_client

TOP = Path(__file__).resolve().parents[3]

SERVER = """
import asyncio, sys
from host.windows import pipes

async def echo(sid, pid, reader, writer):
    while line := await reader.readline():
        writer.write(line)

async def main():
    listening = await pipes.serve(sys.argv[1], 0o666, echo)
    print("ready", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
CLIENT = """
import sys
from host.windows import pipes_client

with pipes_client.dial(sys.argv[1], 5) as connection:
    connection.sendall(b"half a line")
    print("ready", flush=True)
    sys.stdin.read()
"""


class Server:
    """Answers every line with itself; remembers who came and whose connection is over."""

    def __init__(self):
        self.came = []
        self.over = []
        self.listening = None

    async def __call__(self, sid, pid, reader, writer):
        self.came.append((sid, pid))
        try:
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.over.append((sid, pid))
            writer.close()


@asynccontextmanager
async def serving(address, mode=0o666):
    server = Server()
    server.listening = await pipes.serve(address, mode, server)
    try:
        yield server
    finally:
        server.listening.close()


@contextmanager
def program(source, address):
    """Another process that runs this source and has said that it is ready."""
    started = subprocess.Popen(
        [sys.executable, "-c", source, address], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with started:
        try:
            assert started.stdout.readline() == "ready\n"
            yield started
        finally:
            started.kill()


def run(body):
    async def main():
        async with asyncio.timeout(30):
            await body()

    asyncio.run(main())


def ask(address, line=b"hello\n", timeout=5.0):
    with pipes_client.dial(address, timeout) as connection:
        connection.sendall(line)
        with connection.lines() as lines:
            return lines.readline()


async def said(address, line=b"hello\n"):
    """A connection on which a line has been said and answered."""
    reader, writer = await transport.open_connection(address, 1 << 16)
    writer.write(line)
    assert await reader.readline() == line
    return reader, writer


async def ended(reader):
    """The other end is closed, and nothing came before that."""
    async with asyncio.timeout(5):
        try:
            return await reader.read(1) == b""
        except ConnectionError:
            return True


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)
