"""While very many events come they are read by the hundred, and a PC on which little happens notices nothing of that."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from daemon.platforms.linux.watching.chase import Chase
from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.events import Events
from daemon.platforms.linux.watching.rest import REST_S, Rest


@pytest.mark.parametrize(
    ("events", "every_ms", "rests"),
    [(3, 100, False), (3, 20, False), (60, 1000, False), (3, 1, True), (30, 10, True), (256, 60_000, True)],
)
def test_only_a_storm_is_rested_in(events, every_ms, rests):
    """Ten programs a second, fifty, a burst; a thousand a second."""
    rest = Rest()
    assert any(rest.needed(events, number * every_ms) for number in range(200)) is rests


def test_a_storm_is_soon_forgotten():
    """However long it was."""
    rest = Rest()
    for now in range(10_000):
        stormy = rest.needed(100, now)
    assert stormy
    assert not rest.needed(3, 10_600)


class Kernel:
    """As Connector and as the loop: counts how often it is listened to anew."""

    def __init__(self):
        self.now, self.events, self.drained = 0, 0, True
        self.listening, self.later = True, []

    def mono(self):
        return self.now

    def read(self, most):
        for _ in range(min(most, self.events)):
            self.events -= 1
            yield Event("exec", 1, 0)

    def fileno(self):
        return 7

    def add_reader(self, *_):
        self.listening = True

    def remove_reader(self, _):
        self.listening = False

    def call_later(self, seconds, *call):
        self.later.append((self.now + seconds * 1000, *call))


class Tracker:
    chase = Chase(SimpleNamespace(mono=lambda: 1), lambda _: None)
    executed = settled = staticmethod(lambda *_: None)


def reads_for(starts, every_ms):
    """How often somebody has to read when a program starts every so many milliseconds, and how much is unread at last."""
    kernel = Kernel()
    events = Events(Tracker(), kernel, None, None, None)
    events._loop = events._connector = kernel
    reads = 0
    for _ in range(starts * every_ms if every_ms else starts):
        kernel.now += 1
        kernel.events += not every_ms or kernel.now % every_ms == 0
        due = [one for one in kernel.later if one[0] <= kernel.now]
        kernel.later = [one for one in kernel.later if one[0] > kernel.now]
        for _, call, *args in due:
            reads += 1
            call(*args)
        if kernel.listening and kernel.events:
            reads += 1
            events._read()
    kernel.now += round(REST_S * 1000)
    for _, call, *args in tuple(kernel.later):
        call(*args)
    return reads, kernel.events


def test_few_starts_are_each_read_at_once():
    """Fifty times a second."""
    assert reads_for(500, 20) == (500, 0)


def test_many_starts_interrupt_nobody_each():
    """A thousand a second are read two hundred times, and all of them."""
    reads, left = reads_for(4_000, 1)
    assert left == 0
    assert reads < 1_200
