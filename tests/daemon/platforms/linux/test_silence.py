"""Whoever silences process events blinds nobody: they are proved to come, and what they do not tell is looked for."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals, WatchTrouble
from daemon.platforms.linux import calls
from daemon.platforms.linux.gate import proof
from daemon.platforms.linux.watching import connector, events, silence
from daemon.platforms.linux.watching.connector import Connector
from daemon.platforms.linux.watching.passed import Started
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.silence import Silence
from rules.games import Catalogue, Fingerprint, Game
from tests import system

NOTHING = (0x06, 0, 0, 0)  # BPF: let nothing through
MACHINE_WIDE = pytest.mark.skipif(not system.SOAK, reason="blinds every program on this machine that listens")


def troubles(seen, id_="events-silent"):
    return [one.over for one in seen if isinstance(one, WatchTrouble) and one.id == id_]


def told(seen, pid):
    """What of this program was told, in order."""
    mine = {ProgramStarted: lambda one: one.program.pid, ProgramEnded: lambda one: one.pid}
    return [type(one).__name__ for one in seen if type(one) in mine and mine[type(one)](one) == pid]


def games(seen, pid, game):
    """How often this process was told to be the game."""
    catalogue = Catalogue([game])
    mine = [one.program for one in seen if isinstance(one, ProgramStarted) and one.program.pid == pid]
    return sum(catalogue.recognise(program) is not None for program in mine)


@pytest.fixture
def impatient(monkeypatch):
    """Asks more often, and is sooner content."""
    monkeypatch.setattr(silence, "_USUAL_S", 0.1)
    monkeypatch.setattr(proof, "EVERY_MS", 100)
    monkeypatch.setattr(silence, "_SOUND_MS", 200)


@pytest.fixture
def deaf(monkeypatch, impatient):
    """`deaf(watcher)`: no socket of ours hears the kernel any more; `deaf(watcher, False)`: the next one does."""
    real, told = connector._filter, connector.OwnNames.told

    def set_(watcher, on=True):
        monkeypatch.setattr(connector, "_filter", (lambda *_, **__: [NOTHING]) if on else real)
        monkeypatch.setattr(connector.OwnNames, "told", (lambda *_: False) if on else told)
        if on:
            watcher._events._want()

    return set_


@pytest.fixture
def game(make_game, open_folder):
    return make_game(open_folder, "chess")


@pytest.mark.root
def test_silent_events_are_told_and_made_up_for(watching, until, launcher, game, deaf):
    """An Issue; programs are looked at and told; when events come again the Issue is over, and they tell."""
    path, chess = game
    seen = []

    async def play():
        pid = (await launcher.aside("start", args=[str(path), "60"]))["pid"]
        await until(lambda: games(seen, pid, chess))
        launcher("finish", pid=pid)
        await until(lambda: told(seen, pid)[-1] == "ProgramEnded")
        assert games(seen, pid, chess) == 1  # one who looks may see the process before it is the game, too

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            await play()
            deaf(watcher)
            await until(lambda: troubles(seen) == [False])
            await play()
            assert troubles(seen) == [False]
            deaf(watcher, False)
            await until(lambda: troubles(seen) == [False, True])
            await play()

    asyncio.run(body())


@pytest.mark.root
def test_a_socket_that_is_deaf_is_replaced(watching, until, impatient):
    """Without anybody's doing: the new one hears."""
    seen = []

    async def body():
        async with watching(seen) as watcher:
            old = watcher._events._connector
            old._socket.setsockopt(socket.SOL_SOCKET, connector._SO_ATTACH_FILTER, only(NOTHING))
            await until(lambda: troubles(seen) == [False, True])
            assert watcher._events._connector is not old

    asyncio.run(body())


def only(*instructions):
    code = ctypes.create_string_buffer(b"".join(connector._INSTRUCTION.pack(*one) for one in instructions))
    only.kept = code  # the kernel reads it where it lies
    return struct.pack("@HP", len(instructions), ctypes.addressof(code))


@pytest.mark.root
def test_who_starts_among_silence_hears_of_it(watching, until, impatient, monkeypatch):
    """What was done to the kernel outlives the daemon."""
    seen = []

    async def body():
        with monkeypatch.context() as patch:
            patch.setattr(connector, "_filter", lambda *_, **__: [NOTHING])
            async with watching(seen) as watcher:
                await until(lambda: troubles(seen) == [False])
                assert watcher.kind == "events"
                patch.undo()
                await until(lambda: troubles(seen) == [False, True])

    asyncio.run(body())


