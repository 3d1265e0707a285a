"""A loop that does not come round any more ends the daemon, and nothing else does."""

from __future__ import annotations

import threading

from daemon.loop import LONGEST_WAIT_MS
from daemon.running.run import _LIMIT_MS, lifeline

LOOK_S = 0.005
LIMIT_MS = 60_000


def ended_after(clock, happens, beats=2):
    """Whether the daemon is ended when `happens()` came between two beats, or before a loop that comes round no more."""
    ended = threading.Event()
    with lifeline(clock, LOOK_S, LIMIT_MS, ended.set) as beat:
        beat()
        happens()
        for _ in range(beats - 1):
            beat()
        return ended.wait(20 if beats == 1 else 8 * LOOK_S)


def test_a_loop_that_is_stuck_is_ended(clock):
    assert ended_after(clock, lambda: clock.run(LIMIT_MS + 1), beats=1)


def test_a_pc_that_slept_is_none(clock):
    assert not ended_after(clock, lambda: clock.sleep(10 * LIMIT_MS))


def test_a_loop_that_comes_round_lives(clock):
    assert not ended_after(clock, lambda: clock.run(LIMIT_MS - 1))


def test_the_heart_beats_often_enough():
    """Whatever the loop waits for: two beats within the limit."""
    assert 2 * LONGEST_WAIT_MS <= LIMIT_MS == _LIMIT_MS
