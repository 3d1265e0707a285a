"""Whose child a process is: by the order of events, also where nobody is there any more when they are read."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching import kin
from daemon.platforms.linux.watching.connector import Event
from daemon.platforms.linux.watching.passed import Passed, Started
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.seen import image_of
from daemon.platforms.linux.watching.told import Told
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game
from tests.daemon.platforms.linux.conftest import CATALOGUE, NAME, NOW, told
from tests.system import until as wait_until


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


def test_a_sibling_of_a_play_that_was_over_before_it_could_be_read(tracker, game, gone):
    """The gate saw what it executes, which is what the sibling does."""
    pid, sibling, passed, at = gone(), game(), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(sibling)))
    tracker.executed(pid, at)
    tracker.forked(1, sibling, at)
    tracker.ended(pid, at)
    assert tracker.games == {sibling}


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
