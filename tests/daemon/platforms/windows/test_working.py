"""What an interpreter runs that is told it by where it works: by content, as if by its whole path."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest

from daemon.platforms.windows.watching.snapshot import Snapshots
from daemon.platforms.windows.watching.working import Working
from tests.daemon.platforms.windows.stand import command, known, look, run, write
from tests.system import until

SCRIPT = "import time\ntime.sleep(20)\n# trò chơi của An\n".encode()


@pytest.fixture
def homework(here):
    """A game that is known by its content, in a folder of that name."""
    folder = here / "bài tập"
    folder.mkdir()
    write(folder / "homework.py", SCRIPT)
    return folder


@pytest.mark.parametrize("words", [
    ("homework.py",), (".\\HOMEWORK.PY",), ("..\\bài tập\\homework.py",), ("-B", "homework.py"), ("-m", "homework"),
], ids=["beside", "as a key completes it", "around", "after an option", "a module"])  # fmt: skip
def test_a_renamed_game_in_the_folder_where_it_is_started(here, homework, words):
    assert look(here, known(SCRIPT), lambda: run(sys.executable, *words, cwd=homework)).clues == ("content",)


def test_what_a_shell_starts_in_a_folder(here, homework):
    line = f'cd /d "{homework}" & "{sys.executable}" homework.py'
    assert look(here, known(SCRIPT), lambda: command(line)).clues == ("content",)


def test_a_folder_is_run_from_inside(here, homework):
    write(homework / "__main__.py", SCRIPT)
    assert look(here, known(SCRIPT), lambda: run(sys.executable, ".", cwd=homework)).clues == ("content",)


def test_a_zip(here):
    file = here / "homework"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("__main__.py", SCRIPT)
    game = known(file.read_bytes())
    assert look(here, game, lambda: run(sys.executable, "homework", cwd=here)).clues == ("content",)


def test_only_handles_of_folders_are_asked_for_their_name(homework):
    """Whoever waits for what a pipe brings would have us wait, too."""
    code = "import sys; open(r'NUL'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=homework, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        found = Working(Snapshots().take()[process.pid]).paths("x.py")
        process.stdin.close()
    assert found == (str(homework / "x.py"),)


def test_nothing_of_one_that_is_over(homework):
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=homework, stdin=subprocess.PIPE) as process:
        seen = until(lambda: Snapshots().take().get(process.pid))
    working = Working(seen)
    assert all(not path.startswith(str(homework)) for path in working.paths("x.py"))
    assert (working.paths(""), working.paths("C:\\x.py")) == ((), ("C:\\x.py",))
