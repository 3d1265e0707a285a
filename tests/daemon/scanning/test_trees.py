"""Which game lies in which folder, over a registry and a disk that are made up."""

from __future__ import annotations

import json
import threading

import pytest

from daemon.platforms.windows.shops import Shops
from daemon.platforms.windows.watching import trees
from daemon.platforms.windows.watching.trees import EVERYBODY, Trees, find
from rules.games import Catalogue, Game

MZ = b"MZ" + bytes(62)
CHILD, FRIEND = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
GAMES = Catalogue([
    Game(id="lol", title="", names=("League of Legends.exe",)), Game(id="fall", title="", names=("fall.exe",)),
    Game(id="dota", title="", steam_ids=(570,)), Game(id="nox", title="", names=("Nox.exe",), kind="emulator"),
])  # fmt: skip


@pytest.fixture
def sources(registry):
    shops = Shops(registry, "C:/ProgramData", ("C:", "D:"), believes=lambda *_: True)
    return (shops.steam, shops.epic, shops.gog, shops.riot, shops.folders, shops.installed)


@pytest.fixture
def found(machine, sources):
    """`found(paths)`: the trees, with these paths and what lies below them in an administrator's hands."""

    def look(*protected):
        return find(GAMES, sources, lambda path: path.startswith(protected), str(machine.root))

    return look


def put(registry, hive, name, folder, **more):
    registry.tree[hive, f"{UNINSTALL}\\{name}"] = {"displayname": name, "installlocation": folder, **more}


def test_shops_say_where_games_lie(machine, registry, found):
    """By manifest, by registry, by Steam's number, by the usual folder; unknown games have no tree."""
    registry.tree["HKLM", "SOFTWARE\\Valve\\Steam"] = {"installpath": "C:\\Steam"}
    machine.write("/C:/Steam/steamapps/appmanifest_570.acf", '"AppState" { "appid" "570" "installdir" "dota 2 beta" }')
    item = {"DisplayName": "Fall", "InstallLocation": "D:\\Trò chơi\\Fall", "LaunchExecutable": "bin/FALL.exe"}
    machine.write("/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/1.item", json.dumps(item))
    put(registry, "HKLM", "Other", "C:\\Other")
    for path in ("C:/Steam/steamapps/common/dota 2 beta/x.exe", "D:/Trò chơi/Fall/bin/FALL.exe", "C:/Other/other.exe",
                 "D:/Riot Games/LoL/Game/League of Legends.exe"):  # fmt: skip
        machine.write(f"/{path}", MZ)

    assert found() == {
        "c:/steam/steamapps/common/dota 2 beta": (("dota", False),), "d:/trò chơi/fall": (("fall", False),),
        "d:/riot games/lol": (("lol", False),),
    }  # fmt: skip


@pytest.mark.parametrize(("hives", "protected", "trusted"), [
    (("HKLM",), ("C:/Fall",), True), (("HKLM",), (), False), (("HKCU",), ("C:/Fall",), False),
    (("HKLM", "HKCU"), ("C:/Fall",), True),
])  # fmt: skip
def test_only_what_no_user_can_have_said_and_put_there_is_sure(machine, registry, found, hives, protected, trusted):
    """One word that is sure is enough, whatever a user adds."""
    for hive in hives:
        put(registry, hive, "Fall", "C:\\Fall")
    machine.write("/C:/Fall/fall.exe", MZ)

    assert found(*protected) == {"c:/fall": (("fall", trusted),)}


@pytest.mark.parametrize("folder", [
    "C:\\", "C:\\Windows", "C:\\Windows\\Fonts", "C:\\Program Files", "C:\\Program Files (x86)\\Steam", "C:\\Users",
    "C:\\Users\\kid", "C:\\Users\\kid\\Desktop", "C:\\Users\\kid\\AppData\\Local", "C:\\Riot Games", "C:\\Fall\\..", "relative",
    "\\\\server\\share\\Fall",
])
def test_where_other_things_lie_is_no_games_tree(machine, registry, found, folder):
    """Or a user's word would make a game of every program of this PC."""
    put(registry, "HKCU", "x", folder)
    for path in ("C:", "C:/Windows/Fonts", "C:/Program Files/Steam", "C:/Program Files (x86)/Steam", "C:/Users/kid/Desktop",
                 "C:/Users/kid/AppData/Local", "C:/Riot Games", "C:/Fall"):  # fmt: skip
        machine.write(f"/{path}/fall.exe", MZ)

    assert found() == {}


def test_a_steam_library_and_an_emulator_are_no_games_tree(machine, registry, found):
    """Steam itself lies in the first; services that run all day in the second."""
    put(registry, "HKLM", "Library", "D:\\Lib")
    put(registry, "HKLM", "Nox", "D:\\Nox")
    for path in ("D:/Lib/steamapps/common/fall/fall.exe", "D:/Lib/fall.exe", "D:/Nox/bin/Nox.exe"):
        machine.write(f"/{path}", MZ)

    assert found() == {}


