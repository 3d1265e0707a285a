"""What the service manager is told: that we are ready, and that loop and gate come round."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest

from daemon.wiring import Daemon
from tests.system import PATIENCE


@pytest.fixture
def told(tmp_path, monkeypatch):
    """`told()`: all that the manager has heard since it was asked last."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as line:
        line.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")

        def heard():
            found = []
            with suppress(BlockingIOError):
                while True:
                    found.append(line.recv(100).decode())
            return found

        yield heard


def test_a_gate_that_hangs_gives_no_sign_of_life(world, told, until):
    """The loop comes round all the same. Once the gate does so again, there is one again."""
    world.daemon = Daemon(world.home, world.clock, world.platform.parts)
    turns, beat = [], world.daemon.heart.beat
    world.daemon.heart.beat = lambda: (turns.append(1), beat())[1]

    async def body():
        run = asyncio.create_task(world.daemon.run(lambda _: None, lambda _: None))
        heard = []
        await until(lambda: heard.extend(told()) or {"READY=1", "WATCHDOG=1"} <= set(heard))
        world.platform.healthy = False
        told()
        turns.clear()
        await until(lambda: len(turns) > 5)
        assert told() == []
        world.platform.healthy = True
        await until(lambda: "WATCHDOG=1" in told())
        run.cancel()
        await asyncio.wait([run], timeout=PATIENCE)

    asyncio.run(body())
    assert told()[-1:] == ["STOPPING=1"]
