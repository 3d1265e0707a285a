"""Whether what a file says holds for a folder, by access lists that a disk keeps: Wine keeps them, without enforcing them."""

from __future__ import annotations

import json
import shutil

import pytest

from daemon.platforms.windows.installed import believable
from daemon.platforms.windows.registry import WindowsRegistry
from daemon.platforms.windows.shops import Shops, slashes
from daemon.platforms.windows.watching.trees import EVERYBODY, Trees
from host.clock import SystemClock
from host.windows.descriptors import protect
from host.windows.sids import ADMINS, EVERYONE, SYSTEM
from host.windows.tokens import own_sid
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself
from rules.games import Catalogue, Game
from tests.windows_programs import program

CATALOGUE = Catalogue([Game(id="thu", title="Thử", names=("trochoi.exe",))])
ALL = f"D:P(A;OICI;FA;;;{SYSTEM})(A;OICI;FA;;;{ADMINS})"
ANYBODY = f"(A;OICI;FA;;;{EVERYONE})"


def give(path, more=""):
    with open_itself(path, READ_CONTROL | WRITE_DAC) as handle:
        protect(handle.value, f"{ALL}{more}")


@pytest.mark.parametrize(("of_manifest", "of_folder", "believed"), [
    ("", "", True), (ANYBODY, "", False), (ANYBODY, ANYBODY, True), ("", ANYBODY, True),
])  # fmt: skip
def test_whoever_may_write_a_manifest_has_to_be_able_to_replace_what_it_tells_of(tmp_path, of_manifest, of_folder, believed):
    """Both are our own here: what anybody else may do decides. Of others Wine keeps no entries."""
    folder, manifest = tmp_path / "Trò Chơi", tmp_path / "x.item"
    folder.mkdir()
    manifest.write_text("{}")
    give(manifest, of_manifest)
    give(folder, of_folder)

    assert believable(slashes(str(manifest)), slashes(str(folder))) is believed
    assert not believable(slashes(str(tmp_path / "gone")), slashes(str(folder)))
    assert not believable(slashes(str(manifest)), slashes(str(tmp_path / "gone")))


@pytest.mark.parametrize(("leads", "known"), [("trochoi.exe", True), ("../../Users/Be/trochoi.exe", False)])
def test_no_manifest_makes_a_game_of_a_folder_that_holds_none(tmp_path, leads, known):
    """Epic's lie in ProgramData, where everybody may make folders: `..` in one leads out of the folder it names."""
    named, childs = tmp_path / "Program Files" / "Browser", tmp_path / "Users" / "Be"
    for folder in (named, childs):
        folder.mkdir(parents=True)
    shutil.copy(program("trochoi.exe"), (named if known else childs) / "trochoi.exe")
    manifests = tmp_path / "ProgramData" / "Epic" / "EpicGamesLauncher" / "Data" / "Manifests"
    manifests.mkdir(parents=True)
    (manifests / "x.item").write_text(json.dumps({"InstallLocation": str(named), "LaunchExecutable": leads}))
    shops = Shops(WindowsRegistry(), slashes(str(tmp_path / "ProgramData")), (), believes=believable)
    trees = Trees(SystemClock(), sources=lambda: {EVERYBODY: (shops.epic,)})
    trees.refresh(CATALOGUE)
    trees.wait()

    assert trees.of(str(named / "winword.exe"), own_sid()) == ((("thu", False),) if known else ())
