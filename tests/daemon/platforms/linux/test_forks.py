"""Whose child a process is: by the order of events, also where nobody is there any more when they are read."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.gate.judging import Judge
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.work import Work
from daemon.platforms.linux.watching import kin, masks, rereading
from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.passed import Passed, Started
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.seen import SeenProgram, image_of
from daemon.platforms.linux.watching.told import Told
from daemon.platforms.linux.watching.tracker import LinuxTracker
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game, Program
from tests.system import until as wait_until

NAME = f"turtles-{os.getpid()}"
CATALOGUE = Catalogue([Game(id="turtles", title="", names=(NAME,), commands=(f"--{NAME}",))])
NOW = SystemClock().mono


@pytest.fixture
def tracker(programs):
    """A tracker that is told by hand; `seen` is what it told, `later` what it asked for."""
    made = LinuxTracker(programs, SystemClock())
    made.seen, made.catalogue = [], CATALOGUE
    made.start(made.seen.append)
    yield made
    made.stop()


@pytest.fixture
def run():
    """`run(*args)`: the pid of a program that waits; its file and arguments can be seen."""
    started = []

    def start(*args, **more):
        process = subprocess.Popen([str(arg) for arg in args], stdin=subprocess.PIPE, **more)
        started.append(process)
        wait_until(lambda: procfs.args(process.pid)[-1:] == (str(args[-1]),))
        return process.pid

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()


@pytest.fixture
def game(tmp_path, run):
    """`game()`: a process of a game that is known by its name."""
    shutil.copy("/bin/sleep", tmp_path / NAME)
    return lambda: run(tmp_path / NAME, "600")


@pytest.fixture
def gone():
    """`gone()`: a pid that nobody has any more."""

    def pid():
        process = subprocess.Popen(["/bin/true"])
        process.wait()
        return process.pid

    return pid


def told(tracker):
    return [(type(one), one.program.pid if isinstance(one, ProgramStarted) else one.pid) for one in tracker.seen]


def test_a_play_goes_on_through_children_that_nobody_saw(tracker, game, gone):
    """Each is told before the one that it comes from is over, with the times of the events, so that there is no gap."""
    first, second, third, last = game(), gone(), gone(), game()
    tracker.executed(first, NOW())
    begun = NOW()
    tracker.forked(first, second, begun)
    tracker.forked(second, third, begun + 1)
    assert told(tracker) == [(ProgramStarted, first)]  # they may still execute something else
    tracker.ended(first, begun + 2)
    tracker.ended(second, begun + 3)
    tracker.forked(third, last, begun + 4)
    tracker.ended(third, begun + 5)

    assert told(tracker) == [
        (ProgramStarted, first), (ProgramStarted, second), (ProgramStarted, third), (ProgramEnded, first),
        (ProgramEnded, second), (ProgramStarted, last), (ProgramEnded, third)]  # fmt: skip
    child = tracker.seen[-2].program
    assert (child.started, child.since) == (procfs.stat(last).started, begun + 4)
    assert tracker.games == {last}


def test_what_a_game_starts_is_no_child_of_the_play(tracker, game, run):
    """It executed something before the game was over. What it had forked until then is another thing."""
    first, helper, child = game(), run("/bin/sleep", "601"), game()
    tracker.executed(first, NOW())
    at = NOW()
    tracker.forked(first, helper, at)
    tracker.ended(first, at)
    tracker.forked(helper, child, at)
    tracker.executed(helper, NOW())
    assert tracker.games == {child}


def test_what_became_another_program_has_other_children(tracker, game, run, gone):
    """A game that executes something else is none, nor is what it forks from then on."""
    first = game()
    tracker.executed(first, NOW())
    tracker.catalogue = Catalogue(())
    tracker.executed(first, NOW())
    tracker.forked(first, run("/bin/sleep", "601"), NOW())
    assert tracker.games == set()
    assert not tracker._kin


def test_a_pid_that_somebody_else_has(tracker, game, run, gone):
    """A game was there; whoever has its pid by now is its own master."""
    first, stranger = game(), gone()
    tracker.executed(first, NOW())
    tracker.forked(first, stranger, NOW())
    tracker.ended(stranger, NOW())
    tracker.forked(1, stranger, NOW())
    tracker.forked(stranger, run("/bin/sleep", "601"), NOW())
    tracker.ended(first, NOW())
    assert tracker.games == set()


def test_children_of_what_was_over_before_it_could_be_read(tracker, game, gone):
    """Nobody knows what it was, so what it forked is looked at."""
    first, second, last = gone(), gone(), game()
    at = NOW()
    tracker.executed(first, at)
    tracker.forked(first, second, at)
    tracker.ended(first, at)
    tracker.forked(second, last, at)
    assert tracker.games == {last}


def test_a_sibling_of_a_game_that_ended_while_it_was_read(tracker, game, monkeypatch):
    """The sibling is known by what both execute (CLONE_PARENT)."""
    first, sibling = game(), game()
    read = tracker.programs.read

    def and_end(pid, *rest, **more):
        found = read(pid, *rest, **more)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: image_of(pid) is None)
        return found

    with monkeypatch.context() as while_read:
        while_read.setattr(tracker.programs, "read", and_end)
        tracker.executed(first, NOW())
    tracker.forked(1, sibling, NOW())
    tracker.ended(first, NOW())
    assert tracker.games == {sibling}


def test_children_of_a_sibling_that_nobody_saw(tracker, game, gone):
    """Somebody else is named as its parent (CLONE_PARENT), and it is gone: what it forked is looked at."""
    first, sibling, last = game(), gone(), game()
    tracker.executed(first, NOW())
    tracker.forked(1, sibling, NOW())
    tracker.ended(first, NOW())
    tracker.forked(sibling, last, NOW())
    assert tracker.games == {last}


def test_what_goes_on_when_events_were_lost(tracker, game):
    """Of its forebears nobody told, and the game is over: it is known by what it executes. Not for ever."""
    first, last, later = game(), game(), game()
    tracker.executed(first, NOW())
    tracker.missed = NOW()
    tracker.ended(first, NOW())
    tracker.settled()
    tracker.forked(1, last, NOW())
    assert tracker.games == {last}
    tracker.ended(last, NOW())
    tracker.missed -= 3_000
    tracker.settled()
    tracker.forked(1, later, NOW())
    assert tracker.games == set()


LEAVE = """
import ctypes, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_a_child_that_goes_on_in_its_threads_alone(tracker, game):
    """Its leader left before the child was told."""
    first = game()

    async def body(child):
        tracker.executed(first, NOW())
        tracker.forked(first, child.pid, NOW())
        tracker.ended(child.pid, NOW())
        tracker.ended(first, NOW())
        assert tracker.games == {child.pid}

    with subprocess.Popen([sys.executable, "-c", LEAVE], stdin=subprocess.PIPE) as child:
        wait_until(lambda: procfs.stat(child.pid).state == "Z")
        asyncio.run(body(child))


