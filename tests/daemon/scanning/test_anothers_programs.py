"""What an account wrote at home makes no game of the system's programs, nor of another account's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daemon.scanning.files import Files
from i18n.message import plain
from rules.games import Game

APP = "org.example.Fun"
TOOL = "/home/mom/bin/tool"
MOM = 4_001


@pytest.fixture
def moms(machine, monkeypatch):
    """A program of another account's, in a folder that the child may not change."""
    machine.program(TOOL)
    owner, may_change = Files.owner, Files.may_change
    monkeypatch.setattr(Files, "owner", lambda self, path: MOM if path.startswith("/home/mom/") else owner(self, path))
    monkeypatch.setattr(
        Files, "may_change", lambda self, folder: not folder.startswith("/home/mom/") and may_change(self, folder)
    )
    return machine


def heroic(machine):
    game = {"app_name": "x", "title": "X", "install_path": "/home/mom/bin", "executable": "tool"}
    machine.write(".config/legendary/installed.json", json.dumps({"x": game}))


def steam(machine):
    """Its folder is a link."""
    acf = '"AppState" { "appid" "9" "name" "X" "installdir" "x" }'
    machine.write(".local/share/Steam/steamapps/appmanifest_9.acf", acf)
    machine.at(".local/share/Steam/steamapps/common").mkdir()
    machine.at(".local/share/Steam/steamapps/common/x").symlink_to(machine.at("/home/mom/bin"))


def menu(machine):
    machine.entry("x", TOOL, folder=".local/share/applications")


@pytest.mark.parametrize("say", [heroic, steam, menu])
def test_another_accounts_program_is_no_game_by_a_childs_word(moms, say):
    """And it is said that it was left out; with a name that the catalogue knows it is known whoever says so."""
    say(moms)

    scanned = moms.scan([])
    assert [path for game in scanned.games for path in game.executables if "mom" in path] == []
    assert any("another account" in plain(one) for one in scanned.problems)

    [game] = [game for game in moms.scan([Game(id="tool", title="", names=("tool",))]).games if game.known]
    assert [path for path in game.executables if "mom" in path]


def test_what_the_account_may_change_or_its_owner_tells_of_is_told(moms, monkeypatch):
    """A library that the family shares, by its own manifests or with rights for all."""
    moms.write("/home/mom/lib/steamapps/appmanifest_9.acf", '"AppState" { "appid" "9" "name" "X" "installdir" "x" }')
    moms.program("/home/mom/lib/steamapps/common/x/play.sh", "#!/bin/sh\n")
    moms.write(".local/share/Steam/steamapps/libraryfolders.vdf", '"libraryfolders" { "1" { "path" "/home/mom/lib" } }')
    assert [game.executables for game in moms.scan([]).games] == [("/home/mom/lib/steamapps/common/x/play.sh",)]

    heroic(moms)
    monkeypatch.setattr(Files, "may_change", lambda *_: True)
    assert (TOOL,) in {game.executables for game in moms.scan([]).games}


def flatpak(machine, top, command):
    deploy = f"{top}/app/{APP}/x86_64/stable/abc"
    machine.write(f"{deploy}/metadata", f"[Application]\nname={APP}\ncommand={command}\n")
    machine.program(f"{deploy}/files/bin/fun")
    machine.entry(APP, f"flatpak run {APP}", folder=f"{deploy}/export/share/applications")
    machine.at(f"{top}/app/{APP}/current").symlink_to("x86_64/stable")
    machine.at(f"{top}/app/{APP}/x86_64/stable/active").symlink_to("abc")
    return f"{deploy}/files/bin/fun"


@pytest.mark.parametrize("command", ["/app/" + "../" * 20 + "usr/bin/browser", "../" * 20 + "usr/bin/browser", "link"])
def test_a_flatpaks_program_lies_in_it(machine, command):
    """Its metadata may name any, and its folder hold links to any."""
    machine.program("/usr/bin/browser")
    program = flatpak(machine, "/home/kid/.local/share/flatpak", command)
    machine.at(program).with_name("link").symlink_to(machine.at("/usr/bin/browser"))

    assert [game.executables for game in machine.found().values()] == [()]


def test_a_flatpak_of_the_childs_adds_nothing_to_the_systems(machine):
    """Under the system's name it would be believed as the system is."""
    own = flatpak(machine, "/home/kid/.local/share/flatpak", "fun")
    program = flatpak(machine, "/var/lib/flatpak", "fun")

    [game] = machine.found().values()
    assert program in game.executables
    assert own not in game.executables
    assert game.origin == "system"


def test_what_a_system_entry_starts_is_the_systems(machine):
    """A program that is not installed is not made so by one of that name at home: for a menu's entry, and a console game."""
    machine.program("/usr/bin/browser")
    machine.entry("fun", "fun")
    machine.write(
        "/usr/share/metainfo/fun.metainfo.xml",
        '<component type="console-application"><id>org.fun</id><categories><category>Game</category></categories>'
        "<provides><binary>fun</binary></provides></component>",
    )
    link = machine.at(".local/bin/fun")
    link.parent.mkdir(parents=True)
    link.symlink_to(machine.at("/usr/bin/browser"))

    assert machine.found() == {}


def test_owners_are_asked_of_what_a_link_leads_to(tmp_path):
    """And of nothing that is not there."""
    (tmp_path / "link").symlink_to("/")
    files = Files(None, "/")
    assert files.owner(str(tmp_path / "link")) == Path("/").stat().st_uid
    assert files.owner(str(tmp_path / "gone")) is None
    assert files.may_change(str(tmp_path))
