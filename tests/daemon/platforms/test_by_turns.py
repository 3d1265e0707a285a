"""What takes long of one owner's files delays another's by one file at most, and takes nobody's place."""

from __future__ import annotations

import threading

import pytest

from daemon.platforms.by_turns import ByTurns


@pytest.fixture
def turns():
    made = ByTurns("test-turns", lambda: None)
    yield made
    made.shutdown()


def test_each_owner_has_a_turn(turns):
    """Twelve of one are there first; the other's one comes second."""
    begun, go, done = threading.Event(), threading.Event(), []

    def first():
        begun.set()
        go.wait(20)
        done.append("a")

    waiting = [turns.submit(first, 1)]
    assert begun.wait(20)
    waiting += [turns.submit(lambda: done.append("a"), 1) for _ in range(11)]
    waiting += [turns.submit(lambda: done.append("b"), 2)]
    assert (turns.waiting(1), turns.waiting(2), turns.waiting(3)) == (11, 1, 0)
    go.set()
    for one in waiting:
        one.result(20)
    assert done.index("b") <= 2
    assert done.count("a") == 12


def test_what_was_not_begun_is_cancelled_and_told(turns):
    """Whoever holds a file for it lets go of it."""
    begun, go, told = threading.Event(), threading.Event(), []
    running = turns.submit(lambda: (begun.set(), go.wait(20)), 1)
    assert begun.wait(20)
    left = [turns.submit(lambda: None, owner) for owner in (1, 2)]
    for one in left:
        one.add_done_callback(told.append)
    threading.Timer(0.05, go.set).start()
    turns.shutdown()
    assert [one.cancelled() for one in left] == [True, True]
    assert len(told) == 2
    assert running.done()


def test_an_error_is_told_to_who_asked(turns):
    """And the thread goes on."""
    with pytest.raises(ZeroDivisionError):
        turns.submit(lambda: 1 / 0).result(20)
    assert turns.submit(lambda: 3).result(20) == 3
