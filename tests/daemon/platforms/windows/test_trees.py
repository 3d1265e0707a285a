"""Install trees by the real registry: of accounts that are logged on, and of the machine."""

from __future__ import annotations

import secrets
import shutil
import winreg

import pytest

from daemon.platforms.windows.registry import WindowsRegistry
from daemon.platforms.windows.watching import trees
from daemon.platforms.windows.watching.trees import Trees
from host.clock import SystemClock
from host.windows import tokens
from rules.games import Catalogue, Game
from tests.windows_programs import program

CATALOGUE = Catalogue([Game(id="thu", title="Thử", names=("trochoi.exe",))])
UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"


@pytest.fixture
def folder(tmp_path):
    """A game's folder, with letters and spaces."""
    place = tmp_path / "Trò Chơi" / "Thử"
    place.mkdir(parents=True)
    shutil.copy(program("trochoi.exe"), place)
    return place


@pytest.fixture
def entered(folder):
    """`entered(hive)`: the game is in the uninstall list of that part of the registry."""
    made = []

    def enter(hive):
        key = f"{UNINSTALL}\\giochoi-{secrets.token_hex(4)}"
        with winreg.CreateKey(hive, key) as opened:
            made.append((hive, key))
            winreg.SetValueEx(opened, "DisplayName", 0, winreg.REG_SZ, "Thử")
            winreg.SetValueEx(opened, "InstallLocation", 0, winreg.REG_SZ, str(folder))

    yield enter
    for hive, key in made:
        winreg.DeleteKey(hive, key)


def look(**more):
    one = Trees(SystemClock(), **more)
    one.refresh(CATALOGUE)
    one.wait()
    return one


@pytest.mark.parametrize("hive", [winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER])
def test_what_is_installed_is_known_by_where_it_lies(folder, entered, hive):
    """A renamed copy there, too. This folder is a user's, whoever says that it is a game's."""
    entered(hive)
    one = look()
    own = tokens.own_sid()

    assert one.of(str(folder / "bin" / "bài tập.exe"), own) == (("thu", False),)
    assert one.of(str(folder.parent / "x.exe"), own) == ()
    others = one.of(str(folder / "x.exe"), "S-1-5-21-1-2-3-1001")
    assert others == ((("thu", False),) if hive == winreg.HKEY_LOCAL_MACHINE else ())


def test_the_machines_word_about_protected_folders_is_sure(folder, entered):
    entered(winreg.HKEY_LOCAL_MACHINE)

    assert look(protected=lambda _: True).of(str(folder / "x.exe"), tokens.own_sid()) == (("thu", True),)


def test_who_is_logged_on():
    """Ourselves, and no service."""
    users = WindowsRegistry().users()

    assert tokens.own_sid() in users or not tokens.own_sid().startswith("S-1-5-21-")
    assert all(user.startswith("S-1-") and not user.endswith("_Classes") for user in users)
    assert WindowsRegistry(tokens.own_sid()).keys("HKCU", "") == WindowsRegistry().keys("HKCU", "")


def test_where_users_can_write_is_not_protected(tmp_path):
    """Our own folder is ours."""
    assert not trees.only_administrators(str(tmp_path).replace("\\", "/"))
    assert not trees.only_administrators("C:/gone")