@pytest.mark.root
def test_events_that_come_raise_no_issue(watching, until, impatient, launcher):
    """Many proofs, many programs, no Issue."""
    seen, asked = [], []

    async def body():
        async with watching(seen) as watcher:
            ask = watcher._events._silence.ask
            watcher._events._silence = Counting(ask, asked)
            for _ in range(5):
                await launcher.aside("run", args=["/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do /bin/true; done"])
            await until(lambda: len(asked) > 5)
            assert troubles(seen) == []

    asyncio.run(body())


class Counting(Silence):
    def __init__(self, _, asked):
        super().__init__()
        self.times = asked

    def ask(self, now):
        self.times.append(now)
        super().ask(now)


@pytest.mark.root
@pytest.mark.parametrize("silent", [False, True])
def test_a_game_that_the_gate_let_is_told_once(watching, until, launcher, gate_folder, make_game, deaf, silent, monkeypatch):
    """Also when no event tells, and nobody looks at all processes."""
    path, chess = make_game(gate_folder, "chess")
    seen = []
    monkeypatch.setattr(Poller, "start", lambda *_: None)

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            if silent:
                deaf(watcher)
                await until(lambda: troubles(seen))
            pid = (await launcher.aside("start", args=[str(path), "60"]))["pid"]
            await until(lambda: games(seen, pid, chess))
            after = (await launcher.aside("start", args=[str(path), "60"]))["pid"]
            await until(lambda: games(seen, after, chess))
            await asyncio.sleep(0.6)  # the last look at it is over
            assert [games(seen, one, chess) for one in (pid, after)] == [1, 1]
            assert [told(seen, one)[-1] for one in (pid, after)] == ["ProgramStarted"] * 2
            for one in (pid, after):
                launcher("finish", pid=one)

    asyncio.run(body())


@pytest.mark.root
def test_events_that_stopped_for_a_moment_only(watching, until, launcher, game, impatient, monkeypatch):
    """Who silences them between two proofs has to let the kernel tell again, and that is told: what runs is looked at, then
    and once more, and each program is told once.
    """
    path, chess = game
    seen, looks = [], []
    look = Poller.look_at_all
    monkeypatch.setattr(Poller, "look_at_all", lambda self, **more: (looks.append(1), look(self, **more)))
    monkeypatch.setattr(events, "_ALERT_MS", 0)

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            await until(lambda: not watcher._events._alert)
            with monkeypatch.context() as moment:
                moment.setattr(watcher._tracker, "executed", lambda *_: None)
                pid = (await launcher.aside("start", args=[str(path), "60"]))["pid"]
                await asyncio.sleep(0.05)
                Connector().close()
                await until(lambda: games(seen, pid, chess))
            await until(lambda: not watcher._events._alert)
            assert len(looks) >= 2
            launcher("finish", pid=pid)
            await until(lambda: told(seen, pid)[-1] == "ProgramEnded")
            assert games(seen, pid, chess) == 1
            assert troubles(seen) == []

    asyncio.run(body())


@pytest.mark.root
def test_a_game_that_executes_another_while_nobody_tells_is_that_one(watching, until, launcher, impatient, signs):
    """By the same interpreter: what only another command line over its own would look like, too."""
    first, second = (signs.folder / f"the-{word}-game-{os.getpid()}.py" for word in ("first", "second"))
    first.write_text(f"import os, sys, time\n{signs.wait('go')}\nos.execv(sys.executable, [sys.executable, {str(second)!r}])")
    second.write_text("import time\ntime.sleep(60)")
    one, other = (Game(id=path.stem, title="", commands=(path.name,)) for path in (first, second))
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([one, other]), {}))
            await until(lambda: not watcher._events._alert)
            pid = (await launcher.aside("start", args=[sys.executable, str(first)]))["pid"]
            await until(lambda: games(seen, pid, one))
            with pytest.MonkeyPatch.context() as moment:
                moment.setattr(watcher._tracker, "executed", lambda *_: None)
                signs.give("go")
                await until(lambda: second.name in Path(f"/proc/{pid}/cmdline").read_text())
                Connector().close()
                await until(lambda: games(seen, pid, other))
            launcher("finish", pid=pid)

    asyncio.run(body())


