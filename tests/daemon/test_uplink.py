"""The seat and a real agent process: rosters down, proved entries up; the agent away, or another one."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest

from agent.api.answers import Done
from agent.api.log import LogCard, LogExport, LogShow
from agent.api.players import LimitSet, PlayerAdd
from agent.api.seats import SeatRetire
from compliance.reporting.counting import Counter
from compliance.reporting.periods import Period
from daemon.uplink import RETRY_S
from daemon.wiring import Daemon
from host.backed_up import opened
from host.backup import make, restore
from host.clock import SystemClock
from host.homes import Home, server_home
from host.rpc_client import aask, items
from host.wire import ApiError
from tests.daemon.world import HandPlatform
from tests.system import PATIENCE

pytestmark = pytest.mark.usefixtures("quick_line")

TREE = Path(__file__).resolve().parents[2]


class AgentProcess:
    """giochoi-agent on a home, started and stopped at will."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "agent", "--home", str(self.home.root)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=TREE, stdin=pipe, stdout=pipe, encoding="utf-8")
        assert "ready" in self.process.stdout.readline()

    def end(self, *, kill: bool = False) -> None:
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait()
            self.process.stdout.close()
            self.process.stdin.close()
            self.process = None


@pytest.fixture
def home(home_folder):
    return server_home(str(home_folder))


def test_an_agent_that_takes_seconds_to_start_is_found_soon_after():
    """For half a second then status says that it does not answer; one that stays away costs next to nothing."""
    tries = [sum(RETRY_S[:number]) for number in range(len(RETRY_S) + 1)]
    assert max(after - before for before, after in itertools.pairwise(tries) if before < 5) <= 0.5
    assert RETRY_S[-1] >= 10


@pytest.fixture
def live(home):
    process = AgentProcess(home)
    yield process
    process.end()


@asynccontextmanager
async def seat(home):
    """A daemon in this process, its platform in the test's hands, its clock and its line to the agent real."""
    clock = SystemClock()
    hand = HandPlatform(clock)
    built = Daemon(home, clock, hand.parts)
    built.start()
    task = asyncio.create_task(built.uplink.run())
    try:
        yield built, hand
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        built.seat.stop()
        built.close()


async def until(condition, seconds=2 * PATIENCE):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def issues(built):
    return sorted(one.id for one in built.health.open())


def verifying(home) -> subprocess.CompletedProcess[bytes]:
    """What the verifier says of what the agent exports."""
    bundle = home.root / "bundle.zip"
    bundle.write_bytes(b"".join(chunk.data for chunk in items(home.agent_address, LogExport())))
    command = [sys.executable, "-m", "compliance", bundle, "--json"]
    return subprocess.run(command, cwd=TREE, capture_output=True, check=False)


def verified(home) -> int:
    """Its exit code."""
    return verifying(home).returncode


def told_by_verifier(home):
    """Its document."""
    return json.loads(verifying(home).stdout)


async def add_player(home) -> Done:
    return await aask(home.agent_address, PlayerAdd(name="An", account="root"))


def test_without_an_agent_play_is_limited_and_kept(home, live):
    """kill -9 of the agent changes nothing but an Issue; when it is back, everything arrives once."""

    async def run():
        live.start()
        async with seat(home) as (built, hand):
            done = await add_player(home)
            await built.uplink.holds(done.number, PATIENCE)
            await built.uplink.delivered(PATIENCE)
            live.end(kill=True)
            hand.run(1, account="root")
            hand.exit(1)
            await until(lambda: "agent-away" in issues(built))
            live.start()
            await until(lambda: issues(built) == [])
            assert await built.uplink.delivered(PATIENCE)
            lines = await aask(home.agent_address, LogShow())
            assert sum('"kind":"play.ended"' in line.entry for line in lines.lines) == 1

    asyncio.run(run())


@pytest.mark.promise("Agent and keys: Another agent, or a smaller log, is an Issue until a guardian says its key")
def test_another_agent_is_not_believed(home, live):
    """A new agent in the old one's place: the roster stays, the spool is kept, and only the fingerprint lets it in."""

    async def run():
        live.start()
        async with seat(home) as (built, hand):
            done = await add_player(home)
            await built.uplink.holds(done.number, PATIENCE)
            await built.uplink.delivered(PATIENCE)
            live.end()
            shutil.rmtree(home.agent)
            shutil.rmtree(home.public)
            live.start()
            await until(lambda: "log-replaced" in issues(built))
            hand.run(1, account="root")
            await asyncio.sleep(0.1)
            hand.exit(1)
            hand.run(2, "teeworlds", account="root")
            assert [one.id for one in built.in_force.people.players] == ["an"]
            assert not await built.uplink.delivered(0.5)
            with pytest.raises(ApiError, match="another key"):
                built.repair.mend("00" * 32)
            card = await aask(home.agent_address, LogCard())
            built.repair.mend(card.fingerprint)
            await until(lambda: "log-replaced" not in issues(built))
            assert await built.uplink.delivered(PATIENCE)
            done = await aask(home.agent_address, PlayerAdd(name="An", account="root"))
            await built.uplink.holds(done.number, PATIENCE)
            limit = LimitSet(player="an", ms=0)
            await built.uplink.holds((await aask(home.agent_address, limit)).number, PATIENCE)
            hand.run(3, account="root")
            hand.exit(2)
            assert await built.uplink.delivered(PATIENCE)
            assert await asyncio.to_thread(verified, home) == 0

    asyncio.run(run())


# --- put back from a backup -------------------------------------------------------------------------------------------------


