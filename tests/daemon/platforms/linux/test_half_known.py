"""Programs of which not all is read yet: what they say of themselves meanwhile, and what they fork, changes nothing."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramUnread
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching import mazes, rereading, told
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.seen import image_of
from daemon.platforms.linux.watching.told import Told
from host.clock import SystemClock
from rules.games import Catalogue, Game, Program
from tests.daemon.platforms.linux.conftest import NOW
from tests.system import until

PLAY = """
import ctypes, sys
stat = open("/proc/self/stat").read().rpartition(")")[2].split()
at, end = int(stat[45]), int(stat[46])
sys.stdin.readline()
ctypes.memmove(at, b"python3\\0{}".ljust(end - at, b"\\0"), end - at)
sys.stdin.read()
"""


def known_by_hash(path, content):
    path.write_bytes(content)
    path.chmod(0o755)
    digest = sha256(content).hexdigest()
    return Game(id="chess", title="", sizes=(len(content),), sha256=(digest,))


@pytest.fixture
def hashed(tracker):
    """What was found out of large files, which is not told before somebody calls `tell`."""
    found = []
    tracker.programs.images.start(lambda *one: found.append(one))

    def tell():
        until(lambda: found)
        for one in found:
            if (size := tracker.programs.images.hashed(*one)) is not None:
                tracker.looked(size)

    return tell


def writes_over(process, path):
    """Its command line, which names this script no more."""
    process.stdin.write(b"\n")
    process.stdin.flush()
    until(lambda: str(path) not in procfs.args(process.pid))


LOOKS = {
    "all": lambda tracker, pid: tracker.replaced(pid),
    "again": lambda tracker, pid: tracker._read_at_last(pid),
    "a scan": lambda tracker, pid: tracker.scan(lambda: [pid]),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_game_whose_hash_takes_long_is_not_what_it_names_meanwhile(tracker, started, tmp_path, monkeypatch, hashed, look):
    """It has executed nothing that the kernel told of, so what it was read as is what its hash is of."""
    path = tmp_path / "homework"
    tracker.catalogue = Catalogue([known_by_hash(path, Path("/bin/sleep").read_bytes() + bytes(2 << 20))])
    pid, other = started(path, "600").pid, started("/bin/cat").pid
    tracker.appeared(pid)
    assert tracker.games == set()
    image, read = image_of(other), tracker.programs.read
    shown = read(other, tracker.catalogue).files
    with monkeypatch.context() as masked:
        masked.setattr(rereading, "image_of", lambda _: image)
        masked.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), files=shown))
        look(tracker, pid)
        hashed()
        assert tracker.games == {pid}
        look(tracker, pid)
    assert tracker.games == {pid}


def test_who_names_another_executable_before_all_is_read_is_told(tracker, started, tmp_path, monkeypatch):
    """If that can never be read: no honest program does it. Where an exec may have been lost it is believed."""
    path, told = tmp_path / "homework", []
    shutil.copy("/bin/sleep", path)
    tracker.catalogue = Catalogue([Game(id="chess", title="", sizes=(path.stat().st_size,), sha256=("0" * 64,))])
    monkeypatch.setattr(tracker.programs.images, "lack", lambda files, _: files[0].path == str(path))
    monkeypatch.setattr(tracker.programs, "account", lambda _: "an")
    tracker.trouble = lambda what, *_, **__: told.append(what)
    pid, image = started(path, "600").pid, image_of(started("/bin/cat").pid)
    tracker.appeared(pid)
    tracker._unread.note(tracker._known[pid].identity).looks = 5  # the PC was busy
    monkeypatch.setattr(rereading, "image_of", lambda _: image)
    tracker.replaced(pid)
    assert told == []
    for _ in range(4):
        tracker.replaced(pid)
        tracker._look_again()
    assert [one.program.identity for one in tracker.seen if isinstance(one, ProgramUnread)] == [tracker._known[pid].identity]
    assert told == ["read-held"]
    tracker.missed = NOW()
    tracker.replaced(pid)
    assert tracker._known[pid].image == image


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_script_whose_hash_takes_long_is_what_it_was_told_at_first(tracker, started, tmp_path, hashed, look):
    path, decoy = tmp_path / "homework.py", tmp_path / "decoy.py"
    decoy.touch()
    content = PLAY.replace("{}", str(decoy)).encode()
    tracker.catalogue = Catalogue([known_by_hash(path, content + b"#" * (2 << 20))])
    tracker.programs.lines.start(lambda *_: None)
    process = started(sys.executable, path, "x" * 200)
    tracker.appeared(process.pid)
    writes_over(process, path)
    look(tracker, process.pid)
    hashed()
    assert tracker.games == {process.pid}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_so_it_is_once_its_interpreter_has_another_name(tracker, started, tmp_path, monkeypatch, hashed, look):
    """It renames its own copy of it, which then no name tells to be one."""
    path, decoy, python = tmp_path / "homework.py", tmp_path / "decoy.py", tmp_path / "python3"
    decoy.touch()
    shutil.copy(os.path.realpath(sys.executable), python)
    monkeypatch.setattr(tracker.programs.lines._teller, "_builds", {})
    tracker.catalogue = Catalogue([known_by_hash(path, PLAY.replace("{}", str(decoy)).encode() + b"#" * (2 << 20))])
    tracker.programs.lines.start(lambda *_: None)
    process = started(python, path, "x" * 200, env={"PYTHONHOME": sys.base_prefix})
    tracker.appeared(process.pid)
    writes_over(process, path)
    python.rename(tmp_path / "homework")
    look(tracker, process.pid)
    hashed()
    assert tracker.games == {process.pid}


def test_so_is_what_it_forks(tracker, started, tmp_path, hashed):
    """It leaves the play to a child, once it has written over what it was told."""
    path, decoy = tmp_path / "homework.py", tmp_path / "decoy.py"
    decoy.touch()
    fork = "import os\nos.fork() and os._exit(0)\nsys.stdin.read()\n"
    play = PLAY.replace("{}", str(decoy)).replace("sys.stdin.read()\n", fork).encode()
    tracker.catalogue = Catalogue([known_by_hash(path, play + b"#" * (2 << 20))])
    tracker.programs.lines.start(lambda *_: None)
    process = started(sys.executable, path, "x" * 200)
    tracker.appeared(process.pid)
    writes_over(process, path)
    (child,) = until(lambda: [pid for pid in procfs.pids() if str(decoy) in procfs.args(pid) and pid != process.pid])
    tracker.forked(process.pid, child, NOW())
    tracker.ended(process.pid, NOW())
    tracker._read_at_last(child)
    hashed()
    os.kill(child, signal.SIGKILL)
    assert tracker.games == {child}


def test_another_file_as_large_that_is_hashed_says_nothing(tracker, started, tmp_path, hashed):
    path, images = tmp_path / "homework.py", tracker.programs.images
    game = known_by_hash(path, b"import sys\nsys.stdin.read()\n" + b"#" * (2 << 20))
    tracker.catalogue = Catalogue([replace(game, sha256=("0" * 64,))])
    tracker.programs.lines.start(lambda *_: None)
    pid = started(sys.executable, path, "1").pid
    tracker.appeared(pid)
    hashed()
    images._late.add((None, (9, 9, path.stat().st_size, 0, 0)))
    for _ in range(3):
        tracker.replaced(pid)
        assert tracker._known[pid].identity not in tracker._unread


def test_a_script_that_is_written_to_before_it_is_hashed_is_unread(tracker, started, tmp_path, monkeypatch, hashed):
    """What it was nobody will ever know."""
    path, written, images = tmp_path / "homework.py", threading.Event(), tracker.programs.images
    look = images._look
    monkeypatch.setattr(images, "_look", lambda *one: written.wait() and look(*one))
    play = b"import sys\nopen(sys.argv[1], 'w').close()\nsys.stdin.read()\n"
    tracker.catalogue = Catalogue([known_by_hash(path, play + b"#" * (2 << 20))])
    tracker.programs.lines.start(lambda *_: None)
    process = started(sys.executable, path, tmp_path / "runs")
    until((tmp_path / "runs").exists)
    tracker.appeared(process.pid)
    path.write_bytes(b"#" * path.stat().st_size)
    written.set()
    tracker.replaced(process.pid)
    hashed()
    this = tracker._known[process.pid].identity
    until(lambda: (hashed(), tracker.replaced(process.pid), this in tracker._unread)[2])
    assert tracker.games == set()


@pytest.mark.parametrize("long", [False, True])
def test_a_script_that_takes_long_to_find_is_what_it_was_told_at_first(tracker, started, tmp_path, monkeypatch, long):
    """A long command line is not kept: one that is another by the time when it is walked counts as one that was not read."""
    path, decoy, found = tmp_path / "homework.py", tmp_path / "decoy.py", []
    decoy.touch()
    tracker.catalogue = Catalogue([known_by_hash(path, PLAY.replace("{}", str(decoy)).encode())])
    lines = tracker.programs.lines
    monkeypatch.setattr(lines, "_hurried", lambda *_: (False, Told()))
    lines.start(lambda *one: found.append(one))
    add, waits = lines.mazes.add, []
    monkeypatch.setattr(lines.mazes, "add", waits.append)
    process = started(sys.executable, path, "x" * (5_000 if long else 200))
    tracker.appeared(process.pid)
    writes_over(process, path)
    add(waits[0])
    until(lambda: found)
    tracker.found_out(*found[-1])
    assert tracker.games == (set() if long else {process.pid})
    assert tracker._known[process.pid].program.unread is long


def test_what_is_walked_in_vain_has_a_second_walk_and_then_pauses(tracker, started, tmp_path, monkeypatch):
    """Most of it may be in memory by then. Later the thread is there for others."""
    lines, walks, now = tracker.programs.lines, [], [0]
    monkeypatch.setattr(lines, "_hurried", lambda *_: (False, Told()))
    lines.start(lambda *_: None)
    monkeypatch.setattr(lines.mazes, "add", walks.append)
    clock = SystemClock()
    clock.mono = lambda: now[0]
    monkeypatch.setattr(lines, "_clock", clock)
    (tmp_path / "x.py").write_text("import sys; sys.stdin.read()")
    process = started(sys.executable, tmp_path / "x.py", "1")
    tracker.appeared(process.pid)
    this = tracker._known[process.pid].identity

    def walked():
        now[0] += 1_000
        assert lines.found(walks[-1], Told(unread="x", own=True, whole=True))

    def again(ms):
        now[0] += ms
        tracker.replaced(process.pid)
        return len(walks), lines.walks_again(this)

    assert not lines.walks_again(this)
    walked()
    assert [again(400), again(200)] == [(1, False), (2, True)]
    walked()
    assert again(600) == (3, False)
    walked()
    assert [again(600), again(9_000), again(1_000)] == [(3, False), (3, False), (4, False)]


# --- what they fork ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def unread(tracker, started, monkeypatch):
    """`unread()`: a process of somebody's who holds it up that it is read; `over(pid)`: it ends now."""
    programs, mine = tracker.programs, {}

    def reads(pid, _catalogue, _since=None, **_):
        status = procfs.stat(pid)
        if status is None or not status.alive:
            return None
        programs.images.unread, programs.blamed = "…", True
        return Program(pid, status.started, 1, "an", (), parent=status.parent, unread=True)

    monkeypatch.setattr(programs, "read", reads)

    def start():
        process = started("/bin/cat")
        mine[process.pid] = process
        return process.pid

    def over(pid):
        mine[pid].kill()
        mine[pid].wait()
        tracker.ended(pid, NOW())

    start.over = over
    return start