def test_who_comes_to_end_a_game_comes_for_what_it_forked_too(tracker, game, gone):
    """A moment ago: which was not told yet, as it may execute something else."""
    first, second = game(), gone()
    tracker.executed(first, NOW())
    tracker.forked(first, second, NOW())
    tracker.ending(first, procfs.stat(first).started)
    assert tracker.chase.meet(Event("fork", gone(), 10**9, second))


def test_who_comes_too_late_to_end_a_game_comes_for_its_siblings(tracker, game):
    """The game is over by then, and forgotten but for that."""
    first = game()
    tracker.executed(first, NOW())
    seen = tracker._known[first].program
    tracker.ended(first, NOW())
    tracker.ending(first, seen.started)
    sibling = game()
    assert tracker.chase.meet(Event("fork", sibling, NOW() * 1_000_000, seen.parent))


def test_a_play_that_was_over_before_it_could_be_read(tracker, gone):
    """What the gate saw of it is told, and its end; also whose child it was, as a game that saves may start such."""
    pid, passed, at = gone(), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, os.getpid()))
    tracker.executed(pid, at + 1)
    tracker.ended(pid, at + 51)
    assert told(tracker) == [(ProgramStarted, pid), (ProgramEnded, pid)]
    assert (tracker.seen[0].program.since, tracker.seen[1].mono) == (at + 1, at + 51)
    assert (tracker.seen[0].program.account, tracker.seen[0].program.parent) == ("root", os.getpid())
    assert tracker.games == set()


