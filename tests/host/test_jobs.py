"""Jobs that come by themselves, by the real scheduler and a clock that is set."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from host.clock import wall
from host.jobs import Jobs
from tests.system import PATIENCE

BACK = timedelta(hours=3)


@pytest.mark.parametrize("by", [BACK, -BACK], ids=["back", "forth"])
def test_a_clock_that_was_set_delays_nothing(monkeypatch, by):
    """It comes again before the clock says what it did."""
    off = timedelta()

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - off

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    came = []

    async def job():
        came.append(Clock.now(UTC))

    async def until(condition):
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.01)

    async def body():
        nonlocal off
        made = Jobs(lambda: wall() - round(off.total_seconds() * 1_000), look=0.05)
        made.every(0.02, job)
        failed = made.start()
        await until(lambda: came)
        off = by
        before = Clock.now(UTC)
        await until(lambda: before <= came[-1] <= before + timedelta(hours=1))
        count = len(came)
        await until(lambda: len(came) > count + 2)
        made.stop()
        assert not failed.done()

    asyncio.run(body())