def held_against(tracker):
    return [one.program.pid for one in tracker.seen if isinstance(one, ProgramUnread)]


def test_what_an_unread_program_forks_is_looked_at_as_often_as_that_was(tracker, unread):
    """It leaves the play to a child before it was tried often enough, again and again."""
    pids = [unread()]
    tracker.appeared(pids[0])
    for _ in range(3):
        tracker._look_again()
        child = unread()
        tracker.forked(pids[-1], child, NOW())
        unread.over(pids[-1])
        assert child in tracker._known
        pids.append(child)
    assert held_against(tracker) == pids[2:]  # its child, too, at once


@pytest.mark.parametrize("alike", ["it and its sibling", "nobody", "all"])
def test_so_is_what_it_forks_as_a_sibling(tracker, unread, monkeypatch, alike):
    """CLONE_PARENT: the kernel says that it is its parent's child. What that forked itself, and runs the same, is none."""
    pids = [unread()]
    tracker.appeared(pids[0])
    other = {"it and its sibling": os.getpid(), "nobody": None, "all": 0}[alike]
    monkeypatch.setattr(procfs, "addresses", lambda pid: (b"%d" % (pid if other in {None, pid} else 0),))
    for _ in range(3):
        tracker._look_again()
        sibling, known = unread(), tracker._known[pids[-1]]
        tracker._known[pids[-1]] = replace(known, program=replace(known.program, parent=1))  # one that is over by now
        tracker.forked(os.getpid(), sibling, NOW())
        assert sibling not in tracker._known  # it may execute something
        unread.over(pids[-1])
        assert (sibling in tracker._known) is (other == os.getpid())
        if sibling not in tracker._known:
            return
        pids.append(sibling)
    assert held_against(tracker) == pids[2:]


