"""What the gate let become a game is looked at a few times, however often the gate is asked about it."""

from __future__ import annotations

import heapq
from itertools import count

import pytest

from daemon.platforms.linux.gate.handing import MOST, MOST_OF_ALL, Lets, Shares
from daemon.platforms.linux.watching.looks import LET_MS, Looks
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.seen import image_of
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game

AN, BINH = 1000, 1001
GAME = Fingerprint("/opt/chess", 1)


class Timers:
    """A loop's timers, on a clock that moves from one to the next."""

    def __init__(self, clock):
        self.clock, self._due, self._number = clock, [], count()

    def later(self, seconds, call, *args):
        heapq.heappush(self._due, (self.clock.mono() + round(seconds * 1000), next(self._number), call, args))

    def run(self, ms):
        until = self.clock.mono() + ms
        while self._due and self._due[0][0] <= until:
            at, _, call, args = heapq.heappop(self._due)
            self.clock.run(max(0, at - self.clock.mono()))
            call(*args)
        self.clock.run(max(0, until - self.clock.mono()))


@pytest.fixture
def timers(clock):
    return Timers(clock)


@pytest.fixture
def looked(clock, timers):
    """`looked(cost=…)`: Looks of which each takes so long, and the pids that were looked at."""

    def make(cost=0):
        pids = []

        def look(let):
            pids.append(let.pid)
            clock.run(cost)

        return Looks(clock, lambda uid, _: str(uid), lambda *_: False, look, timers.later), pids

    return make


def test_who_is_let_is_looked_at_three_times(looked, timers, clock):
    looks, pids = looked()
    looks.add(Started(7, AN, GAME, clock.mono()))
    timers.run(5_000)
    assert pids == [7] * 3


def test_who_is_let_again_and_again_is_looked_at_no_more_often(looked, timers, clock):
    """And is looked at for as long as after the first time once that is over."""
    looks, pids = looked()
    for _ in range(10_000):
        looks.add(Started(7, AN, GAME, clock.mono()))
        timers.run(1)
    assert 0 < len(pids) <= 3 + 10_000 // 400
    last = len(pids)
    timers.run(LET_MS + 500)
    assert len(pids) > last
    last = len(pids)
    timers.run(60_000)
    assert len(pids) == last


def test_an_account_s_looks_take_a_tenth_of_the_loop_s_time(looked, timers, clock):
    """However many processes it makes; another's are made meanwhile."""
    looks, pids = looked(cost=5)
    for number in range(10_000):
        looks.add(Started(10 + number, AN, GAME, clock.mono()))
        if number % 1000 == 0:
            looks.add(Started(7, BINH, GAME, clock.mono()))
        timers.run(1)
    assert 5 * (len(pids) - pids.count(7)) <= 100 + 0.1 * 13_000 + 50
    assert pids.count(7) >= 10


def test_what_runs_as_before_is_not_read_again(programs, launcher, gate_folder, make_game, clock, timers, monkeypatch):
    """An executable that is no game is read once at the most, as long as it is not another; the game once it is one."""
    path, chess = make_game(gate_folder, "chess")
    pid = launcher("start", args=["/bin/sleep", "60"])["pid"]
    reads, read = [], type(programs).read
    monkeypatch.setattr(type(programs), "read", lambda *args, **more: reads.append(args[1]) or read(*args, **more))
    tracker = LinuxTracker(programs, SystemClock())
    tracker.catalogue = Catalogue([chess, Game(id="other", title="", names=("other",))])
    told = []
    tracker.start(told.append)
    tracker._looks._clock, tracker._looks._later = clock, timers.later
    let = Started(pid, 0, Fingerprint(str(path), path.stat().st_size), clock.mono(), 0, (1, 1))
    for _ in range(100):
        tracker.let(let)
        timers.run(100)
    assert (reads, told) == ([pid], [])
    tracker.appeared(pid)
    reads.clear()
    assert tracker._known[pid].image == image_of(pid)
    tracker.let(let)
    timers.run(5_000)
    assert reads == []
    tracker.stop()
    launcher("finish", pid=pid)


def test_all_numbers_together_have_a_share():
    """Whoever has a world of numbers gets no more of the loop by them."""
    shares = Shares()
    taken = [number for number in range(10 * MOST) for _ in range(MOST) if shares.take(number)]
    assert len(taken) == MOST_OF_ALL
    shares.give(taken[0])
    assert shares.take(10**6)


def test_what_was_too_much_is_looked_for_seldom(clock, timers):
    """As long as that takes ten times as long goes by until it is done once more."""
    looks = []

    def missed():
        looks.append(clock.mono())
        clock.run(300)

    lets = Lets(clock, lambda call, *args: call(*args), timers.later, lambda _: None, missed)
    for _ in range(10_000):
        for _ in range(3):
            lets.take(Started(7, AN, GAME, clock.mono()))
        timers.run(1)
    assert 2 <= len(looks) <= 5
