"""Who runs errands into players' sessions: always there, or it is told; everybody has a turn, whatever somebody else's meet."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from daemon.platforms.api import Refusals, WatchTrouble
from daemon.platforms.linux import control as linux_control
from daemon.platforms.linux import procfs, spawning, watcher
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending import errands
from daemon.platforms.linux.ending.asker import Asker
from daemon.platforms.linux.ending.errands import MOST_AT_ONCE, WAIT_MS, Turns
from daemon.platforms.linux.reading.client import Reader
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching.tracker import Tracker
from host.clock import SystemClock
from rules.games import Catalogue
from tests.system import until

CHILD, SIBLING = 54_017, 54_018  # numbers of no account, and of no other test


@pytest.fixture
def asker():
    one = Asker()
    yield one
    one.close()


# --- turns ------------------------------------------------------------------------------------------------------------------


def order(whose, number=0):
    return {"whose": whose, "number": number}


@pytest.mark.promise("Servers and rights: One account's slow files or displays delay no other account")
def test_who_has_no_place_left_waits_and_nobody_else():
    """Whether errands are under way or only not gone yet; the first one first."""
    turns = Turns()
    for number in range(6):
        turns.add(order("child", number), 0)
    turns.add(order("sibling", 9), 0)
    assert [one["number"] for one in turns.take(["child"] * (MOST_AT_ONCE - 1), 0)] == [0, 9]
    assert turns.take(["child"] * MOST_AT_ONCE, 0) == []
    assert [one["number"] for one in turns.take([], 0)] == [1, 2, 3, 4]


def test_orders_wait_neither_for_ever_nor_without_bound():
    """Nor does anybody's waiting take the place of another one's."""
    turns = Turns()
    for number in range(1000):
        turns.add(order("child", number), 0)
    turns.add(order("sibling", 1), 0)
    assert len(turns._waiting) < 20
    assert turns.take(["child"] * MOST_AT_ONCE, WAIT_MS - 1) == [order("sibling", 1)]
    assert turns.take([], WAIT_MS) == []
    assert turns._waiting == []


@contextmanager
def screen():
    """The number of a screen that takes everybody in and says nothing, and the uids of who came."""
    callers, lines, server = [], [], socket.socket(socket.AF_UNIX)
    number = next(one for one in range(800, 900) if bound(server, one))
    server.listen(128)

    def listen():
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            lines.append(line)
            callers.append(struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1])

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield number, callers
    finally:
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in (server, *lines):
            one.close()


def bound(server, number):
    try:
        server.bind(f"\0/tmp/.X11-unix/X{number}")
    except OSError:
        return False
    return True


@contextmanager
def idle(uid, **env):
    with subprocess.Popen(["/bin/sleep", "60"], env=env, user=uid, group=uid, extra_groups=[], cwd="/") as process:
        try:
            yield process.pid
        finally:
            process.kill()


@pytest.mark.root
def test_errands_that_hang_cost_nobody_else_one(asker):
    """A child's screen holds all of the child's; the sibling's goes out at once."""
    with screen() as (number, callers), idle(CHILD, DISPLAY=f":{number}") as one, idle(SIBLING, DISPLAY=f":{number}") as other:
        for _ in range(40):
            assert asker.ask(CHILD, CHILD, "child", [one])
        assert asker.ask(SIBLING, SIBLING, "sibling", [other])
        until(lambda: SIBLING in callers)


@pytest.mark.root
def test_errands_that_cannot_even_be_killed_cost_nobody_else_one(asker, open_folder):
    """A child's cookies lie on a file system of the child's own, which never answers."""
    cookies = f"{open_folder}/cookies"
    with (
        screen() as (number, callers), silent_files(open_folder, CHILD) as held,
        idle(CHILD, DISPLAY=f":{number}", XAUTHORITY=cookies) as one, idle(SIBLING, DISPLAY=f":{number}") as other,
    ):  # fmt: skip
        for _ in range(40):
            assert asker.ask(CHILD, CHILD, "child", [one])
        until(lambda: held)
        assert asker.ask(SIBLING, SIBLING, "sibling", [other])
        until(lambda: SIBLING in callers)
        until(lambda: stuck(asker))
        assert asker.ask(SIBLING, SIBLING, "sibling", [other])
        until(lambda: callers.count(SIBLING) == 2)
        assert len(stuck(asker)) <= MOST_AT_ONCE


def stuck(asker):
    """Errands that are told to be over (SIGKILL is pending) and are not."""
    below = [one.pid for one in procfs.processes().values() if one.parent == asker.process.pid and one.alive]
    return [pid for pid in below if any(
        line.startswith(("SigPnd:", "ShdPnd:")) and int(line[7:], 16) >> signal.SIGKILL - 1 & 1
        for line in procfs.text(f"/proc/{pid}/status").splitlines()
    )]  # fmt: skip


