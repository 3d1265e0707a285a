"""giochoi game scan: the table, the document, and adding what is found, against a real agent."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.scan import game_to_add
from daemon.api.scan import FoundGame

PENDING = "có hiệu lực khi trình giám sát khởi động / in force when the daemon starts"


@pytest.fixture
def menu(tmp_path):
    """A folder of XDG_DATA_DIRS with two games that no machine has, one called like a game of the catalogue."""
    applications = tmp_path / "applications"
    applications.mkdir()
    for name in ("zz-fun", "teeworlds-of-mine"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n# " + name + "\n")
        program.chmod(0o755)
        (applications / f"{name}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Trò {name}\nExec={shlex.quote(str(program))}\nCategories=Game;\n"
        )
    return tmp_path


def test_the_document(giochoi, menu):
    """User, games, problems; a game that nobody knows has an id, a title, its file, and no label."""
    done = giochoi("game", "scan", "--json", XDG_DATA_DIRS=str(menu))

    answer = json.loads(done.stdout)
    assert (done.returncode, answer.keys()) == (0, {"user", "games", "emulators", "problems"})
    [game] = [game for game in answer["games"] if game["id"] == "zz-fun"]
    assert (game["title"], game["known"], game["label"], game["label_source"]) == ("Trò zz-fun", False, None, None)
    assert game["executables"] == [str(menu / "zz-fun")]


def test_the_table_says_how_to_add(giochoi, menu):
    """Vietnamese first, and a command that can be used as it stands."""
    done = giochoi("game", "scan", XDG_DATA_DIRS=str(menu))

    assert done.returncode == 0
    assert done.stdout.startswith("Trò chơi / Games\n")
    assert "giochoi game scan --add" in done.stdout
    assert "giochoi game add " in done.stdout


def test_what_cannot_be_scanned_is_one_line(giochoi):
    """An account that is not there."""
    assert "no-such-account" in giochoi.fails(1, "game", "scan", "--user", "no-such-account")


def test_add_makes_them_known(servers, giochoi_in, menu):
    """By content, name and path; a second scan knows them by the house's own catalogue, and adds nothing."""
    servers.start("agent")
    giochoi = giochoi_in(servers.home)

    first = giochoi("game", "scan", "--add", XDG_DATA_DIRS=str(menu))
    listed = json.loads(giochoi("game", "list", "--json").stdout)["games"]
    again = json.loads(giochoi("game", "scan", "--json", XDG_DATA_DIRS=str(menu)).stdout)["games"]

    assert "zz-fun" in first.stdout
    [game] = [game for game in listed if game["id"] == "zz-fun"]
    assert (game["origin"], game["paths"], len(game["sha256"])) == ("house", [str(menu / "zz-fun")], 1)
    assert {game["id"]: game["known"] for game in again if "zz" in game["id"] or "mine" in game["id"]} == {
        "zz-fun": True, "teeworlds-of-mine": True,
    }  # fmt: skip


def test_a_childs_entry_makes_no_game_of_the_systems_programs(tmp_path):
    """Whoever writes a menu entry could name the parent's own tools; those are for the parent to add by hand."""
    system = next(path for path in ("/usr/bin/passwd", "/usr/bin/apt-get", "/usr/bin/mount") if Path(path).exists())
    planted = FoundGame(id="fun", title="Fun", executables=(system,), origin="user")

    with pytest.raises(CommandError):
        game_to_add(planted, "kid")


def test_a_game_is_added_with_its_label_and_without_a_publisher(tmp_path):
    """OARS is whoever's opinion, and said so; a maker is no publisher, who has duties under the law."""
    program = Path(tmp_path / "fun")
    program.write_bytes(b"\x7fELF fun")

    game = game_to_add(FoundGame(
        id="fun", title="Fun", executables=(str(tmp_path / "gone"), str(program)), origin="system", label=13,
        label_source="OARS 1.1", developer="Somebody",
    ), "kid")  # fmt: skip

    assert (game.label, game.label_source, game.publisher, game.paths) == (13, "OARS 1.1", None, (str(program),))
