"""What takes long to find out of a command line holds up neither the loop nor anybody else, and is never forgotten."""

from __future__ import annotations

import subprocess
import threading
from functools import partial
from hashlib import sha256
from itertools import count

import pytest

from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading.files import Runner
from daemon.platforms.linux.watching.brief import MOST
from daemon.platforms.linux.watching.mazes import Maze, Mazes
from daemon.platforms.linux.watching.patience import Patience
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.read_images import ReadImages
from daemon.platforms.linux.watching.told import Teller, Told, whole
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.processes import BlindError
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game
from tests.contracts.programs import copy_with_own_build
from tests.system import until

GAME = Fingerprint("/game", 7)


class Hurrying(SystemClock):
    """Each look at it takes a few milliseconds, as a maze of links would."""

    def __init__(self, step):
        super().__init__()
        ticks = count(0, step)
        self.mono = lambda: next(ticks)


@pytest.fixture
def mazes():
    made = Mazes(Hurrying(1))
    made.heard = []
    made.start(lambda maze, told: made.heard.append((maze, told)))
    yield made
    made.stop()


def steps(number=None, files=()):
    """So many steps, or for ever; at each these files are known."""
    known = []
    for at in range(number) if number is not None else count():
        known += files[at : at + 1]
        yield known
    return Told(tuple(known), ("done",), interpreted=True)


def told_of(mazes, maze):
    return [told for one, told in mazes.heard if one is maze]


def test_an_account_in_a_maze_keeps_nobody_else_waiting(mazes):
    """Nor its own newest start: what came last has the next turn."""
    for pid in range(20):
        mazes.add(Maze((pid, 1), "an", steps))
    others = [Maze((100, 1), "binh", lambda: steps(50)), Maze((101, 1), "an", lambda: steps(50))]
    for one in others:
        mazes.add(one)
    until(lambda: all(told_of(mazes, one) for one in others))
    assert told_of(mazes, others[0])[-1].args == ("done",)


def test_what_is_found_in_a_maze_is_told_before_its_end(mazes):
    """A game among the first of many files is ended long before the last one was looked at."""
    maze = Maze((1, 1), "an", lambda: steps(None, [GAME]))
    mazes.add(maze)
    until(lambda: told_of(mazes, maze))
    assert told_of(mazes, maze)[0].files == (GAME,)


@pytest.mark.parametrize("length", [3, 30])
def test_who_starts_something_all_the_time_hides_nothing(mazes, length):
    """Neither what is over in one turn nor what takes some more keeps what came first from its own."""
    def one_more(maze, told):
        mazes.heard.append((maze, told))
        mazes.add(Maze((2, 1), "an", lambda: steps(length)))
        mazes.add(Maze((2, 1), "an", lambda: steps(length)))

    mazes._tell = one_more
    hidden = Maze((1, 1), "an", lambda: steps(100, [*[None] * 99, GAME]))
    mazes.add(hidden)
    mazes.add(Maze((2, 1), "an", lambda: steps(length)))
    until(lambda: any(GAME in told.files for told in told_of(mazes, hidden)))


def test_one_that_cannot_be_read_hides_no_other(mazes, caplog):
    """Nor is one forgotten that could not be read for want of descriptors."""
    blind = iter([True, True])

    def begin():
        if next(blind, False):
            raise BlindError("no descriptors")
        return steps(3, [GAME])

    def broken():
        raise ZeroDivisionError

    bad, over, good = Maze((1, 1), "an", broken), Maze((2, 1), "an", lambda: None), Maze((3, 1), "an", begin)
    for maze in (good, over, bad):
        mazes.add(maze)
    until(lambda: told_of(mazes, good))
    assert told_of(mazes, good)[-1].files == (GAME,)
    assert told_of(mazes, bad)[0].interpreted
    assert not told_of(mazes, over)
    assert "process 1 cannot be read" in caplog.text


def test_few_of_an_accounts_are_kept_half_walked_and_all_are_walked(mazes):
    """However many it starts: what each holds of its command line is let go of meanwhile."""
    held, most = set(), []

    def long(number):
        held.add(number)
        try:
            yield from steps(90)
        finally:
            held.discard(number)
            most.append(len(held))
        return Told(args=("done",))

    walks = [Maze((number, 1), "an", partial(long, number)) for number in range(30)]
    for one in walks:
        mazes.add(one)
    until(lambda: all(told_of(mazes, one) for one in walks))
    assert all(told_of(mazes, one)[-1].args == ("done",) for one in walks)
    assert max(most) <= 6