@contextmanager
def silent_files(folder, uid):
    """A FUSE file system that answers nothing but its introduction (fuse(4)); what it was asked."""
    try:
        handle = os.open("/dev/fuse", os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        pytest.skip("no FUSE here")
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={handle},rootmode=40000,user_id={uid},group_id={uid}".encode()
    if libc.mount(b"silent", bytes(folder), b"fuse.silent", 0, options):
        os.close(handle)
        pytest.skip("no FUSE here")
    asked, (stop, stopper) = [], os.pipe()

    def answer():
        while stop not in select.select([handle, stop], [], [])[0]:
            try:
                request = os.read(handle, 1 << 17)
            except OSError:  # it was taken back
                continue
            opcode, unique = struct.unpack_from("<4xIQ", request)
            if opcode == 26:  # FUSE_INIT, version 7.31
                os.write(handle, struct.pack("<IiQIIIIHHIIHHI28x", 80, 0, unique, 7, 31, 0, 0, 12, 12, 4096, 1, 1, 0, 0))
            else:
                asked.append(opcode)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield asked
    finally:
        os.write(stopper, b"x")
        thread.join()
        for one in (handle, stop, stopper):  # whoever still waits for an answer gets an error
            os.close(one)
        libc.umount2(bytes(folder), 2)


# --- answers ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines():
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield pair
    for one in pair:
        one.close()


def test_windows_are_asked_though_nobody_hears_of_it(lines):
    """Answers that nobody took leave no room for one more: that is said to nobody, and done all the same."""
    _, its = lines
    with suppress(BlockingIOError):
        while True:
            its.send(b"1 1", socket.MSG_DONTWAIT)
    line, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with line, child:
        child.send(b"1")
        one = errands._Child(2, "child", 0, line, SystemClock().mono() + 60_000)
        assert errands._passed_on(its, one)
        assert child.recv(8, socket.MSG_DONTWAIT) == b"now"
        child.send(b"1")
        assert not errands._passed_on(its, one)  # it says so once


# --- always there -----------------------------------------------------------------------------------------------------------


def test_errands_that_somebody_killed_are_started_anew(asker):
    """Whoever asks next, or sets a gate up, notices."""
    for anew in (asker.start, lambda: asker.ask(os.getuid(), os.getgid(), "me", [os.getpid()])):
        asker.start()
        first = asker.process
        first.kill()
        first.wait()
        anew()
        assert asker.process.pid != first.pid
        assert asker.process.poll() is None


def test_while_a_gate_is_up_nobody_starts_errands(asker):
    """They were started before; else nobody is asked, and nothing hangs."""
    gate = object()
    spawning.forbid(gate)
    try:
        assert asker.ask(0, 0, "root", [1]) is None
    finally:
        spawning.permit(gate)


@pytest.fixture
def guarded(asker):
    """`async with guarded(seen, gate_mounts) as watcher`: one that keeps errands running."""

    @asynccontextmanager
    async def watch(seen, gate_mounts=()):
        clock = SystemClock()
        reader = Reader(clock)
        one = LinuxWatcher(Tracker(reader, clock), reader, clock, gate_mounts, asker)
        one.start(seen.append)
        try:
            yield one
        finally:
            one.stop()

    return watch


def told(seen):
    return [one.over for one in seen if isinstance(one, WatchTrouble) and one.id == "not-asked"]


def full(*_):
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize("lacks", [(sys, "executable", "/nonexistent"), (socket, "socketpair", full)], ids=["program", "room"])
def test_that_nobody_can_be_asked_is_told_until_it_is_over(guarded, asker, until, monkeypatch, lacks):
    """Errands that ended, and then cannot be started for a while."""
    monkeypatch.setattr(watcher, "PAUSES_S", (0.01,))
    seen = []

    async def body():
        async with guarded(seen) as one:
            asker.start()
            with monkeypatch.context() as broken:
                broken.setattr(*lacks)
                asker.process.kill()
                await until(lambda: one._kept[1][1]._tries > 2)
                assert (told(seen), asker.process) == ([False], None)
            await until(lambda: told(seen) == [False, True])
            assert asker.process.poll() is None

    asyncio.run(body())
    assert told(seen) == [False, True]
    assert asker.process is None


@pytest.mark.root
def test_under_a_gate_errands_come_back_too(guarded, asker, until, gate_folder, launcher, make_game):
    """It is opened for a moment, stands again and refuses."""
    path, game = make_game(gate_folder, "chess")
    seen = []

    async def body():
        async with guarded(seen, (str(gate_folder),)) as one:
            one.refuse(Refusals(Catalogue([game]), {"games": frozenset((game.id,))}))
            assert (one.kind, spawning.permitted()) == ("gate", False)
            asker.process.kill()
            await until(lambda: told(seen) == [False, True])
            assert (one.kind, spawning.permitted()) == ("gate", False)
            assert asker.ask(os.getuid(), os.getgid(), "root", [os.getpid()]) is not None
            assert "pid" not in await launcher.aside("start", args=[str(path), "1"], user="games")

    asyncio.run(body())


# --- who asks whom ----------------------------------------------------------------------------------------------------------


class Orders:
    """An Asker that only writes down."""

    def __init__(self):
        self.sent = []

    def ask(self, uid, gid, whose, pids):
        self.sent.append((uid, whose, list(pids)))
        return len(self.sent)

    def reached(self, number):
        return number == 1


def process(pid, parent=1):
    return procfs.Stat(pid, parent, 10, "S", 1, pid, 0)


@pytest.fixture
def orders(monkeypatch):
    """`orders(uids)`: a control for programs of these uids, and what it sent."""

    def make(uids):
        monkeypatch.setattr(linux_control.procfs, "owner", lambda pid: (uids[pid], 7) if pid in uids else None)
        monkeypatch.setattr(linux_control.os, "geteuid", lambda: 0)
        monkeypatch.setattr(linux_control, "account_of", lambda uid: f"u{uid // 100_000}")
        sent = Orders()
        return LinuxControl(asker=sent), sent.sent

    return make


def test_a_play_in_two_accounts_is_asked_in_both(orders):
    """Each about its own programs and what is below them, as nobody who has no program of the play: not as root."""
    control, sent = orders({11: 1001, 12: 1002, 13: 0, 14: 1002})
    assert control._ask(frozenset({(11, 10), (12, 10)}), (process(11), process(12), process(13, 12), process(14, 13)))
    assert sent == [(1001, "u0", [11]), (1002, "u0", [12, 13, 14])]
    assert control.reached([(12, 10)])