def test_a_program_elsewhere_is_not_in_the_tree(machine, found):
    """Its manifest may name any; it makes no game of the folder that it names, too."""
    item = {"DisplayName": "Fall", "InstallLocation": "D:\\Word", "LaunchExecutable": "C:/Fall/fall.exe"}
    machine.write("/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/1.item", json.dumps(item))
    for path in ("C:/Fall/fall.exe", "D:/Word/word.exe"):
        machine.write(f"/{path}", MZ)

    assert found() == {}


class Clock:
    now = 0

    def mono(self):
        return self.now


@pytest.fixture
def kept(machine, registry, monkeypatch, sources):
    """Trees that have looked, at a disk with one game."""
    put(registry, "HKCU", "Fall", "C:\\Trò Chơi\\Fall")
    machine.write("/C:/Trò Chơi/Fall/fall.exe", MZ)
    real = find
    monkeypatch.setattr(trees, "find", lambda *args: real(*args, str(machine.root)))
    one = Trees(Clock(), lambda: {CHILD: sources}, lambda _: False)
    one.refresh(GAMES)
    one.wait()
    return one


@pytest.mark.parametrize(("path", "known"), [
    ("C:\\Trò Chơi\\Fall\\fall.exe", True), ("c:\\TRÒ CHƠI\\fall\\Bin\\x64\\whatever.exe", True),
    ("\\\\?\\C:\\Trò Chơi\\Fall\\new.exe", True), ("C:\\Trò Chơi\\Fall", False), ("C:\\Trò Chơi\\Fallen\\x.exe", False),
    ("C:\\x.exe", False), ("", False), ("C:\\Trò Chơi\\Fall\\UnityCrashHandler64.exe", False),
    ("C:\\Trò Chơi\\Fall\\LeagueClientUx.exe", False), ("C:\\Trò Chơi\\Fall\\EasyAntiCheat_EOS_Setup.exe", False),
])
def test_what_runs_from_a_tree(kept, path, known):
    """Anything, in any case, at any depth; but not what lies beside a game."""
    assert kept.of(path, CHILD) == ((("fall", False),) if known else ())


@pytest.mark.promise("Games: What an account can write decides about its own programs only")
def test_what_an_account_says_is_said_of_its_own_programs(machine, registry, monkeypatch, sources):
    """Else one child's registry makes a game of what another one, or a parent, works with. The machine's word is for all."""
    everybody = type(registry)()
    put(everybody, "HKLM", "LoL", "C:\\Fall")
    put(registry, "HKCU", "Fall", "C:\\Fall")
    for path in ("C:/Fall/fall.exe", "C:/Fall/League of Legends.exe"):
        machine.write(f"/{path}", MZ)
    real = find
    monkeypatch.setattr(trees, "find", lambda *args: real(*args, str(machine.root)))
    others = (Shops(everybody, "C:/ProgramData", ("C:", "D:"), believes=lambda *_: True).installed,)
    found = {}
    for all_, own in ((others, sources), ((), sources)):
        one = Trees(Clock(), lambda all_=all_, own=own: {EVERYBODY: all_, CHILD: own}, lambda _: True)
        one.refresh(GAMES)
        one.wait()
        found[len(all_)] = [one.of("C:\\Fall\\word.exe", who) for who in (CHILD, FRIEND)]

    assert found == {1: [(("fall", True), ("lol", True))] * 2, 0: [(("fall", False), ("lol", False)), ()]}


def test_looking_again(kept, machine, registry):
    """For another catalogue at once, else only after an hour; what is known holds meanwhile."""
    path = "C:\\Trò Chơi\\Fall\\x.exe"
    registry.tree.clear()
    kept.refresh(GAMES)
    kept.wait()
    assert kept.of(path, CHILD)

    kept.refresh(Catalogue([*GAMES.games.values()]))
    kept.wait()
    assert not kept.of(path, CHILD)

    put(registry, "HKCU", "Fall", "C:\\Trò Chơi\\Fall")
    kept._clock.now = trees.EVERY_MS
    kept.refresh(kept._catalogue)
    kept.wait()
    assert kept.of(path, CHILD)


def test_the_loop_never_waits(sources, caplog):
    """Looking is on a thread of its own, one at a time; what goes wrong there is said and costs only the trees."""
    go, asked = threading.Event(), []

    def slow():
        asked.append(go.wait(5))
        raise ValueError("a broken registry")

    one = Trees(Clock(), slow, lambda _: False)
    one.refresh(GAMES)
    one.refresh(Catalogue(()))
    assert one.of("C:\\Fall\\fall.exe", CHILD) == ()
    go.set()
    one.wait()

    assert asked == [True]
    assert "a broken registry" in caplog.text