def test_what_nobody_waits_for_any_more_is_left(mazes):
    """Else who starts and ends what has no end would keep the thread busy for ever."""
    wanted, left = [True], []

    def endless():
        try:
            yield from steps()
        finally:
            left.append(True)

    maze = Maze((1, 1), "an", endless, lambda: bool(wanted))
    mazes.add(maze)
    other = Maze((2, 1), "an", lambda: steps(50))
    mazes.add(other)
    until(lambda: told_of(mazes, other))
    assert not left
    wanted.clear()
    until(lambda: left)
    assert all(told.unread for told in told_of(mazes, maze))  # as it lasts


def test_stopping_waits_for_no_maze(mazes):
    mazes.add(Maze((1, 1), "an", steps))
    mazes.stop()
    assert not any(thread.name == "mazes" for thread in threading.enumerate())


def test_the_loop_has_so_much_patience_and_no_more():
    """For a process 20 ms, for an account 100 in a second; other accounts keep theirs."""
    clock = SystemClock()
    now = 5_000
    clock.mono = lambda: now
    patience = Patience(clock)
    given = []
    for _ in range(7):
        until_ = patience.until("an")
        given.append(until_ - now)
        now = max(now, until_)
        patience.spent("an")
    assert given == [20, 20, 20, 20, 20, 0, 0]
    assert patience.until("binh") - now == 20
    now += 1_000
    assert patience.until("an") - now == 20


@pytest.fixture
def maze(tmp_path):
    """`(pid, catalogue)` of a stand-in of Java that is told a hundred files, the last of which is the game."""
    content = b"a game\n"
    (tmp_path / "game.jar").write_bytes(content)
    for number in range(100):
        (tmp_path / f"{number}.jar").write_text("x")
    copy_with_own_build("/bin/dash", tmp_path / "java")
    words = ["-cp", ":".join(f"{number}.jar" for number in range(100)), "-jar", "game.jar"]
    with subprocess.Popen([tmp_path / "java", "-c", "read line", *words], stdin=subprocess.PIPE, cwd=tmp_path) as child:
        until(lambda: procfs.cmdline(child.pid, 1))
        yield child.pid, Catalogue([Game(id="craft", title="", sizes=(7,), sha256=(sha256(content).hexdigest(),))])
        child.kill()


def test_a_maze_is_left_to_the_thread_and_comes_back(maze):
    """Until then what was found counts; a scan meanwhile does not look again, another exec does."""
    pid, catalogue = maze
    programs, heard = Programs(Hurrying(3)), []
    programs.lines.start(lambda *found: heard.append(found))
    try:
        first = programs.read(pid, catalogue)
        assert catalogue.recognise(first) is None
        assert first.interpreted
        assert len(first.files) < 20
        until(lambda: [told for _, told in heard if told.args])
        assert programs.read(pid, catalogue).files == first.files
        assert all(programs.lines.found(*one) for one in tuple(heard))
        assert catalogue.recognise(programs.read(pid, catalogue)).clues == ("content",)
        assert len(programs.read(pid, catalogue, since=1).files) < 20
        assert not programs.lines.found(*heard[0])
        programs.lines.keep(())
        assert not programs.lines._found
    finally:
        programs.lines.stop()


def test_whose_files_are_few_is_known_at_once(maze):
    """No thread is asked."""
    pid, catalogue = maze
    programs = Programs(SystemClock())
    programs.lines.start(lambda *_: None)
    try:
        until(lambda: catalogue.recognise(programs.read(pid, catalogue, since=1)))
    finally:
        programs.lines.stop()


def test_what_one_could_not_be_read_for_is_not_held_against_the_next(maze):
    """The thread reads for many, one after the other."""
    pid, catalogue = maze
    programs, heard = Programs(Hurrying(3)), []
    programs.slow_images.hold("/somebody/elses", own=True)
    programs.lines.start(lambda *found: heard.append(found))
    try:
        programs.read(pid, catalogue)
        until(lambda: [told for _, told in heard if told.whole])
        assert {(told.unread, told.own) for _, told in heard} == {("", False)}
    finally:
        programs.lines.stop()


def test_of_a_command_line_that_is_held_up_that_is_told():
    """Also where it says so little that nothing seems to be run."""
    images = ReadImages()
    images.hold("7 …", own=True)
    steps = Teller({}).told(7, Fingerprint("/bin/true", 1), b"", Catalogue(()), images, Runner("an", 5, 5))
    images.unread, images.own = "", False  # as somebody else is read for meanwhile
    with pytest.raises(StopIteration) as over:
        next(steps)
    assert (over.value.value.unread, over.value.value.own) == ("7 …", True)


@pytest.mark.parametrize(("words", "late", "unread"), [
    (["maths"], True, "maths"), (["maths"], False, ""), (["-c", "echo; read line"], True, "")])  # fmt: skip