def test_a_play_that_was_read_before_its_exec_was_told_and_over_after(tracker, run, tmp_path):
    """It is one play: what the gate saw is what had been read already, as its parent is a game's too."""
    shutil.copy("/bin/sleep", tmp_path / NAME)
    tracker.executed(run(tmp_path / NAME, "600"), NOW())
    process = subprocess.Popen([tmp_path / NAME, "601"])
    passed, at = Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(process.pid, 0, Fingerprint(f"/games/{NAME}", 1), at, os.getpid(), image_of(process.pid)))
    wait_until(lambda: procfs.args(process.pid)[-1:] == ("601",))
    tracker.forked(os.getpid(), process.pid, at)
    process.kill()
    process.wait()
    time.sleep(2 / os.sysconf("SC_CLK_TCK"))  # a start is whole ticks
    over = NOW()
    tracker.executed(process.pid, over)
    tracker.ended(process.pid, over)
    begun = [one.program for one in tracker.seen if isinstance(one, ProgramStarted) and one.program.pid == process.pid]
    ended = [one for one in tracker.seen if isinstance(one, ProgramEnded)]
    assert {one.identity for one in begun} == {(one.pid, one.started) for one in ended}
    assert len(ended) == 1


def test_a_sibling_of_a_play_that_was_over_before_it_could_be_read(tracker, game, gone):
    """The gate saw what it executes, which is what the sibling does."""
    pid, sibling, passed, at = gone(), game(), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(sibling)))
    tracker.executed(pid, at)
    tracker.forked(1, sibling, at)
    tracker.ended(pid, at)
    assert tracker.games == {sibling}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_game_that_shows_something_else_before_it_is_read(tracker, run, game, world, believed, known):
    """In a world of its own it may, at once: then the gate is believed, until an exec is told. Elsewhere it executed that.
    So it is of one that was known as something else.
    """
    pid, image, passed, at = run(*world, "sleep", "600"), image_of(game()), Passed(), NOW()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    if known:
        tracker.appeared(pid)
        tracker._known[pid] = replace(tracker._known[pid], image=image_of(os.getpid()))
        tracker._early.clear()
        at = NOW() + 1
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == believed
    tracker.executed(pid, NOW() + 1)
    assert pid not in tracker.games


@pytest.mark.parametrize("look", ["new", "again", "scan"])
@pytest.mark.parametrize("before", [True, False], ids=["after its exec", "before it"])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_game_that_was_seen_as_something_else_before_its_exec_is_told(tracker, run, game, world, believed, before, look):
    """Whoever looked saw what it says of itself: the gate's word counts, whether that look was before the exec or after it."""
    pid, passed, at = run(*world, "sleep", "600"), Passed(), NOW()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    if look == "again":
        tracker.appeared(pid)
        tracker._known[pid] = replace(tracker._known[pid], image=image_of(os.getpid()))
    time.sleep(0.005)
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.appeared if look == "new" else tracker.replaced)(pid)
    assert tracker._known[pid].at > at
    at = at if before else NOW() + 1
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == believed
    tracker.scan(lambda: [pid])
    assert (pid in tracker.games) == believed
    tracker.executed(pid, NOW() + 1)
    assert pid not in tracker.games


