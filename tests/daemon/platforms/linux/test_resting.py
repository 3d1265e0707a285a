"""What has not run since a scan read it is not read again; whatever it does is found by the next one, though nobody tells."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.linux import namespaces, procfs
from daemon.platforms.linux.watching.interpreters import interpreters
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.resting import Resting
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import SystemClock
from rules.games import Catalogue, Game
from tests.system import until

pytestmark = pytest.mark.skipif(not procfs.ran(os.getpid(), 1000), reason="this kernel does not count how threads run")
ROOT = pytest.mark.root
PYTHON = os.path.realpath(sys.executable)
NAME = f"turtles-{os.getpid()}"
SOMEBODY = "games"
# Each line of its input it executes; then it waits for the next one, and has run meanwhile.
ACTS = "import os, sys, threading, time\nfor line in sys.stdin: exec(line); sys.stdout.write('.'); sys.stdout.flush()"


class Actor:
    def __init__(self, threads=0, **more):
        self.process = subprocess.Popen([PYTHON, "-c", ACTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)
        self.pid = self.process.pid
        self.does(f"[threading.Thread(target=time.sleep, args=(600,), daemon=True).start() for _ in range({threads})]")

    def says(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def does(self, line):
        self.says(line)
        assert self.process.stdout.read(1) == "."


@pytest.fixture
def acting():
    """`acting()`: a program that does what it is told."""
    made = []

    def start(**more):
        made.append(Actor(**more))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.communicate()


@pytest.fixture
def sleeping():
    """`sleeping(path)`: this copy of sleep runs."""
    made = []

    def start(path):
        made.append(subprocess.Popen([path, "600"]))
        return made[-1]

    yield start
    for one in made:
        one.kill()
        one.wait()


@pytest.fixture
def programs():
    """Nothing of another test's is still held back: as long as anything is, nothing rests."""
    return Programs(SystemClock(), interpreters())


@pytest.fixture
def tracker(programs, monkeypatch):
    """A tracker that nobody tells anything; `scans(*pids)` is what it finds a while later, `read` whom it read for that."""
    clock = SystemClock()
    real, made = clock.mono, LinuxTracker(programs, clock)
    made.read, ahead = set(), []
    clock.mono = lambda: real() + 2_000 * len(ahead)
    of_nobody = Programs.of_nobody  # is asked first
    monkeypatch.setattr(Programs, "of_nobody", lambda self, pid: (made.read.add(pid), of_nobody(self, pid))[1])
    monkeypatch.setattr(programs, "root", True)

    def scans(*actors):
        ahead.append(1)
        made.read.clear()
        return {one.pid: one for one in made.scan(lambda: [actor.pid for actor in actors])}

    made.scans = scans
    made.catalogue = Catalogue([Game(id="turtles", title="", names=(NAME, f"{NAME}.py"))])
    made.start(lambda _: None)
    yield made
    made.stop()


def at_rest(tracker, *actors):
    """These are not read again."""
    until(lambda: (tracker.scans(*actors), not tracker.read)[1])
    return tracker.scans(*actors)


@pytest.mark.parametrize("threads", [0, 3])
def test_what_rests_is_read_once(tracker, acting, threads):
    one, other = acting(threads=threads), acting(threads=threads)
    found = at_rest(tracker, one, other)
    assert (set(found), tracker.games) == ({one.pid, other.pid}, set())
    other.does("pass")
    assert set(tracker.scans(one, other)) == {one.pid, other.pid}
    assert tracker.read == {other.pid}


@pytest.mark.parametrize("look", ["scan", "replaced"])
@pytest.mark.parametrize("threads", [0, 3])
def test_whatever_it_executes_is_found(tracker, acting, tmp_path, threads, look):
    """Under the same pid, since the last look at which it had not run."""
    script = tmp_path / f"{NAME}.py"
    script.write_text("import time; print('.', end='', flush=True); time.sleep(600)", "utf-8")
    actor = acting(threads=threads)
    begun = at_rest(tracker, actor)[actor.pid]
    tracker.replaced(actor.pid)
    assert not tracker.read
    looked = tracker._clock.mono()
    actor.does(f"threading.Thread(target=os.execv, args=({PYTHON!r}, [{PYTHON!r}, {str(script)!r}])).start(); time.sleep(600)")
    if look == "scan":
        tracker.scans(actor)
    else:
        tracker.replaced(actor.pid)
    found = tracker._known[actor.pid].program

    assert (tracker.games, found.started) == ({actor.pid}, begun.started)
    assert begun.since < found.since <= looked
    assert looked - found.since < 1_000


def test_a_game_is_read_each_time(tracker, sleeping, tmp_path):
    """It may say of itself that it is something else."""
    shutil.copy("/bin/sleep", tmp_path / NAME)
    game = sleeping(tmp_path / NAME)
    for _ in range(3):
        until(lambda: tracker.scans(game) and tracker.games == {game.pid})
        assert tracker.read == {game.pid}


@ROOT
@pytest.mark.parametrize("ids", ["-1, UID, -1", "UID, 0, 0", "UID, UID, UID"], ids=["effective", "real", "all"])
def test_of_root_it_becomes_somebodys(tracker, acting, ids):
    """Without executing anything."""
    tracker.programs.root = False
    actor = acting()
    assert at_rest(tracker, actor) == {}
    actor.does(f"os.setresuid({ids.replace('UID', str(pwd.getpwnam(SOMEBODY).pw_uid))})")
    assert tracker.scans(actor)[actor.pid].account == SOMEBODY


