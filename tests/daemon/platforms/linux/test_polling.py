"""Where nothing tells of an exec: what a process becomes between two looks at it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted
from daemon.platforms.linux.watching.passed import Started
from rules.games import Catalogue, Fingerprint, Game
from tests.system import until

PYTHON = os.path.realpath(sys.executable)
WAIT = "import sys; open(sys.argv[0] + '.runs', 'w').close(); sys.stdin.read()"
BECOME = f"import os, sys; sys.stdin.readline(); os.execv({PYTHON!r}, sys.argv[1:])"


@pytest.fixture
def becoming():
    """`becoming(*args)`: a Python without a script, which executes itself with these arguments when `go` is called."""
    started = []

    def start(*args):
        process = subprocess.Popen([PYTHON, "-c", BECOME, PYTHON, *args], stdin=subprocess.PIPE)
        started.append(process)
        until(lambda: words(process)[1:2] == ["-c"])
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()


def words(process):
    return Path(f"/proc/{process.pid}/cmdline").read_text("utf-8").split("\0")


def go(process, *, to):
    process.stdin.write(b"\n")
    process.stdin.flush()
    until(Path(f"{to}.runs").exists)  # Python has read the script


def kinds(tracker, pid):
    return [type(one) for one in tracker.seen if (one.program.pid if isinstance(one, ProgramStarted) else one.pid) == pid]


@pytest.mark.parametrize("look", ["replaced", "scan"])
def test_an_interpreter_that_executes_itself_is_read_again(tracker, becoming, tmp_path, look):
    """Read between fork and exec it is what its parent was, under the same pid, start and executable; then it is a game."""
    script = tmp_path / "turtles.py"
    script.write_text(WAIT, "utf-8")
    tracker.catalogue = Catalogue([Game(id="turtles", title="", names=("turtles.py",))])
    process = becoming(str(script))
    tracker.appeared(process.pid)
    assert tracker.games == set()

    go(process, to=script)
    if look == "replaced":
        tracker.replaced(process.pid)
        assert kinds(tracker, process.pid) == [ProgramStarted, ProgramEnded, ProgramStarted]
    else:
        tracker.scan(lambda: [process.pid])
    assert tracker.games == {process.pid}
    begun = tracker._known[process.pid]
    tracker.replaced(process.pid)
    assert tracker._known[process.pid] is begun


@pytest.mark.parametrize("gate", [False, True])
def test_what_a_process_became_counts_from_the_last_look_at_it(tracker, becoming, tmp_path, gate):
    """At the earliest: it was known long before. The gate knows the moment."""
    script = tmp_path / "turtles.py"
    script.write_text(WAIT, "utf-8")
    tracker.catalogue = Catalogue([Game(id="turtles", title="", names=("turtles.py",))])
    process = becoming(str(script))
    tracker.appeared(process.pid)
    tracker.alone = True
    looked = tracker._clock.mono()
    asked = looked + 1
    if gate:
        tracker.passed = lambda pid, _: Started(pid, 0, Fingerprint("turtles.py", 1), asked)
    go(process, to=script)
    tracker._ends.follow = lambda _: True  # there is no loop here
    tracker.replaced(process.pid, looked)
    assert tracker.seen[-1].program.since == (asked if gate else looked)


def test_a_script_that_goes_while_it_runs_was_there(tracker, becoming, tmp_path):
    """Deleted and put back, it is one program, whoever looks: its command line never changed."""
    script = tmp_path / "turtles.py"
    script.write_text(WAIT, "utf-8")
    tracker.catalogue = Catalogue([Game(id="turtles", title="", names=("turtles.py",))])
    process = becoming(str(script))
    go(process, to=script)
    tracker.appeared(process.pid)
    script.unlink()
    tracker.replaced(process.pid)
    tracker.scan(lambda: [process.pid])
    assert tracker.games == {process.pid}
    script.write_text(WAIT, "utf-8")
    tracker.replaced(process.pid)

    assert kinds(tracker, process.pid) == [ProgramStarted]
    assert tracker.games == {process.pid}
