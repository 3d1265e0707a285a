"""Real packages of Debian's archive, unpacked into a folder that is then scanned: all games are found, and nothing else.

They are unpacked, not installed: the scan reads the same files, and the machine that runs the tests stays as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agent.registering.names import game_id

GAMES = {  # package -> id of the game in it
    "gnome-mines": "org-gnome-mines", "gnome-chess": "org-gnome-chess", "gnome-sudoku": "org-gnome-sudoku",
    "iagno": "org-gnome-reversi", "four-in-a-row": "org-gnome-four-in-a-row", "hitori": "org-gnome-hitori",
    "lightsoff": "org-gnome-lightsoff", "quadrapassel": "org-gnome-quadrapassel", "swell-foop": "org-gnome-swellfoop",
    "tali": "org-gnome-tali", "gnome-robots": "org-gnome-robots", "gnome-klotski": "org-gnome-klotski",
    "gnome-tetravex": "org-gnome-tetravex", "gnome-nibbles": "org-gnome-nibbles", "gnome-2048": "org-gnome-twentyfortyeight",
    "teeworlds": "teeworlds", "pioneers": "pioneers", "ninvaders": "ninvaders", "moon-buggy": "moon-buggy",
    "xmoto": "xmoto", "bouncy": "bouncy",
}
# A server browser and an emulator that call themselves games, a helper of games, toys and a learning program of the section
# games, a calculator.
OTHERS = ("xqf", "dosbox", "gamemode", "cowsay", "fortune-mod", "tuxmath", "galculator")

pytestmark = pytest.mark.root


def _download(folder: Path) -> list[Path]:
    """The packages as apt gets them; without an archive the test is skipped, where CI promises one it fails."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip("needs apt-get and dpkg-deb: a Debian")
    done = subprocess.run(
        ["apt-get", "download", "-q=2", *GAMES, *OTHERS], cwd=folder, capture_output=True, text=True, check=False, timeout=100
    )
    packages = sorted(folder.glob("*.deb"))
    if done.returncode != 0 or len(packages) != len(GAMES) + len(OTHERS):
        if os.environ.get("CI"):
            pytest.fail(f"apt-get download: {done.stderr.strip()}")
        pytest.skip(f"needs an archive of Debian to download from (apt-get update): {done.stderr.strip()[-200:]}")
    return packages


def _unpack(package: Path, root: Path) -> str:
    """Lay the package's files into `root`; its paragraph of dpkg's status, as it stands when it is installed."""
    subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    fields = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True).stdout
    name = package.name.partition("_")[0]
    listed = subprocess.run(["dpkg-deb", "-c", package], check=True, capture_output=True, text=True).stdout
    paths = [line.split(None, 5)[5].split(" -> ")[0].lstrip(".") for line in listed.splitlines()]
    (root / f"var/lib/dpkg/info/{name}.list").write_text("\n".join(paths), "utf-8")
    return fields.replace("\n", "\nStatus: install ok installed\n", 1)


@pytest.fixture(scope="module")
def installed(tmp_path_factory, machine_at):
    """A machine with all of them."""
    root = tmp_path_factory.mktemp("debian")
    packages = _download(tmp_path_factory.mktemp("packages"))
    (root / "var/lib/dpkg/info").mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text("\n".join(_unpack(package, root) for package in packages), "utf-8")
    return machine_at(root)


@pytest.fixture(scope="module")
def scanned(installed):
    return installed.scan([])


def test_all_games_are_found_and_nothing_else(scanned):
    """Twenty-one packages with a game, seven without: one game each, by its id. Nothing could not be read."""
    assert {game.id for game in scanned.games} == set(GAMES.values())
    assert [game.id for game in scanned.emulators] == ["dosbox"]
    assert [game_id(game.id) for game in scanned.games] == [game.id for game in scanned.games]  # `game add` takes each
    assert scanned.problems == ()


def test_each_game_is_found_with_its_program(scanned, installed):
    """Every path is one that the package brought, so that `game add` can take it."""
    programs = {game.id: game.executables for game in scanned.games}

    assert [id_ for id_, paths in programs.items() if not paths] == []
    assert [path for paths in programs.values() for path in paths if not installed.at(path).is_file()] == []
