"""giochoi game scan: the table, the document, and adding what is found, against a real agent."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.registering.scan_add import game_to_add
from daemon.api.scan import FoundGame

MENUS = pytest.mark.linux("games come from other menus; tests/daemon/scanning/test_windows.py has them")


@pytest.fixture(scope="module")
def agent(servers, giochoi_in):
    servers.start("agent")
    return giochoi_in(servers.home)


@pytest.fixture
def menu(tmp_path):
    """A folder of XDG_DATA_DIRS with two games that no machine has, one called like a game of the catalogue."""
    applications = tmp_path / "applications"
    applications.mkdir()
    for name in ("zz-fun", "teeworlds-of-mine"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n# " + name + "\n", "utf-8")
        program.chmod(0o755)
        (applications / f"{name}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Trò {name}\nExec={shlex.quote(str(program))}\nCategories=Game;\n",
            "utf-8",
        )
    return tmp_path


@MENUS
def test_the_document(giochoi, menu):
    """User, games, problems; a game that nobody knows has an id, a title, its file, and no label."""
    done = giochoi("game", "scan", "--json", XDG_DATA_DIRS=str(menu))

    answer = json.loads(done.stdout)
    assert (done.returncode, answer.keys()) == (0, {"user", "games", "emulators", "problems"})
    [game] = [game for game in answer["games"] if game["id"] == "zz-fun"]
    assert (game["title"], game["known"], game["label"], game["label_source"]) == ("Trò zz-fun", False, None, None)
    assert game["executables"] == [str(menu / "zz-fun")]


@MENUS
def test_the_table_says_how_to_add(giochoi, menu):
    """A command that can be used as it stands."""
    done = giochoi("game", "scan", XDG_DATA_DIRS=str(menu))

    assert done.returncode == 0
    assert done.stdout.startswith("Games\n")
    assert "giochoi game scan --add" in done.stdout
    assert "giochoi game add " in done.stdout


def test_what_cannot_be_scanned_is_one_line(giochoi):
    """An account that is not there."""
    assert "no-such-account" in giochoi.fails(1, "game", "scan", "--user", "no-such-account")


@pytest.fixture
def named(tmp_path):
    """A game that the catalogue knows by its name, with a content rating that it has not: what a distribution installs."""
    share = tmp_path / "share"
    (share / "applications").mkdir(parents=True)
    (share / "metainfo").mkdir()
    program = tmp_path / "hedgewars"
    program.write_text("#!/bin/sh\n# worms\n", "utf-8")
    program.chmod(0o755)
    (share / "applications" / "org.hedgewars.Hedgewars.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName=Hedgewars\nExec={shlex.quote(str(program))}\nCategories=Game;\n",
        "utf-8",
    )
    (share / "metainfo" / "org.hedgewars.Hedgewars.metainfo.xml").write_text(
        "<component type='desktop-application'><id>org.hedgewars.Hedgewars</id><name>Hedgewars</name>"
        "<launchable type='desktop-id'>org.hedgewars.Hedgewars.desktop</launchable>"
        "<content_rating type='oars-1.1'><content_attribute id='social-chat'>intense</content_attribute></content_rating>"
        "</component>",
        "utf-8",
    )
    return share


@MENUS
def test_add_completes_a_game_that_is_known_by_name_only(agent, named):
    """With its content, so that another name does not hide it, and with its label, so that rules go by it. Once."""
    env = {"XDG_DATA_DIRS": str(named)}

    def scanned():
        games = json.loads(agent("game", "scan", "--json", **env).stdout)["games"]
        [game] = [game for game in games if game["id"] == "hedgewars"]
        return game["known"], game["known_by"], game["label"], game["label_used"]

    before, listed = scanned(), agent("game", "scan", **env).stdout
    added, after = agent("game", "scan", "--add", **env), scanned()
    games = json.loads(agent("game", "list", "--json").stdout)["games"]
    [hedgewars] = [game for game in games if game["id"] == "hedgewars"]

    assert (before, after) == ((True, "name", 13, False), (True, "content", 13, True))
    assert all(word in " ".join(listed.split()) for word in ("giochoi game scan --add", "lack content or label"))
    assert "hedgewars (13+)" in added.stdout
    assert (hedgewars["label"], hedgewars["label_source"][:4], len(hedgewars["sha256"]) > 0) == ("13+", "OARS", True)
    assert "hedgewars" not in agent("game", "scan", "--add", **env).stdout


@MENUS
def test_add_makes_them_known(agent, menu):
    """By content, name and path; a second scan knows them by the house's own catalogue, and adds nothing."""
    first = agent("game", "scan", "--add", XDG_DATA_DIRS=str(menu))
    listed = json.loads(agent("game", "list", "--json").stdout)["games"]
    again = json.loads(agent("game", "scan", "--json", XDG_DATA_DIRS=str(menu)).stdout)["games"]

    assert "zz-fun" in first.stdout
    [game] = [game for game in listed if game["id"] == "zz-fun"]
    assert (game["origin"], game["paths"], len(game["sha256"])) == ("house", [str(menu / "zz-fun")], 1)
    assert {game["id"]: game["known"] for game in again if "zz" in game["id"] or "mine" in game["id"]} == {
        "zz-fun": True, "teeworlds-of-mine": True,
    }  # fmt: skip


def test_a_childs_own_label_is_not_taken(tmp_path):
    """Else it would write that its game is for everybody. What the parent's own account says is taken."""
    program = tmp_path / "fun"
    program.write_bytes(b"\x7fELF fun")
    fun = FoundGame(id="fun", title="Fun", executables=(str(program),), origin="user", label=0, label_source="OARS")

    labels = [game_to_add(fun, user, own=own).label for user, own in (("root", False), ("root", True))]
    assert labels == [None, 0]


def test_a_known_game_without_a_file_of_its_own_is_given_its_label_alone():
    """One that an interpreter runs."""
    found = FoundGame(id="blocks", title="Blocks", known=True, known_by="name", origin="system", label=7, label_source="OARS")

    game = game_to_add(found, "kid")
    assert (game.id, game.label, game.label_source, game.names, game.sha256) == ("blocks", 7, "OARS", (), ())


@pytest.mark.linux("a file of the system has no such owner, and nobody is scanned for but whoever asks")
@pytest.mark.parametrize(("origin", "words"), [("system", ("net.sf.freecol.FreeCol",)), ("user", ())])
def test_what_an_interpreter_is_told_is_taken_from_the_system(tmp_path, origin, words):
    """A child could name the main class of what its parents work with."""
    (tmp_path / "freecol").write_text("#!/bin/sh\n", "utf-8")
    files, told = (str(tmp_path / "freecol"),), ("net.sf.freecol.FreeCol",)
    found = FoundGame(id="freecol", title="FreeCol", executables=files, words=told, origin=origin)

    assert game_to_add(found, "root").words == words


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
    assert game.system == "OARS"