def test_where_their_code_is_tells_whose_children_they_are(started):
    """As the kernel puts it anew with each exec, and nowhere else with a fork."""
    first, second = (started(sys.executable, "-c", "import os, sys; os.fork(); sys.stdin.read()", str(n)).pid for n in range(2))
    forks = until(lambda: [pid for pid in procfs.pids() if (one := procfs.stat(pid)) and one.parent == first])
    assert procfs.addresses(forks[0]) == procfs.addresses(first) != procfs.addresses(second)
    os.kill(forks[0], signal.SIGKILL)


def test_what_executes_something_else_or_can_be_read_is_held_against_nobody(tracker, unread, monkeypatch):
    """Of what an honest program forks while the PC is busy."""
    pid, other, read = unread(), unread(), tracker.programs.read
    tracker.appeared(pid)
    for _ in range(3):
        tracker._look_again()

    def reads(one, *rest, **more):
        found = read(one, *rest, **more)
        tracker.programs.images.unread = ""
        return found

    del tracker.seen[:]
    tracker.forked(pid, other, NOW())
    monkeypatch.setattr(tracker.programs, "read", reads)
    tracker.executed(other, NOW())
    tracker._look_again()
    tracker._fork_due()
    assert not held_against(tracker)
    assert not tracker._unread