@pytest.mark.parametrize("early", [False, True])
def test_what_was_let_and_became_something_else_before_it_was_read_is_that(tracker, run, game, monkeypatch, early):
    """In a world of its own it is believed to be the game until the next exec is told, which came before the reading, too."""
    at = NOW()
    pid, passed = run("unshare", "--user", "sleep", "600"), Passed()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    time.sleep(0.005)
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert tracker.games == {pid}
    if early:
        monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
        tracker.replaced(pid)
        assert tracker.games == {pid}
    assert tracker._known[pid].at > at + 1
    tracker.executed(pid, at - 1)
    assert tracker.games == {pid}
    tracker.executed(pid, at + 1)
    assert tracker.games == set()
    assert all(NAME not in one.path for one in tracker._known[pid].program.files)
    tracker.scan(lambda: [pid])
    assert tracker.games == set()


def test_a_mask_is_not_taken_off_by_what_was_executed_before_it(tracker, game, run, monkeypatch):
    """The exec of the game itself, which was seen before it was told of."""
    at, pid, other = NOW(), game(), run("sleep", "60")
    time.sleep(0.005)
    tracker.appeared(pid)
    first, image, read = image_of(pid), image_of(other), tracker.programs.read
    assert tracker._known[pid].at > at
    monkeypatch.setattr(rereading, "image_of", lambda _: image)
    shown = read(other, tracker.catalogue).files
    monkeypatch.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), files=shown))
    tracker.replaced(pid)
    tracker.executed(pid, at)
    assert first == tracker._known[pid].image
    tracker.missed = NOW()
    monkeypatch.setattr(masks, "maker", lambda _: 0)
    tracker.replaced(pid)
    assert tracker.games == {pid}


@pytest.mark.parametrize("shows", ["nothing", "one as long", "itself"])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_script_that_shows_something_else_before_it_is_read(tracker, run, tmp_path, world, believed, shows):
    """Who runs it says which one. What its first line asks for may run another one at first, of which an event tells then."""
    script, decoy = tmp_path / "script", tmp_path / "decoy"
    for path in (script, decoy):
        path.write_text(f"import sys; sys.stdin.read()  # {path.name:9}", "utf-8")
    content = script.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    tracker.catalogue = Catalogue([Game(id="turtles", title="", sizes=(len(content),), sha256=(digest,))])
    words = {"nothing": ("-c", "input()"), "one as long": (decoy,), "itself": (script,)}[shows]
    pid, passed, at = run(*world, sys.executable, *words), Passed(), NOW()
    wait_until(lambda: image_of(pid) == image_of(os.getpid()))
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(str(script), len(content), sha256=digest), at, script=True))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == (believed or shows == "itself")
    assert tracker.masks.is_let(tracker._known[pid]) == (believed and shows != "itself")
    tracker.executed(pid, NOW() + 1)
    assert (pid in tracker.games) == (shows == "itself")


@pytest.mark.root
@pytest.mark.parametrize("owner", ["root", "a user"])
def test_the_gate_says_of_each_executable_which_file_it_is(tmp_path, owner):
    """Also of one without a build id, whose code no game has. Of a script it says that it is one."""
    native, script, text = (tmp_path / f"{name}-{NAME}" for name in ("native", "script", "text"))
    content = Path("/bin/true").read_bytes()
    native.write_bytes(content.replace(b"\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0", b"\4\0\0\0\x14\0\0\0\7\0\0\0GNU\0") + bytes(1 << 20))
    script.write_text("#!/bin/sh\n", "utf-8")
    text.write_text("x", "utf-8")
    games = Catalogue([Game(id="turtles", title="", names=tuple(one.name for one in (native, script, text)))])
    current, mounts = RefusalsByUid(games, {}), SimpleNamespace(whose=lambda _: "local")
    judge, work = Judge(SystemClock(), mounts), Work(Images()._first)
    let = []
    for path in (native, script, text):
        if owner != "root":
            os.chown(path, 65534, 65534)
        with path.open("rb") as file:
            asked = calls.Question(file.fileno(), os.getpid())
            said = judge.answer(asked, current)
            if said.to_read:
                question = {"n": 1, "do": "content", "opened": True, **said.to_read.question}
                read = work.done(Message(question, handle=os.dup(file.fileno())))
                said = judge.answer(asked, current, read._replace(head=json.loads(json.dumps(read.head))))
            assert said.let.file.build_id is None
            let.append((said.let.image, said.let.script))
    found = native.stat()
    assert let == [((found.st_dev, found.st_ino), False), (None, True), (None, False)]


