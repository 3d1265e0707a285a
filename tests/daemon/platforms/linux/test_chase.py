"""What had to be ended and went on in what it forked: ended as soon as that is told, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import deque

import pytest

from daemon.platforms.linux.watching.chase import Chase
from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.seen import image_of

GAME, PARENT = 4_000_001, 4_000_002  # no pids


class Clock:
    def __init__(self):
        self.now = 1_000

    def mono(self):
        return self.now


class Kernel:
    """Tells one thing each time, a millisecond after the other."""

    def __init__(self, clock, events):
        self.clock, self.events = clock, deque(events)

    def read(self, _most):
        self.clock.now += 1
        if self.events:
            yield self.events.popleft()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def chase(clock):
    return Chase(clock, lambda _: "an")


def sleeping():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


child, stranger = pytest.fixture(sleeping, name="child"), pytest.fixture(sleeping, name="stranger")


def forked(child, parent=GAME, mono=1_000):
    return Event("fork", child.pid, mono * 1_000_000, parent)


def lives(child):
    """SIGKILL takes a moment: a stranger's end is what is not to come, and comes at once if it does."""
    os.kill(child.pid, signal.SIGTERM)
    return child.wait() == -signal.SIGTERM


def test_what_it_forks_is_ended_and_so_is_what_that_forks(chase, child):
    chase.begin([GAME])
    assert chase.meet(Event("fork", PARENT, 10**9, GAME))
    assert chase.meet(forked(child, PARENT))
    assert child.wait() == -signal.SIGKILL


def test_what_nobody_came_to_end_is_left_alone(chase, child):
    assert not chase
    assert not chase.meet(forked(child))
    assert lives(child)


@pytest.mark.parametrize("before", [
    lambda chase, _: chase.meet(Event("exec", GAME, 10**9)),
    lambda chase, _: chase.meet(Event("fork", GAME, 10**9, 7)),
    lambda chase, _: chase.missed(),
    lambda _, clock: setattr(clock, "now", 3_000),
], ids=["it executed something", "its pid is another's", "something was not told", "long ago"])  # fmt: skip
def test_what_is_the_game_no_more_is_left_alone(chase, clock, child, before):
    chase.begin([GAME])
    before(chase, clock)
    assert not chase.meet(forked(child, mono=clock.now))
    assert lives(child)


def test_a_pid_of_long_ago_is_not_signalled(chase, clock, child):
    """Somebody else may have it by now; what it forks is ended all the same, should it be the same."""
    chase.begin([GAME])
    clock.now += 600
    assert chase.meet(forked(child, mono=1_000))
    assert lives(child)


def test_a_sibling_is_known_by_its_executable(chase, child, stranger):
    """Of its parent's children only those that execute the same, and are the same account's: its parent may be another's."""
    chase.begin([GAME], PARENT, image_of(stranger.pid), "binh")
    assert not chase.meet(forked(stranger, PARENT))
    assert lives(stranger)
    chase.begin([GAME], PARENT, image_of(child.pid), "an")
    assert not chase.meet(Event("fork", os.getpid(), 10**9, PARENT))
    assert chase.meet(forked(child, PARENT))
    assert child.wait() == -signal.SIGKILL


def test_it_goes_on_as_long_as_some_come(chase, clock, child):
    """What came and went meanwhile is told nobody; what may be left is, as what it came from; and so is all that is others'."""
    chase.begin([GAME])
    first, second, others = 4_000_010, 4_000_011, Event("exec", 7, 10**9)
    kernel = Kernel(clock, [
        Event("fork", first, 10**9, GAME), Event("exit", GAME, 10**9), others, Event("fork", second, 10**9, first),
        Event("exit", first, 10**9), forked(child, second), Event("exit", second, 10**9),
    ])  # fmt: skip
    heard = deque()
    chase.run(kernel, heard)
    assert list(heard) == [Event("exit", GAME, 10**9), others, forked(child)]
    assert child.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("since", "listens"), [(199, True), (201, False)])
@pytest.mark.parametrize("last", ["somebody came", "it forked"])
def test_it_listens_while_any_came_lately(chase, clock, last, since, listens):
    """For the first that comes it may be too late when woken; but mostly none does, and a busy PC tells of much else."""
    chase.begin([GAME])
    if last == "it forked":
        clock.now += 500
        assert chase.meet(forked(Event("fork", PARENT, 0), mono=1_000))
    clock.now += since
    kernel, heard = Kernel(clock, [others := Event("exec", 7, 10**9)]), deque()
    before = clock.now
    chase.run(kernel, heard)
    assert list(heard) == [others]
    assert (clock.now - before >= 10) is listens


def test_what_waits_is_drained_before_anything_is_made_of_it(chase, clock, child):
    """Also when nothing is listened for: what is made of each takes its time."""
    chase.begin([GAME])
    clock.now += 300
    others = [Event("exec", 7, 10**9)] * 300
    waiting, heard = deque([*others, forked(child, mono=1_300)]), deque()

    class Waiting:
        @staticmethod
        def read(most):
            clock.now += 1
            for _ in range(min(most, len(waiting))):
                yield waiting.popleft()

    chase.run(Waiting, heard)
    assert list(heard) == [*others, forked(child, mono=1_300)]
    assert child.wait() == -signal.SIGKILL


def test_what_it_executes_is_told_as_what_it_was_before(chase, clock):
    chase.begin([GAME])
    heard = deque()
    chase.run(Kernel(clock, [Event("fork", PARENT, 10**9, GAME), Event("exec", PARENT, 10**9)]), heard)
    assert list(heard) == [Event("fork", PARENT, 10**9, GAME), Event("exec", PARENT, 10**9)]


def test_what_was_heard_before_it_had_to_be_ended_is_sorted_too(chase, clock, child):
    """Else whoever looks at each of it comes later and later."""
    heard = deque([Event("fork", PARENT, 10**9, GAME), Event("exit", GAME, 10**9), forked(child, PARENT)])
    chase.begin([GAME])
    chase.run(Kernel(clock, [Event("exit", PARENT, 10**9)]), heard)
    assert list(heard) == [Event("exit", GAME, 10**9), forked(child)]
    assert child.wait() == -signal.SIGKILL


def test_after_a_loss_it_is_known_by_its_executable_and_account(clock, child, stranger):
    """Whoever forked it: who its parent was may never be told."""
    chase = Chase(clock, {child.pid: "an", stranger.pid: "ba"}.get)
    chase.begin([GAME], PARENT, image_of(child.pid), "an")
    chase.missed()
    assert not chase.meet(forked(stranger, 7))
    assert chase.meet(forked(child, 7))
    assert child.wait() == -signal.SIGKILL
    assert lives(stranger)


def test_after_a_loss_nobody_is_known_for_ever(clock, child):
    """Nor looked up: whatever forks on this PC would cost that."""
    asked = []
    chase = Chase(clock, asked.append)
    chase.begin([GAME], PARENT, image_of(child.pid), "an")
    chase.missed()
    clock.now += 2_000
    assert not chase.meet(forked(child, 7, mono=clock.now))
    assert (lives(child), asked) == (True, [])