def test_a_child_that_is_read_at_last_acquits_nobody(tracker, unread, monkeypatch):
    """It may have gone where something else lies under the same name."""
    pids, read = [unread() for _ in range(2)], tracker.programs.read
    tracker.appeared(pids[0])
    tracker.forked(pids[0], pids[1], NOW() - 100)
    tracker._fork_due()

    def reads(pid, *rest, **more):
        found = read(pid, *rest, **more)
        if pid == pids[1]:
            tracker.programs.images.unread = ""
            return replace(found, unread=False)
        return found

    tracker._look_again()
    monkeypatch.setattr(tracker.programs, "read", reads)
    tracker._look_again()
    tracker._look_again()
    assert held_against(tracker) == [pids[0]]


@pytest.mark.parametrize("look", ["again", "fork"])
def test_what_is_read_at_last_and_is_no_game_acquits_all_that_are_the_same(tracker, unread, monkeypatch, look):
    """A busy PC could not read a program's workers in time."""
    pids, read = [unread() for _ in range(3)], tracker.programs.read
    tracker.appeared(pids[0])
    for pid in pids[1:]:
        tracker.forked(pids[0], pid, NOW() - 100)
    if look == "again":
        tracker._fork_due()
    held = tracker._unread.of(tracker._known[pids[0]].identity)
    held.looks = 2

    def reads(pid, *rest, **more):
        found = read(pid, *rest, **more)
        if pid == pids[0]:
            tracker.programs.images.unread = ""
            return replace(found, unread=False)
        return found

    monkeypatch.setattr(tracker.programs, "read", reads)
    monkeypatch.setattr(rereading, "_TURN_MS", -1 if look == "fork" else 1000)
    tracker._read_at_last(pids[0])
    tracker._look_again()
    if look == "fork":
        tracker._fork_due()
    assert pids[1] in tracker._known
    assert not held_against(tracker)