@pytest.mark.parametrize("heard", [True, False])
def test_what_the_gate_let_goes_with_an_exec_that_may_have_been_lost(tracker, run, game, monkeypatch, heard):
    """It shows one thing and then another. If nothing was lost it has executed neither."""
    pid, passed, at = run("unshare", "--user", "sleep", "600"), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert tracker.games == {pid}
    if not heard:
        tracker.missed = NOW()
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    tracker.replaced(pid)
    assert tracker.games == ({pid} if heard else set())


@pytest.mark.parametrize("by", ["itself", "what it was told"])
def test_others_are_known_by_an_executable_that_alone_is_the_game(tracker, game, run, monkeypatch, by):
    """Whoever only runs a game shares its executable with who knows whom."""
    pid = game() if by == "itself" else run("/bin/sleep", "600")
    more = () if by == "itself" else (Fingerprint(f"/games/{NAME}", 1),)
    program = Program(pid, procfs.stat(pid).started, 0, "an", (Fingerprint(str(Path(f"/proc/{pid}/exe").readlink()), 1), *more))
    tracker._begin(SeenProgram(program, image_of(pid), NOW()))
    assert tracker.games == {pid}
    hunted = []
    monkeypatch.setattr(tracker.chase, "begin", lambda *args: hunted.append(args))
    tracker.ending(*program.identity)
    assert hunted == [((pid,), 0, image_of(pid) if by == "itself" else None, "an")]


def test_what_the_gate_saw_is_of_the_next_exec_alone():
    """Not of an earlier one, nor of one much later; and there are never many."""
    passed, file = Passed(), Fingerprint("/game", 1)
    passed.note(Started(7, 0, file, 100))
    assert passed.take(7, 99) is None
    assert passed.take(7, 100) == Started(7, 0, file, 100)
    assert passed.take(7, 100) is None
    passed.note(Started(7, 0, file, 100))
    assert passed.take(7, 5_000) is None
    for pid in range(10_000):
        passed.note(Started(pid, 0, file, 1))
    assert len(passed._noted) == 256


def test_the_gate_notes_also_while_the_loop_takes():
    """Of many that were let through, the loop takes one while the gate's thread makes room for another."""

    class Taken(OrderedDict):
        def __iter__(self):
            begun = super().__iter__()
            passed.take(7, 1)
            return begun

    passed, file = Passed(), Fingerprint("/game", 1)
    passed._noted = Taken((pid, Started(pid, 0, file, 1)) for pid in range(256))
    passed.note(Started(1_000, 0, file, 1))
    assert passed.take(1_000, 1) is not None


def test_a_game_without_its_name_is_told_by_what_runs_it(tracker, game, tmp_path):
    """Its file has another name by now. What executes the same file is the same, also where no fork of it was told."""
    tracker.appeared(game())
    (tmp_path / NAME).rename(tmp_path / "homework")
    tracker.catalogue = Catalogue([Game(id="turtles", title="", names=(NAME,))])
    again = subprocess.Popen([tmp_path / "homework", "602"])
    try:
        wait_until(lambda: procfs.args(again.pid)[-1:] == ("602",))
        tracker.appeared(again.pid)
        assert again.pid in tracker.games
        tracker.scan(lambda: [again.pid])
        assert tracker.games == {again.pid}
    finally:
        again.kill()
        again.wait()