@pytest.mark.root
def test_an_event_after_the_look_is_old_news(watching, until, launcher, gate_folder, make_game):
    """The gate was faster: one start, not an end and another one."""
    path, chess = make_game(gate_folder, "chess")
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            pid = launcher("start", args=[str(path), "60"])["pid"]  # holds up the loop: no event is read
            system.until(lambda: os.stat(path).st_ino == os.stat(f"/proc/{pid}/exe").st_ino)  # noqa: PTH116
            let = Started(pid, os.getuid(), Fingerprint(str(path), path.stat().st_size), watcher._clock.mono())
            watcher._tracker._look(let)
            assert told(seen, pid) == ["ProgramStarted"]
            watcher._tracker.executed(pid, watcher._clock.mono() + 1)  # the kernel stamps an exec when it is all but done
            assert told(seen, pid) == ["ProgramStarted"]
            watcher._tracker.executed(pid, watcher._clock.mono() + 2)  # and this is another exec
            assert told(seen, pid) == ["ProgramStarted"] * 2  # it goes on, maybe known by other clues
            launcher("finish", pid=pid)

    asyncio.run(body())


@pytest.mark.root
def test_who_sees_an_end_first_hears_of_the_children(watching, until, launcher, signs):
    """An end may be seen before the kernel's word of it, and of forks, is read: the play goes on in the child."""
    name = f"the-forking-game-{os.getpid()}"
    code = f"import os, time\n{signs.wait('fork')}\nif os.fork(): os._exit(0)\ntime.sleep(60)"
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue([Game(id="game", title="", commands=(name,))]), {}))
            pid = (await launcher.aside("start", args=[sys.executable, "-c", code, name]))["pid"]
            started = (await until(lambda: [one for one in seen if told([one], pid)]))[0].program.started
            signs.give("fork")
            launcher("wait", pid=pid, timeout=20)  # holds up the loop: no event is read
            watcher._tracker._over(pid, started)
            child = next(one.program.pid for one in seen
                         if isinstance(one, ProgramStarted) and one.program.args[-1:] == (name,) and one.program.pid != pid)
            os.kill(child, signal.SIGKILL)
            order = [one for one in seen if told([one], pid) or told([one], child)]
            assert [type(one) for one in order] == [ProgramStarted, ProgramStarted, ProgramEnded]

    asyncio.run(body())


@pytest.mark.root
def test_an_overrun_is_told_until_it_is_over(watching, until, launcher, monkeypatch):
    """A queue that is too small for what happens: the kernel says once that it drops, and drops on until all is read. What it
    dropped then has to be looked for too, so the loop is told again at the end.
    """
    monkeypatch.setattr(connector, "_BUFFER", 8192)
    seen = []

    async def body():
        async with watching(seen):
            await asyncio.sleep(0)
            launcher("run", args=["/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do /bin/true; /bin/true; /bin/true; done"])
            await until(lambda: len(troubles(seen, "events-lost")) >= 2)
            assert troubles(seen) == []

    asyncio.run(body())


@pytest.mark.root
def test_only_our_own_thread_proves(until):
    """A name that another thread of ours, or another process, is given is no proof; that of this one is, at once."""
    found = Connector()
    try:
        other = threading.Thread(target=lambda: calls.OwnName().again())
        other.start()
        other.join()
        subprocess.run([sys.executable, "-c", "open('/proc/self/comm', 'w').write('python3')"], check=True)
        assert "named" not in {event.kind for event in found.read(1000)}
        calls.OwnName().again()
        named = [event for event in found.read(1000) if event.kind == "named"]
        assert [event.pid for event in named] == [threading.get_native_id()]
        assert found.drained
    finally:
        found.close()


def test_a_name_stays_what_it_is():
    """The proof is not to be seen."""
    with open("/proc/thread-self/comm") as before, open("/proc/thread-self/comm") as after:  # noqa: PTH123
        name = before.read()
        calls.OwnName().again()
        assert after.read() == name


def turn(found, now, *, heard=True, drained=True):
    found.ask(now)
    if heard:
        found.hear(now)
    return found.judge(now, drained=drained), found.on


def test_one_that_is_lost_is_no_silence():
    found = Silence()
    assert [turn(found, 0), turn(found, 2000, heard=False), turn(found, 2100)] == [(2.0, False), (0.1, False), (2.0, False)]


