"""Ways to leave a game's process behind: the play goes on in what it made, one play, until the last of it is gone.

The game is a Python of its own, so what the tests run is the game itself.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.bypasses.case import python
from tests.bypasses.test_counting import counted
from tests.contracts.programs import copy_with_own_build
from tests.system import until

PYTHON = f"/usr/bin/python3.{sys.version_info.minor}"
BEGIN = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
def leave(child):
    if child: os._exit(0)
def fork(): leave(os.fork())
CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
def sibling(): leave(libc.syscall(CLONE, 0x8000 | 17, 0, 0, 0, 0))
def play():
    open(os.environ["RAN"], "a").write("ran")
    sys.stdin.read()
"""
RUN = '"$GAME" -c "$DO" | cat'  # cat ends when nobody is left who could write to it

pytestmark = pytest.mark.skipif(not Path(PYTHON).exists(), reason="needs Debian's Python")


def own_python(path: Path) -> None:
    copy_with_own_build(PYTHON, path)


@pytest.fixture
def goes_on(case):
    """`goes_on(do)`: whatever the game does to itself, it is one play, and counted whole."""

    def check(do: str, run: str = RUN, begin: str = BEGIN, make=own_python, **env: str) -> None:
        one = case(None, make=make)
        with one.played(run, DO=f"{begin}{do}", PYTHONHOME="/usr", **env) as played:
            if make is python:
                played.go()
            until(one.ran.exists)
            one.look_again()
            time.sleep(0.2)
            assert one.running()
        counted(one, played)

    return check


@pytest.mark.promise("Games: What a game starts belongs to its play")
@pytest.mark.parametrize("do", [
    "fork(); fork(); play()", "fork(); os.setsid(); fork(); os.chdir('/'); play()",
    "for _ in range(30): fork()\nplay()",
    "sibling(); play()", "for _ in range(3): fork()\nsibling(); play()",
], ids=["double fork", "daemon", "many times", "CLONE_PARENT", "both in turn"])  # fmt: skip
def test_a_game_that_forks_itself_away(goes_on, do):
    """Whoever started it waits for nobody any more; each lives for an instant."""
    goes_on(do)


def test_a_game_whose_orphans_go_to_somebody_else(goes_on):
    """A sub-reaper takes the place of init."""
    reaper = "import os; os.spawnlp(os.P_WAIT, os.environ['GAME'], 'x', '-c', os.environ['DO']); os.wait()"
    become = "import ctypes; ctypes.CDLL(None).prctl(36, 1)"
    goes_on("fork(); fork(); play()", f'{PYTHON} -c "{become}; {reaper}" | cat')


@pytest.mark.usefixtures("namespaces")
def test_a_game_that_forks_in_a_namespace(goes_on):
    """Where its pids are other ones. What is the first process there has to stay."""
    inside = f'unshare --user --map-root-user --pid --fork sh -c \'"$GAME" -c "$DO"; {PYTHON} -c "input()"\' | cat'
    goes_on("fork(); fork(); play()", inside)


@pytest.mark.parametrize("do", ["fork(); fork()", "sibling()"])
def test_a_script_that_is_gone_when_its_game_forks(goes_on, do):
    """The interpreter was told a file that nobody can look at any more."""
    gone = f"os.unlink('x'); os.chdir('/'); {do}"
    goes_on(gone, f'cp "$GAME" x && {PYTHON} x | cat', make=python)


def test_what_a_game_starts_is_what_it_executes(case):
    """A browser that a launcher leaves behind is no game."""
    one = case(None, make=own_python)
    with one.played(RUN, DO=BEGIN + "play(); fork(); os.execv('/bin/sleep', ['sleep', '1'])", PYTHONHOME="/usr") as run:
        until(one.ran.exists)
    assert one.used() <= run.at_most - 0.9
