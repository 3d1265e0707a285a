"""PINs are checked while the gate is up, when the daemon may start no program; and nothing of it stays in memory."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress

import psutil
import pytest

from cli.given.proving import hashed
from daemon.platforms.linux import spawning
from daemon.platforms.linux.ending.asker import Asker, ForkedPins
from daemon.platforms.pins import UncheckedError
from tests.system import until

HASH = hashed("4711")
SLACK = 4 << 20


@pytest.fixture
def asker():
    one = Asker()
    one.start()
    gate = object()
    spawning.forbid(gate)
    yield one
    spawning.permit(gate)
    one.close()


def errands(asker) -> int:
    return asker.process.pid


def rss(pid) -> int:
    return psutil.Process(pid).memory_info().rss


def children(pid) -> list[psutil.Process]:
    return psutil.Process(pid).children()


def told(pid) -> set[str]:
    """What the arguments of its children are."""
    found = set()
    for child in children(pid):
        with suppress(psutil.NoSuchProcess):  # it ended just now
            found.add(" ".join(child.cmdline()))
    return found


def test_it_is_known_though_no_program_may_be_started(asker):
    pins = ForkedPins(asker)
    assert asyncio.run(pins.matches(HASH, "4711"))
    assert not asyncio.run(pins.matches(HASH, "4712"))


def test_what_is_no_hash_is_no_answer(asker):
    """And the next one has one."""
    with pytest.raises(UncheckedError):
        asyncio.run(ForkedPins(asker).matches("4711", "4711"))
    assert asyncio.run(ForkedPins(asker).matches(HASH, "4711"))


def test_nobody_to_ask_is_no_answer(asker):
    """Neither right nor wrong, and at once."""
    os.kill(errands(asker), signal.SIGKILL)
    asker.process.wait()
    for _ in range(2):
        with pytest.raises(UncheckedError):
            asyncio.run(ForkedPins(asker).matches(HASH, "4711"))


def test_it_costs_nobody_memory_for_long(asker, soak):
    """64 MiB for each check are back after it, here and there; no child is left."""
    pins = ForkedPins(asker)
    asyncio.run(pins.matches(HASH, "4711"))
    before = rss(os.getpid()), rss(errands(asker))
    for _ in range(soak(4, 50)):
        asyncio.run(pins.matches(HASH, "0000"))
    after = rss(os.getpid()), rss(errands(asker))
    assert all(now - then < SLACK for then, now in zip(before, after, strict=True)), (before, after)
    until(lambda: not children(errands(asker)))


@pytest.mark.promise("PINs and codes: A PIN is no argument of a process")
def test_the_pin_stands_in_no_arguments(asker):
    """Of no process, while it is checked."""

    async def look():
        check = asyncio.ensure_future(ForkedPins(asker).matches(HASH, "48151623"))
        seen = set()
        end = time.monotonic() + 30
        while not check.done():
            assert time.monotonic() < end
            seen |= told(errands(asker))
            await asyncio.sleep(0.001)
        return seen, await check

    seen, right = asyncio.run(look())
    assert not right
    assert seen
    assert not any("48151623" in one or "argon2id" in one for one in seen)