def test_an_interpreter_is_the_game_only_with_the_same_command(tracker, run, tmp_path):
    """Two run one script, which is then deleted; a third one runs something else."""
    script, python = tmp_path / NAME, os.path.realpath(sys.executable)
    script.write_text("import os, sys; open(f'{sys.argv[0]}.{os.getpid()}', 'x'); sys.stdin.read()", "utf-8")
    first, second = run(python, script), run(python, script)
    other = run(python, "-c", "import sys; sys.stdin.read()")
    tracker.appeared(first)
    wait_until(lambda: all(Path(f"{script}.{pid}").exists() for pid in (first, second)))  # they have read it
    script.unlink()
    tracker.appeared(second)
    tracker.appeared(other)
    assert tracker.games == {first, second}


def test_a_game_that_was_seen_in_the_middle_of_its_exec_is_told_once(tracker, game, monkeypatch):
    """Without its words, which it is given last; the event then tells of what is known."""
    pid, read = game(), tracker.programs.read
    monkeypatch.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), args=()))
    tracker.appeared(pid)
    monkeypatch.undo()
    tracker.executed(pid, NOW())
    assert told(tracker) == [(ProgramStarted, pid)]
    assert tracker.running()[0].args


def test_a_game_that_executes_itself_goes_on(tracker, game):
    """Nothing is over: told anew, as it may be known by other clues now."""
    pid = game()
    tracker.executed(pid, NOW())
    tracker.executed(pid, NOW())
    assert told(tracker) == [(ProgramStarted, pid)] * 2


def test_forks_without_number_take_no_memory(tracker, game):
    """Those that waited longest are looked at when too many wait; those that are over are forgotten."""
    first = game()
    tracker.executed(first, NOW())
    for pid in range(2**22 + 1, 2**22 + 10_000):  # no pid goes so far
        tracker.forked(first, pid, NOW())
    tables = tracker._kin._waiting, tracker._kin._past
    assert len(tables[0]) <= kin._MOST_WAITING
    assert len(tables[1]) <= kin._MOST_PAST
    tracker.ended(first, NOW())
    tracker.settled()
    assert (len(tables[0]), len(tables[1])) == (0, 0)


def test_where_nobody_tells_a_child_is_seen_before_its_parents_end(tracker, game, monkeypatch):
    """By looking: else the play would be over in between. So it is where the end itself is told."""
    poller = Poller(tracker, SystemClock(), lambda: True)
    first, second, third = game(), game(), game()
    tracker.appeared(first)
    here = [second]
    monkeypatch.setattr(procfs, "pids", lambda: here)
    poller._compare(NOW())
    assert told(tracker)[1:] == [(ProgramStarted, second), (ProgramEnded, first)]

    here.append(third)
    tracker.look = poller.look_for_new
    tracker._over(*tracker._known[second].identity)
    assert told(tracker)[3:] == [(ProgramStarted, third), (ProgramEnded, second)]


@pytest.mark.root
def test_a_storm_of_forks_leaves_the_loop_its_turn(watching, launcher, until):
    """Two thousand children of a game: others are told meanwhile, and in the end nothing of them is kept."""
    seen = []
    code = f"import os, time\nfor _ in range(2000):\n  c = os.fork()\n  if not c: os._exit(0)\n  os.waitpid(c, 0)\n'--{NAME}'"

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(CATALOGUE, {}))
            storm = (await launcher.aside("start", args=[sys.executable, "-c", code, f"--{NAME}"]))["pid"]
            await until(lambda: storm in watcher._tracker.games)
            other = (await launcher.aside("start", args=["/bin/sleep", "5"]))["pid"]
            await until(lambda: any(isinstance(one, ProgramStarted) and one.program.pid == other for one in seen))
            await until(lambda: any(isinstance(one, ProgramEnded) and one.pid == storm for one in seen))
            await until(lambda: not watcher._tracker.games and not watcher._tracker._kin)

    asyncio.run(body())


