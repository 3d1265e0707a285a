"""Programs of which not everything can be said: paths and command lines longer than anybody expects."""

from __future__ import annotations

import subprocess
import sys

import pytest

from daemon.platforms.api import Refusals, StartRefused
from daemon.platforms.linux import procfs
from daemon.platforms.linux.gate.execgate import ExecGate
from host.clock import SystemClock
from rules.games import Catalogue
from tests.contracts.programs import copy_with_own_build
from tests.system import until

CHILD = "games"
NAME = "x" * 250
DEEP = 20  # folders: together longer than a path may be
# Goes down from the folder of its first argument and makes what is missing; then it becomes the program of its second.
DOWN = f"""
import os, sys
os.chdir(sys.argv[1])
for _ in range({DEEP}):
    if sys.argv[2] == "copy": os.mkdir("{NAME}")
    os.chdir("{NAME}")
if sys.argv[2] == "copy":
    import shutil
    print(shutil.copy(sys.argv[3], "homework"))
else:
    os.execv("./homework", ["./homework", *sys.argv[3:]])
"""


@pytest.fixture
def started():
    """`started(*args)`: a process that is ended after the test."""
    running = []

    def start(*args, **more):
        running.append(subprocess.Popen(args, stdin=subprocess.PIPE, **more))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.wait()
        one.stdin.close()


def test_a_path_that_is_too_long_hides_no_game(read, make_game, started, tmp_path):
    """It is known by its build, and called as the process is."""
    path, game = make_game(tmp_path, "chess")
    catalogue = Catalogue((game,))
    subprocess.run([sys.executable, "-c", DOWN, tmp_path, "copy", path], check=True, capture_output=True)
    pid = started(sys.executable, "-c", DOWN, tmp_path, "run", "60").pid
    until(lambda: procfs.link(f"/proc/{pid}/exe") == "" and procfs.cmdline(pid, 1))
    program = read(pid, catalogue)
    assert (program.files[0].path, catalogue.recognise(program).clues) == ("homework", ("build-id",))


@pytest.mark.root
def test_the_gate_refuses_a_game_under_too_long_a_path(gate_folder, launcher, make_game):
    told = []
    path, game = make_game(gate_folder, "chess")
    gate = ExecGate(SystemClock(), told.append)
    gate.open()
    try:
        launcher("run", args=[sys.executable, "-c", DOWN, str(gate_folder), "copy", str(path)])
        gate.watch(str(gate_folder))
        gate.arm(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))
        launcher("start", args=["/usr/bin/python3", "-c", DOWN, str(gate_folder), "run", "1"], user=CHILD, cwd="/")
        until(lambda: told)
    finally:
        gate.close()
    assert [(type(one), one.game) for one in told] == [(StartRefused, "chess")]


def test_a_command_line_that_is_too_long_to_be_read_is_told(read, started, tmp_path):
    """The program is unknown then, whatever it would have been."""
    script = tmp_path / "tetris"
    script.write_text("import time; time.sleep(60)\n")
    pid = started("/usr/bin/python3", *["-u"] * 100_000, script).pid
    until(lambda: procfs.cmdline(pid, 1))  # an exec goes on for a moment after whoever forked hears of it
    assert read(pid, Catalogue(())).unread


def test_what_is_kept_of_many_files_is_bounded(read, started, tmp_path):
    node = tmp_path / "node"
    copy_with_own_build("/bin/dash", node)
    (tmp_path / "0").write_text("0")
    words = ["./" * (number // 27) + ".//" * (number % 27) + "0" for number in range(700)]
    pid = started(node, "-c", "read line", *words, cwd=tmp_path).pid
    until(lambda: procfs.cmdline(pid, 1))
    assert len(read(pid, Catalogue(())).files) == 513
