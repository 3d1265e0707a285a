"""A child who wants the scan to hang, fail, swell or lie: each odd thing costs at most itself, and is said."""

from __future__ import annotations

import errno
import gzip
import json
import os
import sqlite3
from contextlib import suppress

import pytest

from daemon.scanning import programs
from daemon.scanning.files import Problems
from daemon.scanning.formats import FormatError, parse_entry, scalars, vdf_pairs
from i18n.catalogue import Catalogue
from i18n.message import plain

APPLICATIONS = ".local/share/applications"
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]><component><id>content_rating&u;</id></component>"
)


@pytest.fixture
def honest(machine):
    """A machine with one good game, which has to be found whatever else lies there."""
    machine.program("/usr/games/good")
    machine.entry("good", "good")
    return machine


def good(scanned) -> bool:
    return "good" in {game.id for game in scanned.games}


@pytest.mark.promise("Servers and rights: Files that somebody planted are not read, and none is opened that could block")
def test_what_is_no_plain_file_is_not_opened(honest):
    """A pipe would wait for its other end, a link in a circle leads nowhere, a device may do something."""
    folder = honest.at(APPLICATIONS)
    folder.mkdir(parents=True)
    os.mkfifo(folder / "pipe.desktop")
    (folder / "circle.desktop").symlink_to("circle.desktop")
    (folder / "folder.desktop").mkdir()
    (folder / "zero.desktop").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(".")
    for path in (".local/share/lutris/pga.db", ".config/legendary/installed.json", ".steam/steam/config/libraryfolders.vdf"):
        honest.at(path).parent.mkdir(parents=True)
        os.mkfifo(honest.at(path))

    scanned = honest.scan([])

    assert good(scanned)
    assert {game.id for game in scanned.games} == {"good"}


def test_files_that_are_too_large_are_left_out(honest):
    """An entry with a command of 10 MB, a value that is only long, a sparse file of a terabyte."""
    honest.entry("huge", "x" * 10_000_000, folder=APPLICATIONS)
    honest.entry("long", "x" * 100_000, folder=APPLICATIONS)
    with honest.write(f"{APPLICATIONS}/sparse.desktop").open("wb") as file:
        file.truncate(1 << 40)

    scanned = honest.scan([])

    assert good(scanned)
    assert len(scanned.problems) == 3


def test_a_hundred_thousand_files_are_not_all_read(honest, monkeypatch):
    """As many as the bound has, here a smaller one, and it is said that there are more."""
    monkeypatch.setattr("daemon.scanning.files.MAX_NAMES", 500)
    folder = honest.at(APPLICATIONS)
    folder.mkdir(parents=True)
    first = honest.write(f"{APPLICATIONS}/0.desktop", "[Desktop Entry]\nName=x\nExec=x\nCategories=Game;\n")
    for number in range(1, 1_000):
        (folder / f"{number}.desktop").hardlink_to(first)

    scanned = honest.scan([])

    assert good(scanned)
    assert all("500" in plain(one) for one in scanned.problems)
    assert len(scanned.problems) == 1


def test_many_folders_are_not_all_looked_through(honest, monkeypatch):
    """Each may have as many files as are looked at; a thousand games of them would take an hour."""
    monkeypatch.setattr("daemon.scanning.files.MAX_LOOKED", 100)
    for number in range(50):
        acf = f'"AppState" {{ "appid" "{number}" "name" "x" "installdir" "{number}" }}'
        honest.write(f".local/share/Steam/steamapps/appmanifest_{number}.acf", acf)
        for file in range(10):
            honest.write(f".local/share/Steam/steamapps/common/{number}/{file}.txt")

    scanned = honest.scan([])

    assert good(scanned)
    assert 0 < len(scanned.problems) < 50
    assert all("100" in plain(one) for one in scanned.problems)


