"""What an interpreter runs that is told it by where it works: by content, as if by its whole path."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile

import pytest

from daemon.platforms.windows.watching.snapshot import Snapshots
from daemon.platforms.windows.watching.working import Working
from host.windows import tokens
from tests.daemon.platforms.windows.stand import Lookout, command, known, look, run, write
from tests.system import until

SCRIPT = "import time\ntime.sleep(20)\n# trò chơi của An\n".encode()
AWAY = b'import os, time\nos.chdir("C:\\\\")\ntime.sleep(20)\n'


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


def test_one_that_goes_elsewhere_at_once_is_looked_for_where_it_was_started(here):
    write(here / "homework.py", AWAY)
    starter = "import subprocess, sys; subprocess.run([sys.executable, 'homework.py'])"
    assert look(here, known(AWAY), lambda: run(sys.executable, "-c", starter, cwd=here)).clues == ("content",)


def test_only_handles_of_folders_are_asked_for_their_name(homework):
    """Whoever waits for what a pipe brings would have us wait, too."""
    code = "import sys; open(r'NUL'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=homework, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        found = Working(Snapshots().take()[process.pid], tokens.own_sid()).paths("x.py")
        process.stdin.close()
    assert found == (str(homework / "x.py"), os.path.join(os.getcwd(), "x.py"))  # noqa: PTH109, PTH118 - as the system says it


def test_nothing_of_one_that_is_over(homework):
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=homework, stdin=subprocess.PIPE) as process:
        seen = until(lambda: Snapshots().take().get(process.pid))
    working = Working(seen, tokens.own_sid())
    assert all(not path.startswith(str(homework)) for path in working.paths("x.py"))
    assert (working.paths(""), working.paths("C:\\x.py")) == ((), ("C:\\x.py",))
    assert working.whole


STARTED = """
import subprocess, sys, win32api, win32con, win32file
decoys = []
for _ in range(int(sys.argv[2])):
    folder = win32file.CreateFile(sys.argv[1], 0, 7, None, 3, win32con.FILE_FLAG_BACKUP_SEMANTICS, None)
    ours = win32api.GetCurrentProcess()
    decoys.append(win32api.DuplicateHandle(ours, folder, ours, 0x100020, True, 0))
subprocess.run([sys.executable, "homework.py"], close_fds=False)
"""


@pytest.mark.parametrize(("decoys", "unread"), [(3, False), (20, True)])
def test_whoever_inherits_handles_of_other_folders_hides_nothing(here, homework, decoys, unread):
    """Each of them is looked at; with too many, not all that it runs may have been read."""
    harmless = here / "a"
    harmless.mkdir()
    write(harmless / "homework.py", b"print(1)")
    start = [sys.executable, "-c", STARTED, harmless, str(decoys)]

    async def main():
        async with Lookout(here, (known(SCRIPT),)) as lookout:
            await asyncio.to_thread(run, *start, cwd=homework)
            return (await lookout.game(20)).program.unread

    assert asyncio.run(main()) is unread
