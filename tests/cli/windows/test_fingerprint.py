"""What `game add` takes down about a file on Windows."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.games.clues import game_of
from cli.games.fingerprint import fingerprint
from host.images import build_id
from rules.games import Catalogue, Fingerprint
from rules.programs import is_engine
from tests.windows_programs import program


@pytest.fixture
def game(tmp_path):
    path = tmp_path / "Trò chơi" / "cờ vua.exe"
    path.parent.mkdir()
    shutil.copy(program("trochoi.exe"), path)
    return path


def test_a_program(game):
    """Its path as Windows writes it, content, build, names; nobody whom this PC trusts has signed it."""
    with game.open("rb") as file:
        build = build_id(file, is_engine)
    found = fingerprint(Path(str(game).replace("\\", "/")))

    assert found == Fingerprint(
        str(game.resolve()), game.stat().st_size, hashlib.sha256(game.read_bytes()).hexdigest(), build, "trochoi.exe",
        "Trò Chơi Thử",
    )  # fmt: skip
    assert "\\" in found.path
    assert "/" not in found.path


def test_it_is_recognised_by_each_of_them(game):
    """Under another name, changed, or from another build of it."""
    made = game_of("co", fingerprint(game), title=None, label=None)
    catalogue = Catalogue([made])

    assert made.names == ("cờ vua.exe", "trochoi.exe")
    for known in ({"build_id": made.build_ids[0]}, {"sha256": made.sha256[0]}, {"original": "TROCHOI.EXE"},
                  {"product": "trò chơi thử"}):  # fmt: skip
        assert catalogue.by_file(Fingerprint(r"D:\bài tập.exe", 1, **known)) == {"co"}


def test_what_runs_other_programs_is_no_game(tmp_path):
    """Python itself, a copy of it, something that says it is Java, Windows' own shells."""
    shutil.copy(sys.executable, tmp_path / "cờ.exe")
    shells = [Path("C:/windows/system32/cmd.exe"), Path("C:/windows/explorer.exe")]
    for path in (Path(sys.executable), tmp_path / "cờ.exe", program("thongdich.exe"), *shells):
        with pytest.raises(CommandError, match="whatever it runs would be this game"):
            fingerprint(path)
