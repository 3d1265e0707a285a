"""Jobs that come by themselves, by the real scheduler and a clock that is set."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from host.clock import wall
from host.jobs import Jobs
from tests.system import PATIENCE

BACK = timedelta(hours=3)


class Set(datetime):
    """The PC's clock, `off` by so much; how often it was `asked` for a moment of it."""

    off = timedelta()
    asked = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.off

    @classmethod
    def fromtimestamp(cls, stamp, tz=None):
        cls.asked += 1
        return datetime.fromtimestamp(stamp, tz)


@pytest.fixture
def clock(monkeypatch):
    made = type("Clock", (Set,), {})
    for name in ("schedulers.base", "triggers.interval"):
        monkeypatch.setattr(f"apscheduler.{name}.datetime", made)
    return made


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("by", [-BACK, BACK], ids=["back", "forth"])
def test_a_clock_that_was_set_delays_nothing(clock, by):
    """It comes again before the clock says what it did."""
    came = []

    async def job():
        came.append(clock.now(UTC))

    async def body():
        made = Jobs(lambda: wall() + round(clock.off.total_seconds() * 1_000), look=0.05)
        made.every(0.02, job)
        failed = made.start()
        await until(lambda: came)
        clock.off = by
        before = clock.now(UTC)
        await until(lambda: before <= came[-1] <= before + timedelta(hours=1))
        count = len(came)
        await until(lambda: len(came) > count + 2)
        made.stop()
        assert not failed.done()

    asyncio.run(body())


def test_what_a_clock_that_was_set_forth_has_passed_is_not_walked_through(clock):
    """A PC that begins in 1970 until it knows the time: half a century of minutes would take minutes, and a GiB."""
    came = []

    async def job():
        came.append(clock.now(UTC))

    async def body():
        made = Jobs()
        made.every(0.05, job)
        made.start()
        await until(lambda: came)
        clock.off, clock.asked = timedelta(minutes=10), 0
        count = len(came)
        await until(lambda: len(came) > count + 2)
        made.stop()
        assert clock.asked < 100

    asyncio.run(body())
