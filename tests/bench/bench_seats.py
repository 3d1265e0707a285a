"""A counter PC with the agent and 200 seats on other PCs: what they wait for, and what it costs the counter."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import ssl
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench_idle import _pss
from bench_load import cpu_s
from measure import Row, p99, quick
from world import World

from agent.api.claims import Claim
from agent.api.joining import Hello, Join, parse_invitation
from agent.api.roster import RosterGet
from agent.api.seat import Alive, Enrol, Submit
from compliance.entries.seat import IssueRaised
from compliance.journal import Journal, create_tables
from compliance.note import Signer, verify_note
from host import tls
from host.rpc_client import Talk
from uplink.joining import connect

SEATS, SECONDS, BACKLOG = (20, 5, 50) if quick else (200, 20, 400)
DAY_ENTRIES = 200  # in one batch


class Seat:
    """One PC with a journal in memory and its lines to the agent."""

    def __init__(self, address: str, context: ssl.SSLContext, id: str) -> None:
        self.id, self.connection = id, sqlite3.connect(":memory:")
        create_tables(self.connection)
        self.signer = Signer(id, id.encode().ljust(32, b"k")[:32])
        self.journal = Journal(self.connection, id, "boot", self.signer)
        self.line, self.poll = (Talk(partial(connect, address, context)) for _ in range(2))

    def write(self, entries: int) -> None:
        now = time.time_ns() // 1_000_000
        with self.connection:
            for number in range(entries):
                self.journal.append(IssueRaised, mono=now, wall=now, id=f"issue-{number}")
            self.journal.seal(mono=now, wall=now)

    async def hand_in(self) -> float:
        """In ms."""
        begun = time.perf_counter()
        while (batch := self.journal.spool(DAY_ENTRIES)) is not None:
            await self.line.ask(Submit(seat=self.id, entries=tuple(batch.entries)))
            with self.connection:
                self.journal.forget(batch.last)
        return (time.perf_counter() - begun) * 1000

    async def claim(self, number: int) -> float:
        begun = time.perf_counter()
        await self.line.ask(Claim(seat=self.id, player=f"p{number}", until=time.time_ns() // 1_000_000 + 60_000))
        return (time.perf_counter() - begun) * 1000


def main() -> Iterator[Row]:
    home = Path(tempfile.mkdtemp(prefix="gc-bench-"))
    made = World(home, Path("/bin/true"))
    try:
        agent = made.serve("agent")
        made.say("player", "add", "P0", "--born", "2012-01-01")
        address = f"127.0.0.1:{_port()}"
        made.say("place", "serve", address)
        invitation = made.say("seat", "invite", "--many", str(SEATS))["string"]
        yield from asyncio.run(_measure(agent.pid, invitation))
    finally:
        made.close()


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _measure(pid: int, invitation: str) -> list[Row]:
    begun = time.perf_counter()
    seats = [await _joined(invitation) for _ in range(SEATS)]
    joined = (time.perf_counter() - begun) * 1000 / SEATS
    polls = [asyncio.ensure_future(_poll(seat)) for seat in seats]
    for seat in seats:
        await seat.line.ask(Alive(seat=seat.id, wall=0))
    await asyncio.sleep(3)
    before = cpu_s(pid)
    await asyncio.sleep(SECONDS)
    idle, memory = (cpu_s(pid) - before) / SECONDS * 100, _pss(pid)
    before, accepted = cpu_s(pid), await _busy(seats)
    busy = (cpu_s(pid) - before) / SECONDS * 100
    claims = [await seats[0].claim(0) for _ in range(100)]
    for seat in seats:
        seat.write(BACKLOG)
    begun = time.perf_counter()
    back = asyncio.gather(*(seat.hand_in() for seat in seats[1:]))
    meanwhile = []
    while not back.done():
        meanwhile.append(await seats[0].claim(0))
        await asyncio.sleep(0.05)
    absorbed = time.perf_counter() - begun
    for poll in polls:
        poll.cancel()
    return [
        Row(f"one of {SEATS} seats joins", [joined] * 5, "ms"),
        Row(f"agent with {SEATS} idle seats: PSS", [memory] * 5, "MiB", 90.0),
        Row("… of a core", [idle] * 5, "%", 2.0),
        Row(f"{SEATS} entries a second: one is accepted, p99", accepted, "ms", 50.0, of=p99),
        Row("… agent of a core", [busy] * 5, "%", 25.0),
        Row("a claim there and back, p99", claims, "ms", 20.0, of=p99),
        Row(f"all back after a day offline ({BACKLOG} entries each), absorbed", [absorbed] * 5, "s", 60.0),
        Row("… a claim meanwhile, longest", [max(meanwhile)] * 5, "ms", 300.0),
    ]


async def _busy(seats: list[Seat]) -> list[float]:
    """Each of them one entry a second, not all at once."""
    found: list[float] = []

    async def one(seat: Seat, wait: float) -> None:
        await asyncio.sleep(wait)
        for _ in range(SECONDS):
            begun = time.perf_counter()
            seat.write(1)
            found.append(await seat.hand_in())
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - begun)))

    await asyncio.gather(*(one(seat, number / len(seats)) for number, seat in enumerate(seats)))
    return found


async def _joined(invitation: str) -> Seat:
    address, _, code = parse_invitation(invitation)
    shown = await _ask(address, tls.client(None), Hello())
    authority, key = verify_note(shown.authority, [shown.log_key]), tls.new_key()
    answer = await _ask(address, tls.client(authority), Join(key=tls.public_of(key), code=code))
    context = tls.client(authority)
    tls.Identity(key, answer.certificate).into(context, Path(tempfile.gettempdir()))
    seat = Seat(address, context, answer.seat)
    await seat.line.ask(Enrol(seat=seat.id, key=seat.signer.vkey))
    return seat


async def _ask(address: str, context: ssl.SSLContext, request: Any) -> Any:
    talk = Talk(partial(connect, address, context))
    try:
        return await talk.ask(request)
    finally:
        talk.close()


async def _poll(seat: Seat) -> None:
    number = -1
    while True:
        number = (await seat.poll.ask(RosterGet(above=number))).number
