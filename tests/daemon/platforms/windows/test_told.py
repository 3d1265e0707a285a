"""What an interpreter is told, however that is written: the same file, or where nobody can look at least the same name."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from daemon.platforms.interpreters.runs import Runs
from daemon.platforms.windows.watching.images import Images
from daemon.platforms.windows.watching.programs import ProgramFiles
from daemon.platforms.windows.watching.said import ABSOLUTE
from rules.games import Catalogue, Program
from tests.daemon.platforms.windows.stand import known, look, run, write

SCRIPT = b"import time\ntime.sleep(20)\n"
PYTHON = r"C:\Python\python.exe"


def clues(word, game):
    """Of a game that a Python which lies elsewhere was told to run."""
    catalogue = Catalogue((game,))
    files = ProgramFiles(Images(), catalogue, PYTHON, lambda word: (word,) if ABSOLUTE.fullmatch(word) else ())
    assert files.run(Runs((word,), inside=("__main__.py",)))
    match = catalogue.recognise(Program(pid=9, started=1, since=1, account="an", files=tuple(files.found), interpreted=True))
    return match and match.clues


WAYS = {
    "prolonged": lambda path: f"\\\\?\\{path}",
    "of a device": lambda path: f"\\\\.\\{path}",
    "slashes": lambda path: "//?/" + path.replace("\\", "/"),
    "capitals": str.upper,
    "a dot": lambda path: f"{path}.",
    "dots and spaces": lambda path: f"{path} . ",
    "around": lambda path: "\\..\\".join((path, path.rpartition("\\")[2])),
    "its stream": lambda path: f"{path}::$DATA",
}


@pytest.mark.parametrize("way", WAYS)
def test_an_absolute_path_in_each_way_of_writing_it(here, way):
    path = here / "trò.py"
    write(path, SCRIPT)
    game = replace(known(SCRIPT), names=("trò.py",))
    assert clues(WAYS[way](str(path)), game) == ("content", "name")


@pytest.mark.parametrize("way", ["prolonged", "of a device", "a dot"])
def test_so_of_a_folder(here, way):
    (here / "bài").mkdir()
    write(here / "bài/__main__.py", SCRIPT)
    assert clues(WAYS[way](str(here / "bài")), known(SCRIPT)) == ("content",)


@pytest.mark.parametrize("word", [
    "tro.py", "TRO.py", r".\tro.py", r"..\a\Tro.py", "./tro.py", "C:tro.py", r"\khong\tro.py", "tro.py.", r".\tro.py ",
    "tro.py::$DATA", r"C:\khong\tro.py", r"\\may\nha\tro.py", "//may/nha/tro.py", "Q:/tro.py", r"\\?\UNC\may\nha\tro.py",
    "a.txt:tro.py",
])  # fmt: skip
def test_what_lies_where_we_cannot_look_is_known_by_its_name(word):
    """In a folder that is not known, on a drive (`subst`) or machine that only its player has."""
    assert clues(word, replace(known(SCRIPT), names=("tro.py",))) == ("name",)


@pytest.mark.parametrize("word", [
    "", ".", "..", "tro", r"C:\khong", "-", "C:", ":", "\\", "\\\\", "\\\\?\\", " ", "\0", "x\0.py", "::$DATA",
])  # fmt: skip
def test_what_names_no_file(word):
    assert clues(word, replace(known(SCRIPT), names=("tro.py",))) is None


def test_as_a_shell_completes_it(here):
    """`python .\\Tro.py`, which one gets by a key."""
    name = f"tro-{here.parent.name}.py"
    write(here / name, SCRIPT)
    game = replace(known(SCRIPT), names=(name,))
    assert look(here, game, lambda: run(sys.executable, f".\\{name.upper()}", cwd=here)).clues == ("content", "name")
