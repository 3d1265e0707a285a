"""What an account may write where everybody reads it makes no game of what others run."""

from __future__ import annotations

import json

import pytest

from daemon.platforms.windows.shops import Shops, holds
from daemon.platforms.windows.watching.trees import find
from daemon.scanning.windows_paths import inside
from host.windows.sids import ADMINS, AUTHENTICATED, CREATOR, EVERYONE, SYSTEM, USERS, Entry, replacers
from rules.games import Catalogue, Game

MZ = b"MZ" + bytes(62)
CHILD, PARENT = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
GAMES = Catalogue([Game(id="game", title="", names=("game.exe",), steam_ids=(570,))])
BROWSER = "C:/Program Files/Browser"


@pytest.fixture
def found(machine, registry):
    """`found(believes)`: the trees of all shops that write manifests."""

    registry.put("HKLM", "SOFTWARE\\Valve\\Steam", installpath="C:\\Steam")

    def look(believes=lambda *_: True):
        shops = Shops(registry, "C:/ProgramData", ("C:",), ("HKLM",), believes=believes)
        return find(GAMES, (shops.epic, shops.riot, shops.steam, shops.folders), lambda _: False, str(machine.root))

    return look


def epic(machine, folder, program):
    item = {"InstallLocation": folder, "LaunchExecutable": program}
    machine.write("/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/x.item", json.dumps(item))


@pytest.mark.promise("Games: What an account can write decides about its own programs only")
@pytest.mark.parametrize("program", [
    "../../Users/be/game.exe", "..\\..\\Users\\be\\game.exe", "C:/Users/be/game.exe", "c:\\USERS\\be\\GAME.exe",
    f"{BROWSER}/../../Users/be/game.exe", "C:\\program files\\BROWSER\\..\\..\\Users\\be\\game.exe", "/Users/be/game.exe",
    "\\Users\\be\\game.exe", "bin/../../../Users/be/game.exe", ".. /../Users/be/game.exe", "C:game.exe",
    "\\\\pc\\share\\game.exe",
])  # fmt: skip
def test_a_manifest_names_no_program_outside_its_folder(machine, found, program):
    """Everybody may make C:\\ProgramData\\Epic, and what it says holds for the programs of all accounts."""
    for path in (f"{BROWSER}/bin/browser.exe", "C:/Users/be/game.exe"):
        machine.write(f"/{path}", MZ)
    epic(machine, BROWSER, program)

    assert found() == {}


@pytest.mark.parametrize(("folder", "program", "whole"), [
    ("C:/Fall", "fall.exe", "C:/Fall/fall.exe"), ("C:/Fall", "bin//./fall.exe", "C:/Fall/bin/fall.exe"),
    ("C:/Fall", "c:/FALL/bin/fall.exe", "c:/FALL/bin/fall.exe"), ("C:/Fall", "C:/Fallen/fall.exe", ""),
    ("C:/Fall", "C:/Fall", ""), ("C:/Fall/..", "fall.exe", ""), ("C:/Fall", "fall.exe:stream", ""),
    ("", "C:/fall.exe", ""), ("C:/Fall", "...", ""),
])  # fmt: skip
def test_what_lies_in_a_folder(folder, program, whole):
    assert inside(folder, program) == whole


def test_each_shop_that_writes_manifests_is_asked_whose_they_are(machine, found):
    """Epic, Riot and Steam, and the folders in which only games lie; each with the file that says so."""
    epic(machine, "C:/A", "game.exe")
    settings = 'product_install_full_path: "C:/B"\n'
    machine.write("/C:/ProgramData/Riot Games/Metadata/b.live/b.live.product_settings.yaml", settings)
    machine.write("/C:/Steam/steamapps/appmanifest_570.acf", '"AppState" { "appid" "570" "installdir" "c" }')
    folders = ("C:/A", "C:/B", "C:/Steam/steamapps/common/c", "C:/Riot Games/d")
    for folder in folders:
        machine.write(f"/{folder}/game.exe", MZ)
    asked = {}

    assert found().keys() == {folder.casefold() for folder in folders}
    assert found(lambda told, folder: asked.update({folder: told.rpartition("/")[2]})) == {}
    assert asked == dict(zip(folders, ("x.item", "b.live.product_settings.yaml", "appmanifest_570.acf", "d"), strict=True))


@pytest.mark.promise("Games: What an account can write decides about its own programs only")
@pytest.mark.parametrize(("tellers", "owner", "entries", "believed"), [
    ({SYSTEM, ADMINS}, ADMINS, (), True),  # only administrators can have said so
    ({CHILD, ADMINS}, ADMINS, (), False),
    ({CHILD, ADMINS}, CHILD, (), True),  # its own folder
    ({CHILD, ADMINS}, PARENT, (), False),
    ({CHILD, ADMINS}, PARENT, ((0, 3, 0x1301BF, AUTHENTICATED),), True),  # anybody may modify what lies there
    ({CHILD, ADMINS}, PARENT, ((0, 3, 0x1F01FF, CHILD),), True),
    ({CHILD, ADMINS}, PARENT, ((0, 2, 0x116, USERS),), False),  # may add to it, as in most of ProgramData
    ({CHILD, ADMINS}, PARENT, ((0, 0, 0x1301BF, USERS),), False),  # what lies there does not inherit it
    ({CHILD, ADMINS}, PARENT, ((0, 11, 0x1301BF, USERS),), False),  # nor does it hold for the folder itself
    ({CHILD, ADMINS}, PARENT, ((0, 3, 0x1301BF, USERS), (1, 3, 0x2, CHILD)), False),
    ({CHILD, ADMINS}, PARENT, ((9, 3, 0x1F01FF, USERS),), False),  # on a condition
    ({CHILD, ADMINS}, PARENT, ((0, 3, 0x1F01FF, CREATOR),), False),
    ({USERS, CHILD}, CHILD, (), False),  # somebody else may have written it
    ({CHILD, PARENT}, PARENT, ((0, 3, 0x1F01FF, CHILD),), True),
    ({CHILD}, PARENT, None, True),
    ({EVERYONE}, PARENT, ((0, 3, 0x10000000, EVERYONE),), True),
])  # fmt: skip
def test_who_is_believed_about_a_folder(tellers, owner, entries, believed):
    """Administrators, and who may put other programs in the place of those there anyway."""
    listed = entries and tuple(Entry(*entry) for entry in entries)

    assert holds(frozenset(tellers), replacers(listed, owner)) is believed


@pytest.mark.parametrize("size", [64 << 10, 1 << 20])
def test_manifests_of_no_honest_length_are_not_read(machine, found, size):
    """Each is taken apart in one call that keeps hold of the interpreter."""
    machine.write("/C:/A/game.exe", MZ)
    item = json.dumps({"InstallLocation": "C:/A", "LaunchExecutable": "game.exe"})
    machine.write("/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/x.item", item + " " * (size - len(item)))

    assert bool(found()) is (size == 64 << 10)
