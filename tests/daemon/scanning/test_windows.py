"""The sources of Windows, over a registry and a disk that are made up: no real Windows was here."""

from __future__ import annotations

import json

import pytest

from daemon.platforms.windows.shops import Shops
from daemon.scan import Collector
from daemon.scanning.files import Files, Problems
from daemon.scanning.hits import SearchPaths
from rules.games import Catalogue, Game

MZ = b"MZ" + bytes(62)
UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"


@pytest.fixture
def found(machine, registry):
    """The games by id, with a catalogue that knows one of them."""

    def scan():
        problems = Problems()
        shops = Shops(registry, "C:/ProgramData", ("C:", "D:"), believes=lambda *_: True)
        sources = (shops.steam, shops.epic, shops.gog, shops.riot, shops.folders, shops.installed, shops.menu)
        catalogue = Catalogue([Game(id="known", title="Known", names=("known.exe",))])
        search = SearchPaths(account="kid", home="C:/Users/kid")
        collector = Collector(Files(problems, str(machine.root)), search, sources, catalogue)
        collector.run()
        assert problems.found() == []
        return {game.id: game for game in collector.result().games}

    return scan


def test_epic_gog_and_riot_by_their_manifests(machine, registry, found):
    """JSON, registry and YAML; what belongs to another game is none."""
    for name, program, kind in (("Fall", "bin/fall.exe", "games"), ("Engine", "e.exe", "engines")):
        machine.write(f"/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/{name}.item", json.dumps({
            "DisplayName": name, "InstallLocation": f"D:\\Epic\\{name}", "LaunchExecutable": program, "AppCategories": [kind],
        }))  # fmt: skip
    for path in (
        "/D:/Epic/Fall/bin/fall.exe",
        "/D:/Epic/Engine/e.exe",
        "/C:/G/Witcher/w.exe",
        "/C:/Riot/VALORANT/live/VALORANT.exe",
    ):
        machine.write(path, MZ)
    registry.put("HKLM", "SOFTWARE\\WOW6432Node\\GOG.com\\Games\\1", gamename="Witcher", path="C:\\G\\Witcher", exe="w.exe")
    registry.put(
        "HKLM", "SOFTWARE\\WOW6432Node\\GOG.com\\Games\\2", gamename="Add", path="C:\\G\\Witcher", exe="w.exe", dependson="1"
    )
    machine.write(
        "/C:/ProgramData/Riot Games/Metadata/valorant.live/valorant.live.product_settings.yaml",
        'product_install_full_path: "C:/Riot/VALORANT/live"\nproduct_install_root: "C:/Riot"\n',
    )

    assert {id_: game.executables for id_, game in found().items()} == {
        "fall": ("D:/Epic/Fall/bin/fall.exe",), "witcher": ("C:/G/Witcher/w.exe",),
        "valorant": ("C:/Riot/VALORANT/live/VALORANT.exe",),
    }  # fmt: skip


def test_the_uninstall_list_and_the_usual_folders(machine, registry, found):
    """Riot's and Garena's by what they say; anything else only if the catalogue knows a program of it."""
    registry.put(
        "HKCU", f"SOFTWARE\\{UNINSTALL}\\Riot Game league_of_legends.live", displayname="League", installlocation="D:/LoL"
    )
    registry.put(
        "HKLM", f"SOFTWARE\\WOW6432Node\\{UNINSTALL}\\x", displayname="FC", publisher="Garena Online", installlocation="D:\\FC"
    )
    registry.put("HKLM", f"SOFTWARE\\{UNINSTALL}\\k", displayname="K", displayicon='"C:\\K\\KNOWN.exe",0', installlocation="")
    registry.put("HKLM", f"SOFTWARE\\{UNINSTALL}\\w", displayname="Word", installlocation="C:\\Word")
    for path in (
        "/D:/LoL/LeagueClient.exe",
        "/D:/FC/fc.exe",
        "/C:/K/KNOWN.exe",
        "/C:/Word/word.exe",
        "/D:/Garena/Games/9/aov.exe",
    ):
        machine.write(path, MZ)

    assert found().keys() == {"league", "fc", "known", "9"}


OTHER_PC = "\\\\may\\nha"


@pytest.fixture
def asked(monkeypatch):
    """The paths that the system was asked for."""
    paths = []
    host = Files.host
    monkeypatch.setattr(Files, "host", lambda self, path: paths.append(path) or host(self, path))
    return paths


def test_no_other_pc_is_asked(machine, registry, found, asked):
    """What users may write leads to none: it would learn who we are, and could keep us waiting."""
    registry.put("HKCU", "SOFTWARE\\Valve\\Steam", steampath=OTHER_PC)
    registry.put("HKLM", "SOFTWARE\\WOW6432Node\\Valve\\Steam", installpath="C:\\Steam")
    library = OTHER_PC.replace("\\", "\\\\")
    machine.write("/C:/Steam/steamapps/libraryfolders.vdf", f'"libraryfolders" {{ "1" {{ "path" "{library}" }} }}')
    ways = ((OTHER_PC, "x.exe"), ("D:/x", f"{OTHER_PC}\\x.exe"), ("", f"{OTHER_PC}\\x.exe"))
    for number, (folder, program) in enumerate(ways):
        told = {"DisplayName": "x", "InstallLocation": folder, "LaunchExecutable": program}
        machine.write(f"/C:/ProgramData/Epic/EpicGamesLauncher/Data/Manifests/{number}.item", json.dumps(told))
    registry.put("HKCU", f"SOFTWARE\\{UNINSTALL}\\g", displayname="FC", publisher="Garena", installlocation=OTHER_PC)
    settings = f'product_install_full_path: "{OTHER_PC.replace(chr(92), "/")}"\n'
    machine.write("/C:/ProgramData/Riot Games/Metadata/v.live/v.live.product_settings.yaml", settings)

    assert found() == {}
    assert [path for path in asked if path.startswith(("//", "\\\\"))] == []
    assert "C:/Steam/steamapps/libraryfolders.vdf" in asked
