"""What the exception handler of a server's event loop logs, and for how long it is remembered."""

from __future__ import annotations

import asyncio

import pytest

from host.internal_errors import HOUR_MS, InternalErrors


def one():
    raise RuntimeError("one")


def other():
    raise RuntimeError("other")


def test_each_place_is_logged_once_an_hour(make_clock, caplog: pytest.LogCaptureFixture) -> None:
    clock, raised = make_clock(), []
    errors = InternalErrors(clock, lambda: raised.append(None))

    async def run(*calls):
        errors.install()
        for call in calls:
            asyncio.get_running_loop().call_soon(call)
        await asyncio.sleep(0.01)

    assert not errors.lately()
    asyncio.run(run(one, one, other, one))
    assert [record.exc_info[1].args for record in caplog.records] == [("one",), ("other",)]
    assert (len(raised), errors.lately()) == (4, True)
    clock.run(HOUR_MS)
    assert not errors.lately()
    asyncio.run(run(one))
    assert len(caplog.records) == 3