def put_back(home, backup, to, *parts):
    """While nobody runs there."""
    to.mkdir()
    with opened(backup) as held:
        restore(home, held, parts, to)


async def play(built, hand, pid):
    hand.run(pid, account="root")
    hand.exit(pid)
    assert await built.uplink.delivered(PATIENCE)


def test_whatever_is_put_back_works_and_the_log_is_honest(home, live, tmp_path):
    """Only the seat, only the agent, both: the seat goes on as a new one, with its own key, under the agent that it has; the
    agent says of what day it is."""

    async def run():
        live.start()
        async with seat(home) as (built, hand):
            done = await add_player(home)
            await built.uplink.holds(done.number, PATIENCE)
            await play(built, hand, 1)
            backup = await asyncio.to_thread(make, home, tmp_path, SystemClock().wall())
            former = built.uplink.seat
        for number, parts in enumerate((("daemon",), ("agent",), ("agent", "daemon"))):
            async with seat(home) as (built, hand):
                await play(built, hand, 2)
                await in_force(home, built, number)
            live.end()
            put_back(home, backup, tmp_path / str(number), *parts)
            live.start()
            async with seat(home) as (built, hand):
                assert built.uplink.seat != former
                former = built.uplink.seat
                await play(built, hand, 3)
                await in_force(home, built, 100 + number)
                assert issues(built) == []
            assert await asyncio.to_thread(verified, home) == 0
            lines = [line.entry for line in (await aask(home.agent_address, LogShow(last=500))).lines]
            assert sum('"kind":"restored"' in line for line in lines) == ("agent" in parts)
            counter = Counter(Period(date(2000, 1, 1), date(2999, 12, 31)))
            for index, data in enumerate(lines):
                counter.take(index, data.encode())
            begun = [json.loads(line) for line in lines if '"kind":"play.started"' in line]
            assert counter.finish().by("play")[()].n == len({(one["since"], one["game"]) for one in begun})
            enrolled = [line for line in lines if '"kind":"seat.enrolled"' in line]
            keys = [line.partition('"key":"')[2].partition('"')[0].split("+", 2)[2] for line in enrolled]
            assert len(keys) == len(set(keys)) == 3  # the agent's, and those of both seats

    asyncio.run(run())


async def in_force(home, built, minutes):
    """What is changed is."""
    done = await aask(home.agent_address, LimitSet(player="an", ms=60_000 * minutes))
    assert await built.uplink.holds(done.number, PATIENCE)


def test_a_seat_that_is_retired_says_so_and_can_be_a_new_one(home, live):
    """One Issue, at once; nothing more of it goes up. What a guardian makes of it is whole, and says which troubles go on.
    """

    async def run():
        live.start()
        async with seat(home) as (built, hand):
            done = await add_player(home)
            await built.uplink.holds(done.number, PATIENCE)
            await built.uplink.delivered(PATIENCE)
            built.health.report("gate-failed", trouble=True)
            former = built.uplink.seat
            assert await built.uplink.delivered(PATIENCE)
            await aask(home.agent_address, SeatRetire(seat=former, reporting=True))
            await until(lambda: "seat-retired" in issues(built))
            hand.run(1, account="root")
            hand.exit(1)
            assert not await built.uplink.delivered(0.5)
            assert issues(built) == ["gate-failed", "seat-retired"]
            built.repair.mend((await aask(home.agent_address, LogCard())).fingerprint)
            await until(lambda: issues(built) == ["gate-failed"])
            assert await built.uplink.delivered(PATIENCE)
        lines = (await aask(home.agent_address, LogShow(last=100))).lines
        told = [one for one in map(json.loads, (line.entry for line in lines)) if one["seat"] not in {"agent", former}]
        assert told[0]["follows"] == former
        raised = [one["id"] for one in told if one["kind"] == "issue.raised"]
        assert (raised.count("gate-failed"), raised.count("seat-retired")) == (1, 1)
        report = await asyncio.to_thread(told_by_verifier, home)
        assert (report["ok"], [one["what"] for one in report["findings"] if one["kind"] == "paired"]) == (True, [])

    asyncio.run(run())


@pytest.mark.promise("Agent and keys: A database that was put back to an older copy is noticed by the agent")
@pytest.mark.parametrize("part", ["agent", "daemon"])
def test_what_somebody_copied_back_is_mended_by_the_same_key(home, live, tmp_path, part):
    """Files put in their place by hand, as by an older image of the disk: a guardian who compared the key lets it in again."""

    async def run():
        live.start()
        async with seat(home) as (built, hand):
            done = await add_player(home)
            await built.uplink.holds(done.number, PATIENCE)
            await play(built, hand, 1)
            with ZipFile(await asyncio.to_thread(make, home, tmp_path, 1)) as file:
                file.extractall(tmp_path / "copy")
            await play(built, hand, 2)
            for minutes in (1, 3, 5):
                await in_force(home, built, minutes)
        if part == "agent":
            live.end()
        for path in (tmp_path / "copy" / part).glob("*.db"):
            for former in (home.root / part).glob(f"{path.name}*"):
                former.unlink()
            shutil.copyfile(path, home.root / part / path.name)
        if part == "agent":
            live.start()
        async with seat(home) as (built, hand):
            hand.run(3, account="root")
            hand.exit(3)
            wrong = {"agent": "log-replaced", "daemon": "agent-refuses"}[part]
            await until(lambda: wrong in issues(built))
            built.repair.mend((await aask(home.agent_address, LogCard())).fingerprint)
            await until(lambda: issues(built) == [])
            await play(built, hand, 4)
            await in_force(home, built, 2)
            assert await asyncio.to_thread(verified, home) == 0

    asyncio.run(run())
