"""The counter of a café with 200 seats: from the scan of a card to the answer that it is in force at the PC; closing early."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_seats import SEATS, Seat, _joined, _port
from measure import Row, p99, quick
from world import World

from agent.api.checkins import CheckIn
from agent.api.roster import RosterGet
from agent.api.rulebook import PlaceClose, PlaceOpen
from agent.api.seat import Alive
from host.homes import server_home
from host.rpc_client import aask

SCANS = 20 if quick else 200
CLOSINGS = 5
heard: dict[str, int] = {}


def main() -> Iterator[Row]:
    home = Path(tempfile.mkdtemp(prefix="gc-bench-"))
    made = World(home, Path("/bin/true"))
    try:
        made.serve("agent")
        made.say("place", "set", "agent-without-games", "--hours", "00:00-24:00")  # whatever the hour
        made.say("place", "serve", f"127.0.0.1:{_port()}")
        invitation = made.say("seat", "invite", "--many", str(SEATS))["string"]
        yield from asyncio.run(_measure(server_home(str(home)).agent_address, invitation))
    finally:
        made.close()


async def _measure(address: str, invitation: str) -> list[Row]:
    seats = [await _joined(invitation) for _ in range(SEATS)]
    polls = [asyncio.ensure_future(_obey(seat)) for seat in seats]
    await asyncio.sleep(3)
    found = []
    for number in range(SCANS):
        begun = time.perf_counter()
        done = await aask(address, CheckIn(seat=seats[number % SEATS].id, card=_card(number)))
        found.append((time.perf_counter() - begun) * 1000)
        assert done.age_band == "18+"
    closed = [await _closes(address) for _ in range(CLOSINGS)]
    for poll in polls:
        poll.cancel()
    return [
        Row(f"a card is scanned and in force at its PC, of {SEATS}, p99", found, "ms", 300.0, of=p99),
        Row(f"all {SEATS} PCs hear that the place closes", closed, "ms", 1000.0),
    ]


async def _closes(address: str) -> float:
    """How long it takes, in milliseconds, until all PCs have heard; then it opens again."""
    begun = time.perf_counter()
    number = (await aask(address, PlaceClose())).number
    while min(heard.values()) < number:
        await asyncio.sleep(0.002)
    took = (time.perf_counter() - begun) * 1000
    await aask(address, PlaceOpen())
    return took


async def _obey(seat: Seat) -> None:
    """As a daemon that has the roster at once."""
    number = -1
    while True:
        number = heard[seat.id] = (await seat.poll.ask(RosterGet(above=number))).number
        await seat.poll.ask(Alive(seat=seat.id, wall=0, number=number))


def _card(number: int) -> str:
    return f"001099{number:06}|||01011999|Nam||"
