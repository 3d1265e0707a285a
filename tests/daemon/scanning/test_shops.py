"""Games that launchers and stores installed, each by that program's own files."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from daemon.scanning.formats import FormatError, parse_entry, scalars, vdf_pairs
from daemon.scanning.windows_paths import link_target
from rules.games import Game

MZ = b"MZ" + bytes(62)


def acf(number: int, name: str, folder: str) -> str:
    lines = (f'\t"{key}"\t\t"{value}"' for key, value in (("appid", number), ("name", name), ("installdir", folder)))
    return "\n".join(('"AppState"', "{", *lines, "}", ""))


def lnk(path: str) -> bytes:
    """A shortcut as Windows writes it: header, an item list to pass over, and where it leads."""
    base = path.encode("cp1252") + b"\0"
    info = struct.pack("<7I", 28 + len(base) + 1, 28, 1, 0, 28, 0, 28 + len(base)) + base + b"\0"
    header = b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + struct.pack("<I", 3)
    return header.ljust(76, b"\0") + struct.pack("<H", 4) + b"\0" * 4 + info


def test_steam_in_all_its_libraries(machine):
    """The library at home and one on another disk, links to them counted once; runtimes and what is gone are none."""
    steam = ".local/share/Steam"
    machine.write(
        f"{steam}/steamapps/libraryfolders.vdf",
        '"libraryfolders"\n{\n "0" { "path" "/home/kid/.local/share/Steam" }\n "1" { "path" "/mnt/games" }\n}\n',
    )
    machine.write(f"{steam}/steamapps/appmanifest_570.acf", acf(570, "Dota 2", "dota 2 beta"))
    machine.program(f"{steam}/steamapps/common/dota 2 beta/game/dota.sh", "#!/bin/bash\n")
    machine.program(f"{steam}/steamapps/common/dota 2 beta/game/vcredist_x64.exe", MZ)
    machine.write(f"{steam}/steamapps/appmanifest_1493710.acf", acf(1493710, "Proton Experimental", "Proton"))
    machine.write(f"{steam}/steamapps/appmanifest_1628350.acf", acf(1628350, "Steam Linux Runtime 3.0 (sniper)", "Sniper"))
    machine.program(f"{steam}/steamapps/common/Proton/proton")
    machine.write(f"{steam}/steamapps/appmanifest_10.acf", acf(10, "Gone", "gone"))
    machine.write("/mnt/games/steamapps/appmanifest_4000.acf", acf(4000, "Hầm Ngục & Rồng", "hnr"))
    machine.write("/mnt/games/steamapps/common/hnr/hnr.exe", MZ)
    machine.at(".steam").mkdir()
    machine.at(".steam/steam").symlink_to(machine.at("/home/kid/.local/share/Steam"))

    games = machine.found([Game(id="dota", title="DOTA", steam_ids=(570,), label=12, label_source="x")])

    assert games.keys() == {"dota", "ham-nguc-rong"}
    assert (games["dota"].known, games["dota"].label, games["dota"].steam_id) == (True, 12, 570)
    assert games["dota"].executables == (f"/home/kid/{steam}/steamapps/common/dota 2 beta/game/dota.sh",)
    assert games["ham-nguc-rong"].executables == ("/mnt/games/steamapps/common/hnr/hnr.exe",)


def test_a_shortcut_to_a_game_of_steam_is_that_game(machine):
    """One game, though menu and manifest name it."""
    machine.write(".local/share/Steam/steamapps/appmanifest_7.acf", acf(7, "Seven", "seven"))
    machine.program(".local/share/Steam/steamapps/common/seven/seven")
    machine.entry("Seven", "steam steam://rungameid/7", folder="Desktop")

    [game] = machine.found().values()

    assert (game.steam_id, len(game.sources), len(game.executables)) == (7, 2, 1)


def test_flatpak_by_its_own_metadata(machine):
    """Exported or not; the label is that of the application's own AppStream file; shops in Flatpak are none."""
    for app, categories in (("org.example.Fun", "Game;"), ("net.lutris.Lutris", "Game;"), ("org.example.Paint", "Graphics;")):
        deploy = f"/var/lib/flatpak/app/{app}/x86_64/stable/abc"
        machine.write(f"{deploy}/metadata", f"[Application]\nname={app}\ncommand=fun\n")
        machine.program(f"{deploy}/files/bin/fun")
        machine.entry(app, f"flatpak run {app}", categories, f"{deploy}/export/share/applications")
        machine.write(
            f"{deploy}/files/share/metainfo/{app}.metainfo.xml",
            f'<component type="desktop-application"><id>{app}</id><developer id="x"><name>Ai Đó</name></developer>'
            '<content_rating type="oars-1.1"><content_attribute id="violence-cartoon">intense</content_attribute>'
            "</content_rating></component>",
        )
        machine.at(f"/var/lib/flatpak/app/{app}/current").symlink_to("x86_64/stable")
        machine.at(f"/var/lib/flatpak/app/{app}/x86_64/stable/active").symlink_to("abc")

    [game] = machine.found().values()

    assert (game.id, game.label, game.developer) == ("org-example-fun", 6, "Ai Đó")
    assert game.executables[-1] == "/var/lib/flatpak/app/org.example.Fun/x86_64/stable/abc/files/bin/fun"


