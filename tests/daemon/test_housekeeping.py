"""Housekeeping by the real scheduler: it runs where the seat's database was opened, and an error of it is not swallowed."""

import asyncio

import pytest

from daemon.housekeeping import schedule
from tests.daemon.world import roster


async def nothing():
    pass


async def until(condition):
    """Waits until it holds, for ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def test_the_rows_of_a_play_are_written_by_the_minute(world):
    """A power cut after this costs only what came later: the play's row says how far it had come."""
    world.start(roster())
    world.platform.run(100)
    world.clock.run(30_000)

    async def some_minutes():
        scheduler, failed = schedule(world.seat.minute, nothing, every=0.02)
        await until(lambda: failed.done() or any(row.ms >= 30_000 for row in world.parts.store.plays(world.clock.wall())))
        scheduler.shutdown(wait=False)
        assert not failed.done()

    asyncio.run(some_minutes())
    assert world.parts.recorder.lost == 0


def test_an_error_is_told():
    async def some_minutes():
        scheduler, failed = schedule(lambda: 1 // 0, nothing, every=0.02)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(failed, 10)
        scheduler.shutdown(wait=False)

    asyncio.run(some_minutes())


def test_signs_of_life_come_from_the_loop_itself():
    """A loop that hangs gives none, so that the service's watchdog bites."""
    signs = []

    async def some_minutes():
        scheduler, _ = schedule(lambda: None, nothing, beat=lambda: signs.append(asyncio.get_running_loop()), beats=0.02)
        await until(lambda: signs)
        scheduler.shutdown(wait=False)
        assert signs[0] is asyncio.get_running_loop()

    asyncio.run(some_minutes())