def test_a_script_that_is_gone_when_its_turn_comes_is_unread(tmp_path, words, late, unread):
    """Nobody can tell any more what runs; but who was looked at in time, or runs no file, may have none."""
    (tmp_path / "maths").write_text("echo; read line")
    with subprocess.Popen(["/bin/sh", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as child:
        child.stdout.readline()
        (tmp_path / "maths").unlink()
        steps = Teller({}).told(
            child.pid, Fingerprint("/bin/sh", 1), procfs.cmdline(child.pid), Catalogue(()), ReadImages(), Runner("an", 5, 5),
            late=late,
        )  # fmt: skip
        told = whole(steps)
        child.kill()
    assert told.unread == unread


@pytest.fixture
def aside(monkeypatch):
    """`(programs, mazes, wait)`: whatever an interpreter is told is left to a thread that does nothing."""
    clock, now, added = SystemClock(), [5_000], []
    clock.mono = lambda: now[0]
    programs = Programs(clock)
    programs.lines.start(lambda *_: None)
    monkeypatch.setattr(programs.lines.mazes, "add", added.append)
    monkeypatch.setattr(programs.lines._patience, "until", lambda _: 0)
    yield programs, added, lambda ms: now.__setitem__(0, now[0] + ms)
    programs.lines.stop()


def test_what_could_not_be_read_is_walked_again_only_after_a_while(maze, aside):
    """Whoever holds it up has the loop and the thread do so no more often. Until then it is unread, and called what it was."""
    pid, catalogue = maze
    programs, mazes, wait = aside
    args = programs.read(pid, catalogue).args
    assert programs.lines.found(mazes[0], Told(interpreted=True, unread="/disk/game.jar", own=True, whole=True))
    for _ in range(3):
        assert programs.read(pid, catalogue).args == args
        assert (programs.images.unread, programs.images.own) == ("/disk/game.jar", True)
    assert len(mazes) == 1
    wait(500)
    programs.read(pid, catalogue)
    programs.read(pid, catalogue)
    assert len(mazes) == 2


def test_what_could_not_be_read_in_time_is_walked_again_without_a_scan(maze, aside):
    """A busy PC reads it a moment later: the game that it is does not go on until all that runs is looked at."""
    pid, catalogue = maze
    programs, mazes, wait = aside
    tracker, due = LinuxTracker(programs, programs._clock), []
    tracker.catalogue, tracker.later = catalogue, lambda pause, call, *args: due.append((pause, partial(call, *args)))
    tracker.start(lambda _: None)
    tracker.appeared(pid)
    for walks in (2, 3):
        tracker.found_out(mazes[-1], Told(interpreted=True, unread="/disk/game.jar", whole=True))
        wait(1_000)
        for pause, call in [due.pop(0) for _ in tuple(due)]:
            assert pause == 1
            call()
        assert len(mazes) == walks
    tracker.stop()


def test_of_what_is_over_nothing_is_kept(maze, aside):
    """However many start and end between two looks at all that runs. Of what runs little is, however long its command line."""
    pid, catalogue = maze
    programs, mazes, wait = aside
    tracker = LinuxTracker(programs, programs._clock)
    tracker.catalogue = catalogue
    tracker.start(lambda _: None)
    tracker.appeared(pid)
    words = tuple(map(str, range(99_999)))
    for over in (False, True):
        assert programs.lines.found(mazes[0], Told(args=words, unread="x", interpreted=True, whole=over))
        assert sum(map(len, programs.lines._found[mazes[0].identity].told.args)) < 2 * MOST
    wait(10**9)
    assert mazes[0].wanted()
    tracker.ended(pid, programs._clock.mono())
    assert not programs.lines._found
    assert not mazes[0].wanted()
    tracker.stop()


@pytest.mark.parametrize("moved", ["", "away", "for a decoy"])
def test_a_large_file_that_was_found_in_a_maze_is_hashed(maze, aside, tmp_path, moved):
    """By whoever hashes large files: the thread waits for none of them. Only what was opened counts."""
    pid, _ = maze
    programs, mazes, _ = aside
    content = b"x" * ((1 << 20) + 1)
    jar, at = tmp_path / "large.jar", tmp_path / "seen.jar"
    jar.write_bytes(content)
    at.hardlink_to(jar)
    game = Game(id="large", title="", sizes=(len(content),), sha256=(sha256(content).hexdigest(),))
    catalogue = Catalogue([game])
    programs.read(pid, catalogue)
    found = programs.slow_images.placed(str(at if moved else jar), str(jar), Catalogue(()))
    if moved:
        (at if moved == "away" else jar).unlink()
    if moved == "for a decoy":
        jar.write_bytes(b"y" * len(content))
    assert programs.lines.found(mazes[0], Told((found,), interpreted=True, whole=True))
    assert catalogue.recognise(programs.read(pid, catalogue)).clues == ("content",)