def test_two_are_and_it_is_over_when_they_came_for_a_while():
    found = Silence()
    turn(found, 0, heard=False)
    assert turn(found, 100, heard=False) == (0.05, True)
    assert [turn(found, 200), turn(found, 2099), turn(found, 2100)] == [(0.25, True), (0.25, True), (2.0, False)]


def test_who_is_relieved_asks_rarely_unless_something_is_wrong():
    found = Silence()

    def ask(now, *, heard=True):
        found.ask(now)
        if heard:
            found.hear(now)
        return found.judge(now, drained=True, relieved=True)

    assert [ask(0), ask(30_000, heard=False), ask(30_100), ask(60_100, heard=False)] == [30.0, 0.1, 30.0, 0.1]
    assert (ask(60_200, heard=False), found.on) == (0.05, True)
    assert [ask(60_250), ask(62_200)] == [0.25, 30.0]


def test_what_is_not_read_yet_says_nothing():
    """A loop that is behind is not blind."""
    found = Silence()
    assert {turn(found, now, heard=False, drained=False) for now in range(0, 60_000, 100)} == {(0.1, False)}


def test_an_older_proof_says_nothing():
    found = Silence()
    found.ask(1000)
    found.hear(999)
    found.judge(1001, drained=True)
    assert found.missed == 1


def test_who_silences_again_and_again_fills_no_log():
    """Each time it takes twice as long until it is over; who leaves it be for ten minutes begins anew."""
    found, now, waits = Silence(), 0, []
    for _ in range(12):
        for _ in range(2):
            turn(found, now, heard=False)
        began = now
        while found.on:
            now += 250
            turn(found, now)
        waits.append(now - began)
    assert waits[:4] == [2000, 4000, 8000, 16_000]
    assert waits[-1] == 600_000
    now += 600_000
    turn(found, now, heard=False)
    turn(found, now, heard=False)
    turn(found, now + 2000)
    assert not found.on


def test_a_long_silence_costs_little():
    found = Silence()
    turn(found, 0, heard=False)
    assert [turn(found, now, heard=False)[0] for now in (1, 59_000, 60_001)] == [0.05, 0.05, 0.25]


# --- the real thing -----------------------------------------------------------------------------------------------------------

ATTACK = textwrap.dedent("""
    import os, socket, struct, time
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)
    s.bind((0, 0))
    def say(op):
        s.send(struct.pack("=IHHIIIIIIHHI", 40, 3, 0, 0, os.getpid(), 1, 1, 0, 0, 4, 0, op))
    while True:
        for _ in range(100):
            say(77)
            say(2)
        time.sleep(0.001)
""")
RELEASE = tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])


@pytest.fixture
def undone():
    """The kernel tells again what happens, whatever was done to it."""
    yield
    found = Connector()
    try:
        system.until(lambda: proved(found))
    finally:
        found.close()


def proved(found):
    found.insist()
    calls.OwnName().again()
    return any(event.kind == "named" for event in found.read(100_000))


@pytest.mark.root
@MACHINE_WIDE
@pytest.mark.skipif(RELEASE < (6, 6), reason="this kernel lets nobody without rights lower its count")
@pytest.mark.parametrize("gate", [False, True])
def test_an_account_that_lowers_the_kernels_count(watching, until, launcher, game, gate_folder, gate, impatient, undone):
    """A real attack: events stop for everybody, for as long as it goes on; programs are told all the same, and the daemon
    insists until events come again. Whether the loop proves that they come, or the gate's thread does and the loop rests.
    """
    path, chess = game
    seen = []
    python = shutil.which("python3", path="/usr/bin") or sys.executable

    async def body():
        async with watching(seen, (str(gate_folder),) if gate else ()) as watcher:
            watcher.refuse(Refusals(Catalogue([chess]), {}))
            await until(lambda: watcher._events._relieved is gate)
            attacker = (await launcher.aside("start", args=[python, "-c", ATTACK], user="nobody"))["pid"]
            await until(lambda: troubles(seen) == [False])
            pid = (await launcher.aside("start", args=[str(path), "60"]))["pid"]
            await until(lambda: games(seen, pid, chess))
            launcher("finish", pid=attacker)
            await until(lambda: troubles(seen)[-1])
            launcher("finish", pid=pid)
            await until(lambda: told(seen, pid)[-1] == "ProgramEnded")
            assert games(seen, pid, chess) == 1

    asyncio.run(body())