def test_what_is_a_game_by_what_was_read_is_one_whatever_could_not_be(tracker, run, tmp_path, monkeypatch):
    """A busy PC: its script was found at last, and then there was no time for something else that it might have been."""
    script = tmp_path / NAME
    script.touch()
    pid, read = run("sleep", "600"), tracker.programs.read
    tracker.appeared(pid)
    (seen,) = tracker.running()

    def late(*args, **more):
        found = replace(read(*args, **more), files=(*seen.files, Fingerprint(str(script), 1)), interpreted=True, unread=True)
        tracker.programs.images.unread = "/usr/share/something"
        return found

    monkeypatch.setattr(tracker.programs, "read", late)
    tracker.looked(seen.files[0].size)
    assert tracker.games == {pid}


@pytest.fixture
def slow(tracker, monkeypatch):
    """`slow(*command)`: a program whose command line takes a while, and all that was found out of it."""
    walked, started = [], []
    monkeypatch.setattr(tracker.programs.lines, "_hurried", lambda *_: (False, Told()))
    tracker.programs.lines.start(lambda maze, told: walked.append((maze, told)))

    def start(*command):
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        tracker.appeared(started[0].pid)
        wait_until(lambda: walked)
        tracker.found_out(*walked[0])
        return started[0], walked

    yield start
    for process in started:
        process.kill()
        process.communicate()
    tracker.programs.lines.stop()


def goes_on_as(process, script):
    """It executes a Python that runs this; the moment, and the script."""
    script.write_text("import sys; sys.stdin.read()", "utf-8")
    process.stdin.write(b"\n")
    process.stdin.flush()
    wait_until(lambda: procfs.args(process.pid)[-1:] == (str(script),))
    return NOW()


def test_what_one_interpreter_was_told_is_not_what_the_next_one_is(tracker, slow, tmp_path):
    """A shell executes another interpreter; a scan sees that before its event comes."""
    script = tmp_path / NAME
    process, walked = slow("bash", "-c", f"read x; exec '{sys.executable}' '{script}'")
    goes_on_as(process, script)
    tracker.replaced(process.pid)
    wait_until(lambda: len(walked) > 1)
    tracker.found_out(*walked[-1])
    assert tracker.games == {process.pid}


def test_what_an_interpreter_was_told_before_is_not_what_it_is_told_now(tracker, slow, tmp_path):
    """It executes itself, and what a scan then takes it for was found out before: the event tells."""
    script, python = tmp_path / NAME, os.path.realpath(sys.executable)
    process, walked = slow(python, "-c", f"import os; input(); os.execv('{python}', ['{python}', '{script}'])")
    at = goes_on_as(process, script)
    time.sleep(0.01)
    tracker.scan(lambda: [process.pid])
    assert tracker.games == set()
    tracker.executed(process.pid, at)
    wait_until(lambda: len(walked) > 1)
    tracker.found_out(*walked[-1])
    assert tracker.games == {process.pid}


ALLOWED, REFUSED = (
    Game(id=name, title="", sizes=(size,), sha256=(name[0] * 64,)) for name, size in (("b-allowed", 2), ("a-bound", 3))
)
ENGINE = Fingerprint("/x/engine", 1)
BESIDE = {game.id: Fingerprint(f"/x/{game.id}", game.sizes[0], sha256=game.sha256[0]) for game in (ALLOWED, REFUSED)}
READ = {  # what lies beside an engine, or is told to an interpreter: at first, and once all can be read; and which game it is
    "one more, before the other": ((ENGINE, BESIDE["b-allowed"]), (ENGINE, BESIDE["a-bound"], BESIDE["b-allowed"]), "a-bound"),
    "the first of any": ((ENGINE,), (ENGINE, BESIDE["a-bound"]), "a-bound"),
    "another in its place": ((ENGINE, BESIDE["a-bound"]), (ENGINE, BESIDE["b-allowed"]), "a-bound"),
    "one as long in its place": ((ENGINE, BESIDE["a-bound"]), (ENGINE, Fingerprint("/x/decoy", 3, sha256="d" * 64)), "a-bound"),
}


