"""The gate's thread proves that process events come, so that the loop sleeps; when it cannot, the loop proves it at once."""

from __future__ import annotations

import asyncio
import errno
import threading

import pytest

from daemon.platforms.api import WatchTrouble
from daemon.platforms.linux.calls import OwnName
from daemon.platforms.linux.gate import proof, watchdog
from daemon.platforms.linux.gate.execgate import ExecGate
from daemon.platforms.linux.gate.proof import Proof
from daemon.platforms.linux.watching import connector, events, silence
from daemon.platforms.linux.watching.connector import Connector, OwnNames


class Line:
    """A line to a kernel that tells of names, or does not."""

    def __init__(self):
        self.tells, self.asked = True, []

    def told(self, since):
        self.asked.append(since)
        return self.tells

    def close(self):
        pass


class Clock:
    now = 0

    def mono(self):
        return self.now


@pytest.fixture
def line(monkeypatch):
    found = Line()
    monkeypatch.setattr(proof, "OwnNames", lambda: found)
    return found


def test_it_proves_every_two_seconds_however_often_it_is_looked_at(line):
    """Of a minute in which the gate is asked a hundred times a second, thirty moments."""
    clock, told = Clock(), []
    found = Proof(clock, told.append)
    for clock.now in range(10_000, 70_000, 10):
        found.look()
        assert 0 < found.wait(60_000) <= 2_000
    assert line.asked == [moment * 1_000_000 for moment in range(10_000, 70_000, 2_000)]
    assert told == [True]


def test_a_gate_that_nobody_asks_wakes_for_the_proof_alone(line):
    """It beats then, too: no more than thirty times a minute, and in time for the watchdog even if one comes late."""
    clock, wakes = Clock(), 0
    found = Proof(clock, lambda _: None)
    while clock.now < 60_000:
        found.look()
        clock.now += found.wait(watchdog.BEAT_MS)
        wakes += 1
    assert wakes == len(line.asked) == 30
    assert 2 * proof.EVERY_MS < watchdog.LIMIT_MS


def test_only_what_has_changed_is_told(line):
    clock, told = Clock(), []
    found = Proof(clock, told.append)
    for tells in (True, True, False, False, False, True):
        line.tells = tells
        found.look()
        clock.now += proof.EVERY_MS
    assert told == [True, False, True]


def test_without_a_line_it_proves_nothing_and_says_so_once(monkeypatch):
    """As in a container; the gate beats as it did."""

    def none():
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(proof, "OwnNames", none)
    clock, told = Clock(), []
    found = Proof(clock, told.append)
    for clock.now in range(0, 10_000, 1_000):
        found.look()
    assert told == [False]
    assert found.wait(watchdog.BEAT_MS) == watchdog.BEAT_MS
    found.close()


# --- the real thing -----------------------------------------------------------------------------------------------------------


@pytest.mark.root
def test_who_hears_its_own_names_is_told_of_nothing_else():
    """As long as anybody listens; who does not listen itself changes nothing of what the kernel tells."""
    other = Connector()
    names, name = OwnNames(), OwnName()
    try:
        assert not names.told(0)
        thread = threading.Thread(target=lambda: OwnName().again())
        thread.start()
        thread.join()
        assert not names.told(0)
        name.again()
        assert names.told(0)
        name.again()
        assert not names.told(1 << 62)  # one of before is no proof of now
        names.close()
        name.again()
        assert sum(event.kind == "named" for event in other.read(100_000)) == 3
    finally:
        names.close()
        other.close()


@pytest.fixture
def told(monkeypatch):
    """`told(False)`: the gate's thread hears nothing any more. It proves ten times a second, and nobody is alert for long:
    there may be others on this machine who listen, and begin to.
    """
    real = OwnNames.told
    monkeypatch.setattr(proof, "EVERY_MS", 100)
    monkeypatch.setattr(silence, "_USUAL_S", 0.1)
    monkeypatch.setattr(events, "_ALERT_MS", 100)
    monkeypatch.setattr(events, "_ALERT_S", 0.2)
    return lambda on: monkeypatch.setattr(connector.OwnNames, "told", real if on else lambda *_: False)


def rests(watcher):
    """Whether the loop leaves the proof to the gate, for longer than it ever would by itself."""
    timer = watcher._events._timer
    return isinstance(timer, asyncio.TimerHandle) and timer.when() - asyncio.get_running_loop().time() > 3


def silent(seen):
    return [one for one in seen if isinstance(one, WatchTrouble) and one.id == "events-silent"]


@pytest.mark.root
def test_the_loop_rests_while_the_gate_proves(watching, until, gate_folder, told):
    """Where the gate hears nothing the loop asks by itself: if it hears, nothing is wrong, and it goes on every two seconds
    until the gate does again; if it hears nothing either, that is told at once.
    """
    seen = []

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            await until(lambda: rests(watcher))
            told(False)
            await until(lambda: not rests(watcher))
            await until(lambda: not watcher._events._alert and watcher._events._silence._heard)
            assert silent(seen) == []
            told(True)
            await until(lambda: rests(watcher))

    asyncio.run(body())


@pytest.mark.root
def test_the_loop_proves_where_no_gate_does(watching, until, gate_folder, told, monkeypatch):
    """Without one, and as soon as it is over: closed, or broken."""
    seen = []

    async def body():
        async with watching(seen) as watcher:
            assert not rests(watcher)
        async with watching(seen, (str(gate_folder),)) as watcher:
            await until(lambda: rests(watcher))
            monkeypatch.setattr(ExecGate, "_serve", lambda *_: 1 / 0)
            monkeypatch.setattr(Proof, "look", lambda _: 1 / 0)
            await until(lambda: watcher.kind == "events")
            await until(lambda: not rests(watcher))

    asyncio.run(body())


@pytest.mark.root
def test_who_speaks_to_the_kernel_while_the_loop_rests(watching, until, gate_folder, told, monkeypatch):
    """It may have silenced it for a moment: what runs is looked at, and once more soon, not when the loop would have asked."""
    seen, looks = [], []

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            await until(lambda: rests(watcher) and not watcher._events._alert)
            monkeypatch.setattr(watcher._poller, "look_at_all", lambda **_: looks.append(rests(watcher)))
            Connector().close()
            await until(lambda: len(looks) >= 2)
            assert looks[0] is False
            await until(lambda: rests(watcher))

    asyncio.run(body())