@pytest.mark.parametrize(("path", "content"), [
    ("metainfo/a.metainfo.xml", LAUGHS),
    ("metainfo/b.metainfo.xml", "<component>content_rating" + "<a>" * 10_000),
    ("flatpak/appstream/r/x/active/appstream.xml.gz", gzip.compress(b"<components>" + b" " * 50_000_000, mtime=0)),
    ("flatpak/appstream/r/x/active/appstream.xml.gz", gzip.compress(b"<a/>", mtime=0)[:-6]),
    ("flatpak/appstream/r/x/active/appstream.xml.gz", b"no gzip"),
    ("applications/a.desktop", b"\0\xff" * 500),
    ("lutris/pga.db", b"SQLite format 3\0" + b"\xff" * 4000),
    ("lutris/pga.db", b"no database"),
    ("Steam/steamapps/appmanifest_1.acf", '"a" {' * 100_000),
    ("Steam/steamapps/appmanifest_1.acf", '"AppState" { "appid" "9" "name" "x" "installdir" "../../.." }'),
    ("PrismLauncher/instances/a/mmc-pack.json", "[" * 200_000),
    ("PrismLauncher/instances/a/mmc-pack.json", '{"components": ' + "9" * 10_000 + "}"),
])  # fmt: skip
@pytest.mark.timeout(30)
def test_broken_files_are_one_problem_each(honest, path, content):
    """And no traceback, whatever is broken about them."""
    honest.write(f".local/share/{path}", content)

    scanned = honest.scan([])

    assert good(scanned)
    assert len(scanned.problems) == 1, scanned.problems


def test_a_library_that_computes_for_ever_is_stopped(honest, tmp_path):
    """A view in place of the table of games."""
    with sqlite3.connect(tmp_path / "made.db") as made:
        made.execute(
            "CREATE VIEW games AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS slug, i AS name, -i AS installed FROM n"
        )
    made.close()
    honest.write(".local/share/lutris/pga.db", (tmp_path / "made.db").read_bytes())

    scanned = honest.scan([])

    assert good(scanned)
    assert any("pga.db" in plain(one) for one in scanned.problems)


def test_files_without_end_are_left_out(honest, monkeypatch):
    monkeypatch.setattr("daemon.scanning.files.MAX_BYTES", 20_000)
    for number in range(100):
        honest.entry(f"big{number}", "x" * 4_000, folder=APPLICATIONS)
    assert any("left out" in plain(one) for one in honest.scan([]).problems)


def test_names_cannot_steer_a_terminal_or_break_the_answer(honest):
    """Names of files that are no text, titles with escape sequences, ids made of nothing."""
    folder = honest.at(APPLICATIONS)
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"\xff\xfe.desktop")).write_text(
        "[Desktop Entry]\nName=\x1b[2J\u202eevil\nExec=/home/kid/x\nCategories=Game;\n",
        "utf-8",
    )
    honest.program("x")
    odd = os.fsdecode(b"Games/odd/\xe9.exe")
    honest.write(odd, b"MZ")
    honest.write(
        ".config/legendary/installed.json", json.dumps({"a": {"app_name": "\ud800", "install_path": "/home/kid/Games/odd"}})
    )

    scanned = honest.scan([])

    assert good(scanned)
    for game in scanned.games:
        assert game.title.isprintable()
        assert all(text.isprintable() and text.encode() for text in (*game.executables, *game.sources))


def test_problems_are_bounded(honest):
    """A thousand broken files are a hundred lines and a count."""
    for number in range(1_000):
        honest.write(f"{APPLICATIONS}/{number}.desktop", "broken")

    scanned = honest.scan([])

    assert good(scanned)
    assert len(scanned.problems) == 101
    assert plain(scanned.problems[-1]) == "and 900 more problems"


def test_what_the_system_says_is_told_in_the_readers_words():
    """And what only a mistake of ours says, by its name."""
    problems = Problems()
    with problems.guard("/a"):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/a")
    with problems.guard("/b"):
        raise KeyError("x")
    assert [Catalogue("vi")(one) for one in problems.found()] == ["/a: không có quyền", "/b: KeyError: 'x'"]


def entry(text):
    with suppress(FormatError):
        parse_entry(b"[Desktop Entry]\nName=x\n" + text.encode())


def called(text):
    list(programs._PATH.finditer(text))
    list(programs.commands(text[: programs._LONGEST_SCRIPT], "/usr/games/x"))


def yaml(text):
    list(scalars(text))


@pytest.mark.parametrize("do", [vdf_pairs, entry, called, yaml])
@pytest.mark.parametrize("piece", [
    '\\"', '"', "[", "[\n", "//", '"a" {', " ", "\t\n", "exec -a x\t", "'", "a: '", "/usr/", "\\", "A=$A$A\n",
])  # fmt: skip
@pytest.mark.timeout(30)
def test_a_mebibyte_of_anything_is_read_at_once(do, piece):
    """A search of Python's is one call that keeps hold of the interpreter: looked for each piece again, it takes hours."""
    do(piece * (1 << 20))
