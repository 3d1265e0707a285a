"""A loop that does not come round any more ends the daemon, and nothing else does."""

from __future__ import annotations

import asyncio
import threading

from daemon.running.lifeline import lifeline

BEAT_S = 0.005
LIMIT_MS = 60_000


def ended_after(clock, happens):
    """Whether the daemon is ended when `happens(beats)` came between two beats, on the loop's thread."""
    ended = threading.Event()

    async def body():
        with lifeline(clock, BEAT_S, LIMIT_MS, ended.set):
            await asyncio.sleep(4 * BEAT_S)
            happens(ended)
            await asyncio.sleep(8 * BEAT_S)

    asyncio.run(body())
    return ended.is_set()


def test_a_loop_that_is_stuck_is_ended(clock):
    """It takes no more part in it."""

    def stuck(ended):
        clock.run(LIMIT_MS + 1)
        assert ended.wait(20)

    assert ended_after(clock, stuck)


def test_a_pc_that_slept_is_none(clock):
    assert not ended_after(clock, lambda _: clock.sleep(10 * LIMIT_MS))


def test_a_loop_that_comes_round_lives(clock):
    assert not ended_after(clock, lambda _: clock.run(LIMIT_MS - 1))