@ROOT
def test_whose_number_it_is_is_asked_each_time(tracker, acting, monkeypatch):
    actor = acting(user=SOMEBODY)
    assert at_rest(tracker, actor)[actor.pid].account == SOMEBODY
    renamed = pwd.struct_passwd(("an", *pwd.getpwnam(SOMEBODY)[1:]))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: renamed)
    assert tracker.scans(actor)[actor.pid].account == "an"


@ROOT
def test_a_number_of_a_namespace_rests_as_whoever_made_that(tracker, acting, monkeypatch):
    monkeypatch.setattr(namespaces, "maker", lambda _: pwd.getpwnam(SOMEBODY).pw_uid)
    actor = acting(user=1_870_000_000)
    assert at_rest(tracker, actor)[actor.pid].account == SOMEBODY


@ROOT
def test_another_process_has_its_number(tracker, acting):
    """Which came and rests, too, when somebody looks."""
    for _ in range(20):  # somebody else may be given it first
        actor = acting()
        began = at_rest(tracker, actor)[actor.pid].started
        actor.process.kill()
        actor.process.communicate()
        made = subprocess.run([PYTHON, "-c", WITH_NUMBER, str(actor.pid)], capture_output=True, check=False)
        if made.returncode:
            continue
        found = tracker.scans(actor).get(actor.pid)
        os.kill(actor.pid, 9)
        assert found.started > began
        return
    pytest.fail("nobody was given the number")


WITH_NUMBER = """if True:
    import ctypes, os, struct, sys, time
    wanted = (ctypes.c_int * 1)(int(sys.argv[1]))
    args = ctypes.create_string_buffer(struct.pack("=11Q", 0, 0, 0, 0, 0, 0, 0, 0, ctypes.addressof(wanted), 1, 0))
    made = ctypes.CDLL(None).syscall(435, args, 88)  # clone3(2), set_tid
    if made == 0:
        for handle in (0, 1, 2):
            os.close(handle)
        time.sleep(60)
        os._exit(0)
    sys.exit(made < 0)
"""


def changed_catalogue(tracker):
    tracker.catalogue = Catalogue([Game(id="python", title="", names=(Path(PYTHON).name,))])


def changed_only(tracker):
    tracker.programs.only = frozenset({"an"})


def changed_sizes(tracker):
    tracker.programs.images.sizes = frozenset({1})


@pytest.mark.parametrize("change", [changed_catalogue, changed_only, changed_sizes])
def test_all_is_read_anew_when_more_is_asked(tracker, acting, monkeypatch, change):
    monkeypatch.setattr(tracker.programs, "only", frozenset())
    monkeypatch.setattr(tracker.programs.images, "sizes", frozenset())
    actor = acting()
    at_rest(tracker, actor)
    change(tracker)
    tracker.scans(actor)
    assert tracker.read == {actor.pid}
    assert (actor.pid in tracker.games) == (change is changed_catalogue)


def test_what_executes_what_a_game_does_by_now_is_the_game(tracker, sleeping, tmp_path):
    """Also if it rests since before there was one: what it is depends on what else runs."""
    nameless, named = tmp_path / "nameless", tmp_path / NAME
    shutil.copy("/bin/sleep", nameless)
    first = sleeping(nameless)
    at_rest(tracker, first)
    nameless.rename(named)
    second = sleeping(named)
    until(lambda: tracker.scans(first, second) and second.pid in tracker.games)
    tracker.scans(first, second)
    assert tracker.games == {first.pid, second.pid}


@pytest.mark.parametrize("lacks", ["unread", "held", "late", "loaded"])
def test_what_was_not_read_whole_is_read_again(tracker, acting, monkeypatch, lacks):
    actor, images = acting(), tracker.programs.images
    if lacks == "unread":
        monkeypatch.setattr(images, "args", lambda *_: images.hold("its command line") or b"")
    elif lacks == "held":
        monkeypatch.setattr(images, "held", {1: "/somewhere"})
    elif lacks == "late":
        monkeypatch.setattr(images, "_late", {"a file"})
    else:
        tracker.other = lambda *_: False
    for _ in range(4):
        tracker.scans(actor)
        assert tracker.read == {actor.pid}


def test_what_was_running_is_not_believed_for_a_moment(monkeypatch):
    """The kernel counts the time of a thread that runs on and on with the next tick only."""
    clock, now = SystemClock(), [1_000]
    clock.mono = lambda: now[0]
    monkeypatch.setattr(procfs, "ran", lambda *_: {"/proc/1/schedstat": b"7 7 7"})
    monkeypatch.setattr(procfs, "counts", lambda _: b"7 7 7")
    resting = Resting(clock, lambda uid, _: str(uid))
    found = []
    for later in (0, 500, 1_400, 100):  # read each time until it is believed, but not begun anew
        now[0] += later
        found.append(resting.rests(1, "x"))
        resting.begin(1)
        resting.whole(1, "x", None)
    assert found == [False, False, True, True]


def test_of_many_threads_and_of_what_never_ran_nothing_is_said(acting):
    assert procfs.ran(acting(threads=20).pid, 16) == {}
    assert procfs.ran(1 << 30, 16) == {}