def test_snaps_by_their_menu_entries(machine):
    """Which snapd keeps in a folder of its own."""
    machine.entry("mari0_mari0", "env X=1 /snap/bin/mari0 %U", folder="/var/lib/snapd/desktop/applications")
    machine.write("/snap/mari0/current/meta/snap.yaml", "name: mari0\napps:\n  mari0:\n    command: bin/run --fast\n")
    machine.program("/snap/mari0/current/bin/run")

    assert machine.found()["mari0-mari0"].executables == ("/snap/mari0/current/bin/run",)


def test_lutris_by_its_library_and_configurations(machine, tmp_path):
    """Also one in write-ahead mode; what is not installed is none."""
    library = tmp_path / "made.db"
    with sqlite3.connect(library) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute(
            "CREATE TABLE games (id INTEGER PRIMARY KEY, name TEXT, slug TEXT, runner TEXT, executable TEXT, "
            "directory TEXT, installed INTEGER, configpath TEXT, service TEXT, service_id TEXT)"
        )
        made.execute("INSERT INTO games VALUES (1, 'Liên Minh', 'lien-minh', 'wine', NULL, '', 1, 'lm-1', NULL, NULL)")
        made.execute("INSERT INTO games VALUES (2, 'Gone', 'gone', 'linux', '/x', '', 0, '', NULL, NULL)")
    made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.close()
    machine.write(".local/share/lutris/pga.db", library.read_bytes())
    machine.write(
        ".config/lutris/games/lm-1.yml", "game:\n  exe: drive_c/lm/lm.exe\n  prefix: /home/kid/Games/lm\nsystem: {}\n"
    )
    machine.write("Games/lm/drive_c/lm/lm.exe", MZ)

    [game] = machine.found().values()

    assert (game.id, game.title) == ("lien-minh", "Liên Minh")
    assert game.executables == ("/home/kid/Games/lm/drive_c/lm/lm.exe",)


def test_heroic_epic_gog_amazon_and_added(machine):
    """Each file of the launcher's; a downloadable addition is no game."""
    heroic, rocket = ".config/heroic", "/home/kid/Games/Rocket"
    machine.write(f"{heroic}/legendaryConfig/legendary/installed.json", json.dumps({
        "Sugar": {"app_name": "Sugar", "title": "Rocket", "install_path": rocket, "executable": "bin\\r.exe"},
        "Salt": {"app_name": "Salt", "title": "Rocket: Salt", "install_path": rocket, "is_dlc": True},
    }))  # fmt: skip
    machine.write("Games/Rocket/bin/r.exe", MZ)
    machine.write(f"{heroic}/gog_store/installed.json", json.dumps({"installed": [
        {"appName": "1", "install_path": "/home/kid/Games/Gwent"},
        {"appName": "2", "install_path": "/home/kid/Games", "is_dlc": True},
    ]}))  # fmt: skip
    machine.write(f"{heroic}/store_cache/gog_library.json", json.dumps({"games": [{"app_name": "1", "title": "Gwent"}]}))
    machine.program("Games/Gwent/gwent.x86_64")
    machine.write(f"{heroic}/nile_config/nile/installed.json", json.dumps([{"id": "amzn", "path": "/home/kid/Games/Fall"}]))
    machine.write("Games/Fall/fall.exe", MZ)
    machine.write(f"{heroic}/sideload_apps/library.json", json.dumps({"games": [
        {"app_name": "s", "title": "Own", "install": {"executable": "/home/kid/own/own.sh"}, "is_installed": True},
    ]}))  # fmt: skip
    machine.program("own/own.sh", "#!/bin/sh\n")

    assert {id_: game.executables for id_, game in machine.found().items()} == {
        "rocket": ("/home/kid/Games/Rocket/bin/r.exe",),
        "gwent": ("/home/kid/Games/Gwent/gwent.x86_64",),
        "fall": ("/home/kid/Games/Fall/fall.exe",),
        "own": ("/home/kid/own/own.sh",),
    }


