"""An agent in a thread of the test's own process that PCs reach over TLS, and homes of PCs that join it."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import msgspec

from agent.wiring import serve
from cli.__main__ import main
from host import tls
from host.homes import Home, server_home
from host.rpc_client import ask
from host.tls import Identity
from tests.system import PATIENCE, in_here
from uplink.membership import Membership, load


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Pc:
    """A home, on which commands are given, that may have joined as a seat."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.home: Home = server_home(str(folder))

    def __call__(self, *words: str) -> CompletedProcess[str]:
        return in_here(main, words, self.home.root, GIOCHOI_LANG="en")

    def json(self, *words: str) -> Any:
        done = self(*words, "--json")
        assert done.returncode == 0, done
        return json.loads(done.stdout)

    def fails(self, code: int, *words: str) -> str:
        done = self(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done
        return done.stderr

    @property
    def joined(self) -> Membership:
        found = load(self.home)
        assert found is not None
        return found

    def context(self) -> ssl.SSLContext:
        return shown(self.joined.authority, Identity(self.joined.key, self.joined.certificate), self.home.root)

    def ask(self, request: Any) -> dict[str, Any]:
        """What the agent answers this seat: {"ok": …} or {"error": {"code": …}}."""
        return asked(self.joined.address, self.context(), request)

    def line(self) -> ssl.SSLSocket:
        return line(self.joined.address, self.context())


def shown(authority: str, identity: Identity, folder: Path) -> ssl.SSLContext:
    """What shows this certificate to the agent of that authority."""
    context = tls.client(authority)
    identity.into(context, folder)
    return context


def line(address: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    host, _, port = address.rpartition(":")
    return context.wrap_socket(socket.create_connection((host, int(port)), PATIENCE), server_hostname=tls.SERVER)


def said(on: ssl.SSLSocket, request: bytes) -> bytes:
    """What is answered to this line; b"": the other side hung up."""
    try:
        on.sendall(request)
        with on.makefile("rb") as lines:
            return lines.readline()
    except (ConnectionError, ssl.SSLError):
        return b""


def asked(address: str, context: ssl.SSLContext, request: Any) -> dict[str, Any]:
    with line(address, context) as on:
        return msgspec.json.decode(said(on, msgspec.json.encode({"op": request.op, "args": request}) + b"\n"), type=dict)


class Served(Pc):
    """The PC on which the agent runs, at `address`."""

    address: str

    def local(self, request: Any) -> Any:
        """What is answered to this PC's own daemon."""
        return ask(self.home.agent_address, request)

    def invite(self, *words: str) -> str:
        return str(self.json("seat", "invite", *words)["string"])


@contextmanager
def served_agent(folder: Path, clock: Any) -> Iterator[Served]:
    """Runs within, without the shipped games, which each change of the registry would go through."""
    pc = Served(folder)
    pc.home.agent.mkdir(mode=0o700)
    (pc.home.agent / "config.toml").write_text("[catalogue]\nshipped = false\n", "utf-8")
    ready, tasks = threading.Event(), list[tuple[asyncio.AbstractEventLoop, "asyncio.Task[None]"]]()

    async def run() -> None:
        task = asyncio.ensure_future(serve(pc.home, clock, lambda _: ready.set()))
        tasks.append((asyncio.get_running_loop(), task))
        await asyncio.wait({task})
        ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        pc.address = pc.json("place", "serve", f"127.0.0.1:{free_port()}")["address"]
        yield pc
    finally:
        for loop, task in tasks:
            loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE)
