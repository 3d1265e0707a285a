"""Command lines that say one thing to a program and another to whoever looks: quotes, crowds of decoys, files of words."""

from __future__ import annotations

import ctypes
import io
import sys
import zipfile
from dataclasses import replace

import pytest

from daemon.platforms.interpreters.runs import NOTHING
from daemon.platforms.windows.watching import processes, programs
from rules.games import Fingerprint
from tests.daemon.platforms.windows.stand import known, look, read, run, write
from tests.windows_programs import program

SCRIPT = b"import time\ntime.sleep(20)\n# a game\n"
MAIN = "vn.tro.Choi"
DECOYS = 100


@pytest.mark.parametrize(("words", "by_administrator", "script"), [
    ((r"game", "add", "--exe", r"C:\Games\x.exe"), True, False), (("-I", "x.py"), True, True), (("game", "x.py"), False, True),
])  # fmt: skip
def test_a_command_of_ours_runs_no_script(monkeypatch, words, by_administrator, script):
    """As the launcher has it; a copy of Python that somebody gave its name is Python."""
    monkeypatch.setattr(programs.installed, "installed", lambda _: by_administrator)
    args = ("giochoi.exe", *words)
    found = programs._interpreter(Fingerprint(r"C:\GioChoi\giochoi.exe", 1), args, " ".join(args), NOTHING)
    assert (found is not None) is script


def test_half_a_letter_hides_no_script(here, monkeypatch):
    """A file's name may hold half of a surrogate pair, which is not to be taken for another letter."""
    line = "python C:\\g\\\ud800.py"

    def tells(_handle, kind, buffer, _length, _size):
        assert kind == 60
        text = line.encode("utf-16-le", "surrogatepass")
        address = ctypes.addressof(buffer) + 16
        ctypes.memmove(buffer, len(text).to_bytes(8, "little") + address.to_bytes(8, "little") + text, 16 + len(text))
        return 0

    monkeypatch.setattr(processes, "_information", tells)
    with processes.opened(run(sys.executable, "-c", "0").pid) as handle:
        assert processes.command(handle) == (("python", "C:\\g\\\ud800.py"), line)


# --- what java is told ------------------------------------------------------------------------------------------------------


def jar(path, text, **manifest):
    """A jar of its own, with these headers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in manifest.items())
        file.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\n{lines}")
        file.writestr("vn/tro/Choi.class", text)
    write(path, out.getvalue())
    return replace(known(out.getvalue()), build_ids=())


@pytest.fixture
def java(here):
    """`java(*words)` starts a program that says in its version resource that it is javaw.exe."""
    write(here / "javaw.exe", read(program("thongdich.exe")))
    return lambda *words: run(here / "javaw.exe", *words)


def test_a_crowd_of_jars_hides_none(here, java):
    """As in any large class path: the last one decides."""
    folder = here.parent / "j"
    folder.mkdir()
    for number in range(DECOYS):
        write(folder / f"{number}.jar", b"PK\3\4 %d" % number)
    game = jar(here / "tro.jar", here.parent.name)
    paths = ";".join((*(f"{folder}\\{number}.jar" for number in range(DECOYS)), str(here / "tro.jar")))
    assert look(here, game, lambda: java("-cp", paths, MAIN)).clues == ("content",)


def by_a_file_of_arguments(here):
    path = str(here / "tro.jar").replace("\\", "\\\\")
    write(here / "words.txt", f'-cp "{path}"\n{MAIN}\n'.encode())
    return (f"@{here}\\words.txt",)


def by_a_file_without_quotes(here):
    plain = here.parent / "tro.jar"
    (here / "tro.jar").rename(plain)
    write(here / "words.txt", f"-cp {plain} {MAIN}".encode())
    return (f"@{here}\\words.txt",)


def by_a_wildcard(here):
    return ("-cp", f"{here}\\*", MAIN)


def by_a_manifest(here):
    jar(here / "mo.jar", "opens", Class_Path="khac.jar tro.jar", Main_Class=MAIN)
    return ("-jar", here / "mo.jar")


@pytest.mark.parametrize("way", [by_a_file_of_arguments, by_a_file_without_quotes, by_a_wildcard, by_a_manifest])
def test_a_jar_that_only_a_file_or_folder_names(here, java, way):
    game = jar(here / "tro.jar", here.parent.name)
    words = way(here)
    assert look(here, game, lambda: java(*words)).clues == ("content",)


def test_main_classes_that_only_a_file_names_count_as_words(here, java):
    """The house may know the game by them alone."""
    jar(here / "mo.jar", "opens", Main_Class=MAIN)
    game = replace(known(b""), sizes=(), sha256=(), build_ids=(), words=(MAIN,))
    assert look(here, game, lambda: java("-jar", here / "mo.jar")).clues == ("command",)


@pytest.mark.parametrize(("number", "unread"), [(600, False), (2_100, True)])
def test_more_words_than_anybody_looks_at_are_unread(here, java, number, unread):
    """No honest start has so many; they are not looked at for ever."""
    paths = ";".join(f"C:\\{one}" for one in range(number))
    found = look(here, (), lambda: java("-cp", paths, MAIN), "javaw.exe")
    assert found.program.unread is unread


def test_what_a_script_is_told_is_not_looked_at(here):
    """However much that is."""
    write(here / "trò.py", SCRIPT)
    found = look(here, known(SCRIPT), lambda: run(sys.executable, here / "trò.py", *map(str, range(2_100))))
    assert (found.clues, found.program.unread) == (("content",), False)