@pytest.mark.parametrize("look", ["all", "again", "scan"])
@pytest.mark.parametrize(("first", "then", "game"), READ.values(), ids=READ)
def test_what_could_not_be_read_at_first_is_added_and_takes_nothing_away(tracker, run, monkeypatch, first, then, game, look):
    """It has executed nothing since: what was seen of it stays, whatever it lets be seen afterwards."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, programs = run("sleep", "60"), tracker.programs
    started, read = procfs.stat(pid).started, [(first, True)]

    def reads(pid, _catalogue, _since=None, **_):
        files, unread = read[-1]
        programs.images.unread, programs.blamed = "…" if unread else "", False
        return Program(pid, started, 1, "an", files, args=tuple(file.path for file in files), unread=unread)

    monkeypatch.setattr(programs, "read", reads)
    tracker.appeared(pid)
    read.append((then, False))
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.replaced if look == "all" else tracker._read_at_last)(pid)
    assert tracker.games == {pid}
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == game


@pytest.mark.parametrize("look", ["all", "again", "scan"])
@pytest.mark.parametrize("heard", [True, False])
def test_a_game_in_our_own_world_shows_another_executable(tracker, game, run, monkeypatch, heard, look):
    """A child that shares its memory names that for it (clone(2) with CLONE_VM and CLONE_NEWUSER). If nothing was lost, an exec
    would have been told.
    """
    pid, other = game(), run("sleep", "60")
    tracker.appeared(pid)
    if not heard:
        tracker.missed = NOW()
    image = image_of(other)
    monkeypatch.setattr(rereading, "image_of", lambda _: image)
    read = tracker.programs.read
    shown = read(other, tracker.catalogue).files
    monkeypatch.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), files=shown))
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.replaced if look == "all" else tracker._read_at_last)(pid)
    assert tracker.games == ({pid} if heard else set())


def test_a_game_that_was_only_asked_for_is_no_cover_for_one_that_runs(tracker, run, monkeypatch):
    """It says that it is the other already; the gate let it become that, and it could not."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, shows = run("sleep", "60"), [BESIDE["a-bound"]]
    started = procfs.stat(pid).started
    monkeypatch.setattr(tracker.programs, "read", lambda *_, **__: Program(pid, started, 1, "an", tuple(shows)))
    tracker.appeared(pid)
    shows[0] = BESIDE["b-allowed"]
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    tracker._look(Started(pid, 0, BESIDE["b-allowed"], NOW(), image=(0, 0)))
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == "a-bound"
    tracker.missed = NOW()  # an exec of it may have been lost
    tracker._look(Started(pid, 0, BESIDE["b-allowed"], NOW(), image=(0, 0)))
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == "b-allowed"


@pytest.mark.parametrize(("why", "is_now"), [({"silenced": True}, "b-allowed"), ({}, "a-bound")])
def test_a_game_that_seems_to_be_another_one_is_it_only_where_its_exec_may_not_have_been_told(
    tracker, run, monkeypatch, why, is_now
):  # fmt: skip
    """A look at all because of a new disk is no reason to believe a mask."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, shows = run("sleep", "60"), [BESIDE["a-bound"]]
    started = procfs.stat(pid).started
    monkeypatch.setattr(tracker.programs, "read", lambda *_, **__: Program(pid, started, 1, "an", tuple(shows)))
    monkeypatch.setattr(procfs, "pids", lambda: [pid])
    tracker.appeared(pid)
    shows[0] = BESIDE["b-allowed"]
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    monkeypatch.setattr(tracker, "watch_ends", lambda: None)
    Poller(tracker, SystemClock(), lambda: False).look_at_all(**why)
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == is_now
    assert not tracker.masks.doubting