def test_wine_prefixes(machine):
    """What lies where only games lie; of the rest what the catalogue knows, in any case, also behind a start menu."""
    drive = ".wine/drive_c"
    machine.write(f"{drive}/Riot Games/League of Legends/LeagueClient.exe", MZ)
    machine.write(f"{drive}/Riot Games/Riot Client/RiotClientServices.exe", MZ)
    machine.write(f"{drive}/Program Files (x86)/garena/games/32787/FCOnline.exe", MZ)
    machine.write(f"{drive}/Program Files/Editor/notepad++.exe", MZ)
    machine.write(f"{drive}/Program Files/Deep/er/KnownGame.EXE", MZ)
    machine.write(f"{drive}/odd/place/other.exe", MZ)
    machine.write(f"{drive}/ProgramData/Microsoft/Windows/Start Menu/Programs/Other.lnk", lnk("C:\\Odd\\Place\\OTHER.exe"))

    games = machine.found(
        [Game(id="known", title="K", names=("knowngame.exe",)), Game(id="other", title="O", names=("Other.exe",))]
    )

    assert games.keys() == {"league-of-legends", "32787", "known", "other"}
    assert games["other"].executables == (f"/home/kid/{drive}/odd/place/other.exe",)


def test_minecraft_by_its_main_class(machine):
    """The official launcher's versions and Prism's instances are one game, known by what Java is told."""
    machine.write(".minecraft/versions/1.21/1.21.json", json.dumps({"mainClass": "net.minecraft.client.main.Main"}))
    machine.write(".minecraft/versions/1.21/1.21.jar", b"PK")
    machine.write(
        ".local/share/PrismLauncher/instances/a/mmc-pack.json", json.dumps({"components": [{"uid": "net.minecraft"}]})
    )
    machine.write(".local/share/PrismLauncher/instances/b/mmc-pack.json", json.dumps({"components": [{"uid": "other"}]}))

    [game] = machine.found([Game(id="mc", title="Minecraft", words=("net.minecraft.client.main.Main",))]).values()

    assert (game.id, game.known, len(game.sources)) == ("mc", True, 2)


def test_games_of_packages_that_no_menu_shows(machine):
    """Debian's section games, by what lies in /usr/games; toys and servers are none, unless the catalogue knows them."""
    for package, summary in (
        ("moon-buggy", "Drive a car across the moon"),
        ("cowsay", "configurable talking cow"),
        ("fun-server", "fun game, server"),
        ("editor", "text editor"),
        ("mednafen", "multi-platform emulator, including NES"),
    ):
        machine.program(f"/usr/games/{package}")
        machine.write(f"/var/lib/dpkg/info/{package}.list", f"/.\n/usr/games\n/usr/games/{package}\n")
        section = "games" if package != "editor" else "editors"
        status = machine.at("/var/lib/dpkg/status")
        status.parent.mkdir(parents=True, exist_ok=True)
        with status.open("a") as file:
            file.write(
                f"Package: {package}\nStatus: install ok installed\nSection: {section}\nDescription: {summary}\n more\n\n"
            )

    assert machine.found().keys() == {"moon-buggy"}
    assert [game.id for game in machine.scan().emulators] == ["mednafen"]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parsers(data):
    """Desktop entries, VDF, shortcuts, plain YAML: an answer or their own error."""
    text = data.decode("utf-8", "replace")
    link_target(lnk("C:\\x")[:40] + data)
    list(scalars(text))
    vdf_pairs(text)
    with suppress(FormatError):
        parse_entry(b"[Desktop Entry]\nName=x\n" + data)


def test_pairs_of_a_vdf():
    """Escapes, groups inside, and what is cut off."""
    text = '"a"\t"x \\"y\\" \\\\"\n"B"\n{\n "C" ""\n "d" { "e\n" "f" } }\n"g" "h'

    assert vdf_pairs(text) == [("a", 'x "y" \\'), ("c", ""), ("e\n", "f")]