def test_what_it_executes_is_held_against_it_for_itself_only(tracker, unread):
    """Of an honest program on a busy PC; who is to blame gains no time by that."""
    for blamed in (False, True):
        pid, other = unread(), unread()
        tracker.appeared(pid)
        held = tracker._unread.of(tracker._known[pid].identity)
        held.looks, held.blamed = 5, blamed
        tracker.forked(pid, other, NOW())
        unread.over(pid)
        assert (other in held_against(tracker)) is blamed
        tracker.executed(other, NOW())
        assert tracker._unread.of(tracker._known[other].identity) is not held
        assert (other in held_against(tracker)) is blamed


def test_many_that_are_unread_take_the_loop_little_time(tracker, unread, monkeypatch):
    """Each is looked at all the same, one turn after the other."""
    read, looked = tracker._read_at_last, []

    def slowly(pid):
        time.sleep(0.03)
        looked.append(pid)
        read(pid)

    pids = {unread() for _ in range(10)}
    for pid in pids:
        tracker.appeared(pid)
    innocent = {pid + 100_000 for pid in pids}  # of another account, none of which was looked at in vain
    for pid, one in zip(innocent, [tracker._known[pid] for pid in pids], strict=True):
        tracker._known[pid] = replace(one, program=replace(one.program, pid=pid, account="binh"))
        tracker._unread.note(tracker._known[pid].identity).blamed = True
    monkeypatch.setattr(tracker, "_read_at_last", slowly)
    began = NOW()
    tracker._look_again()
    assert len(looked) < 10 or NOW() - began < 200
    tracker._look_again()
    assert not held_against(tracker)
    tracker._look_again()
    assert set(held_against(tracker)) == pids
    for _ in range(9):
        tracker._look_again()
    assert pids < set(looked)


# --- what takes long to walk ------------------------------------------------------------------------------------------------


def endless():
    while True:
        time.sleep(0.001)
        yield []


@pytest.fixture
def walks(monkeypatch):
    monkeypatch.setattr(mazes, "_LONGEST_MS", 200)
    made = mazes.Mazes(SystemClock())
    made.heard = []
    made.start(lambda maze, told: made.heard.append((maze.identity[0], told)))
    yield made
    made.stop()


def test_what_is_walked_for_too_long_counts_as_unread(walks):
    """Not by the time that goes by: that of its own account. However many that begins."""
    began = NOW()
    for pid in range(5):
        walks.add(mazes.Maze((pid, 1), "an", endless))
    until(lambda: {pid for pid, _ in walks.heard} == {*range(5)})
    assert 190 < NOW() - began < 800
    assert {(told.unread, told.own, told.whole) for _, told in walks.heard} == {("…", True, False)}
    time.sleep(0.3)
    assert len(walks.heard) == 5


@pytest.mark.parametrize(("steps", "waits", "over"), [(9, 0, True), (11, 0, False), (5, 30, False), (5, 10, True)])
def test_what_has_too_many_steps_or_waits_for_its_own_account_is_unread(monkeypatch, steps, waits, over):
    """Whatever of the thread's time that takes."""
    monkeypatch.setattr(told, "_MOST_STEPS", 10)
    monkeypatch.setattr(told, "_LONGEST_WAIT_MS", 100)
    images = ReadImages()

    def walk():
        for _ in range(steps - 1):
            images.wait_anew = lambda: waits
            yield []
        return Told(whole=True)

    walked = told.limited(walk(), images, Catalogue(()))
    found = told.whole(walked)
    assert (found.unread, found.own) == (("", False) if over else ("…", True))


@pytest.mark.parametrize("at_once", [True, False])
def test_one_whose_turns_take_long_leaves_others_as_much(walks, at_once):
    """It waits for a file system of its own at each step; or at the only one, one after the other."""
    turns = []

    def waits():
        while True:
            time.sleep(0.1)
            turns.append(NOW())
            if at_once:
                return Told()
            yield []

    def walk():
        for _ in range(160):
            time.sleep(0.002)
            yield []
        return Told(whole=True)

    def one_after_the_other(maze, told):
        walks.heard.append((maze.identity[0], told))
        if maze.account == "an":
            threading.Timer(0.005, walks.add, [maze]).start()

    walks._tell = one_after_the_other
    walks.add(mazes.Maze((1, 1), "an", waits))
    until(lambda: turns)
    del turns[:]
    walks.add(mazes.Maze((2, 1), "binh", walk))
    until(lambda: any(told.whole for pid, told in walks.heard if pid == 2))
    assert len(turns) < 10
