"""A game is recognised whatever it is called and however it is started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from daemon.platforms.linux.reading import images
from rules.games import Catalogue, Game
from tests.contracts.programs import copy_with_own_build
from tests.system import PATIENCE

A_WHILE = 0.5  # seconds, where nothing is expected

@pytest.fixture
def run(read):
    """`run(args, catalogue)`: starts a program and says which game it is recognised as, if it is within so many seconds."""
    started = []

    def start(args, catalogue, seconds=PATIENCE, **more):
        child = subprocess.Popen(args, stdin=subprocess.DEVNULL, **more)
        started.append(child)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            program = read(child.pid, catalogue)
            match = program and catalogue.recognise(program)
            if match:
                return match
            time.sleep(0.01)
        return None

    yield start
    for child in started:
        child.kill()
        child.wait()


@pytest.fixture
def game(make_game, tmp_path):
    """A binary and a catalogue that knows it by content and build id, not by name."""
    path, known = make_game(tmp_path, "chess")
    content = path.read_bytes()
    return path, Catalogue([Game(id="chess", title="", build_ids=known.build_ids, sizes=(len(content),),
                                 sha256=(sha256(content).hexdigest(),))])


@pytest.fixture
def script(tmp_path):
    """A script and a catalogue that knows it by content."""
    path = tmp_path / "tetris"

    def make(text):
        path.write_text(text)
        path.chmod(0o755)
        return path, Catalogue([Game(id="tetris", title="", sizes=(len(text),), sha256=(sha256(text.encode()).hexdigest(),))])

    return make


def test_a_patched_copy_is_known_by_its_build(game, run):
    """A changed byte changes the content and not the build id."""
    path, catalogue = game
    with path.open("ab") as file:
        file.write(b"\0")

    assert run([path, "60"], catalogue).clues == ("build-id",)


def test_what_is_told_counts_for_interpreters_only(run):
    """A game's command line among the arguments of another program is no game."""
    catalogue = Catalogue([Game(id="craft", title="", commands=("net.craft.Main",))])

    assert run([sys.executable, "-c", "import time; time.sleep(60)", "net.craft.Main"], catalogue).clues == ("command",)
    assert run(["/usr/bin/tail", "-f", "/dev/null", "net.craft.Main"], catalogue, A_WHILE) is None


@pytest.mark.root
def test_files_of_the_kernel_are_not_read(read, monkeypatch):
    """What reading would wait for, or take away, is a name and no more."""
    monkeypatch.setattr(images, "build_id", lambda _: pytest.fail("opened"))
    for path in ("/proc/kmsg", "/sys/kernel/uevent_seqnum", "/proc/self/mem"):
        assert images.Images().open(path, path, Catalogue(())).build_id is None
    assert images.Images().open("/dev/null", "", Catalogue(())) is None
    assert images.Images().open("/tmp/\0", "", Catalogue(())) is None


@pytest.mark.root
def test_an_argument_that_cannot_be_read_is_no_matter(read, tmp_path):
    """An interpreter that is told to run the kernel's log is read like any other."""
    love = tmp_path / "love"
    copy_with_own_build("/bin/dash", love)
    with subprocess.Popen([love, "-s", "/proc/kmsg"], stdin=subprocess.PIPE) as child:
        time.sleep(0.1)
        program = read(child.pid, Catalogue(()))
        child.kill()

    assert [file.path for file in program.files][1:] == ["/proc/kmsg"]


def test_reading_a_game_is_not_playing_it(game, run):
    """A program that merely has the game among its arguments is none."""
    path, catalogue = game

    assert run(["/usr/bin/tail", "-f", path], catalogue, A_WHILE) is None
    assert run(["/bin/sh", "-c", "sleep 5; exit", path], catalogue, A_WHILE) is None


def test_an_interpreter_without_a_file_is_only_itself(read):
    """`-c` and a prompt run no file; what they name later is data."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "-x"]) as child:
        time.sleep(0.1)
        program = read(child.pid, Catalogue(()))
        child.kill()

    assert [Path(file.path).name for file in program.files] == [Path(sys.executable).resolve().name]
    assert program.args[1:] == ("-c", "import time; time.sleep(60)", "-x")
    assert program.parent == os.getpid()


def test_what_is_gone_or_a_kernel_thread_is_no_program(read):
    """No exception, whatever the pid."""
    assert [read(pid, Catalogue(())) for pid in (2, 2**22 - 1)] == [None, None]


INNOCENT = {
    "homework that reads the game": f"{sys.executable} homework.py <tetris",
    "code that reads the game": f"{sys.executable} -c 'import time; time.sleep(60)' <tetris",
    "a module of the system": f"{sys.executable} -m http.server --bind 127.0.0.1 0 <tetris",
    "a shell's script that reads the game": "/bin/sh homework.sh <tetris",
    "a shell's code": "/bin/sh -c 'sleep 60; exit' <tetris",
    "a program beside the game": f"{sys.executable} homework.py tetris",
}


@pytest.mark.parametrize("line", INNOCENT.values(), ids=INNOCENT)
def test_who_reads_a_game_plays_none(script, run, tmp_path, line):
    """What an interpreter's own program reads is its data."""
    _, catalogue = script("import time; time.sleep(60)\n")
    (tmp_path / "homework.py").write_text("import time\ntime.sleep(59)\n")
    (tmp_path / "homework.sh").write_text("sleep 59\nexit\n")

    assert run(["/bin/sh", "-c", f"exec {line}"], catalogue, A_WHILE, cwd=tmp_path) is None


@pytest.fixture
def crowded():
    """One processor for all of us, and another who wants it: whoever starts is seen at every step of that."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(every)})
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        yield
        busy.kill()
    os.sched_setaffinity(0, every)


@pytest.mark.usefixtures("crowded")
def test_who_is_seen_in_the_middle_of_an_exec_has_no_words_yet(script, read, tmp_path):
    """So it is not known what an interpreter is to run: that it was told nothing, and runs what it reads, is not so."""
    path, catalogue = script("import time; time.sleep(60)\n")
    for _ in range(60):
        with path.open() as data:
            child = subprocess.Popen(["/bin/sh", "-c", "sleep 60; exit"], stdin=data)
        end = time.monotonic() + 0.03
        while time.monotonic() < end:
            program = read(child.pid, catalogue)
            assert not (program and catalogue.recognise(program))
        child.kill()
        child.wait()
