"""Housekeeping by the real scheduler: it runs in the agent's own thread, and an error of it is not swallowed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from agent.housekeeping import schedule
from tests.system import PATIENCE


async def nothing():
    pass


async def fail():
    raise ZeroDivisionError


def test_jobs_run_where_the_databases_were_opened():
    """sqlite3's connections belong to one thread."""
    ticked = []

    async def body():
        found = asyncio.Event()

        async def tick():
            ticked.append(threading.current_thread())
            found.set()

        jobs = schedule(tick, nothing, nothing, nothing, every=0.02)
        failed = jobs.start()
        async with asyncio.timeout(PATIENCE):
            await found.wait()
        jobs.stop()
        assert not failed.done()

    asyncio.run(body())
    assert ticked[0] is threading.current_thread()


def test_an_error_is_told():
    """Whoever waits for the future ends the agent by it."""

    async def body():
        jobs = schedule(fail, nothing, nothing, nothing, every=0.02)
        failed = jobs.start()
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(failed, PATIENCE)
        jobs.stop()

    asyncio.run(body())
