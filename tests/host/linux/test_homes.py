"""Homes on Linux: addresses, modes, links, owners."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from host.homes import Home, HomeError, client_home, prepare, server_home

OTHER = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_sockets_of_a_given_home_lie_in_it(tmp_path: Path) -> None:
    """Root and run are there for everybody to enter."""
    home = server_home(str(tmp_path / "h"))
    assert (home.daemon_address, home.agent_address) == (f"{home.root}/run/daemon.sock", f"{home.root}/run/agent/agent.sock")
    assert (mode(home.root), mode(home.root / "run")) == (0o755, 0o755)


def test_system_home_keeps_its_sockets_in_run() -> None:
    """The system's sockets lie in /run/giochoi, also when its home is named."""
    home = client_home("/var/lib/giochoi")
    assert home == Home(Path("/var/lib/giochoi"), "system")
    assert home.daemon_address == "/run/giochoi/daemon.sock"


def test_private_home_lies_where_the_desktop_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_DATA_HOME; a relative value is to be ignored."""
    if Path("/run/giochoi").exists():
        pytest.skip("a system installation is there")
    monkeypatch.delenv("GIOCHOI_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "giochoi").mkdir()
    assert client_home(None) == Home(tmp_path / "giochoi", "private")


def test_prepare_never_opens_a_folder_wider(tmp_path: Path) -> None:
    """A folder of ours is closed to the mode asked for, and one that is closed further stays so."""
    wide, narrow = tmp_path / "wide", tmp_path / "narrow"
    wide.mkdir(mode=0o755)
    narrow.mkdir(mode=0o700)
    prepare(wide, 0o700)
    prepare(narrow, 0o755)
    assert (mode(wide), mode(narrow)) == (0o700, 0o700)


def plant_link(folder: Path) -> None:
    folder.symlink_to(folder.parent)


def plant_writable(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def plant_foreign(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: a folder of another account")
    folder.mkdir()
    os.chown(folder, OTHER, OTHER)


@pytest.mark.parametrize("plant", [plant_link, plant_writable, plant_foreign])
def test_a_home_that_is_not_ours_is_refused_in_one_line(tmp_path: Path, plant: object) -> None:
    """Links, folders of others or open to others: one line that names the folder."""
    folder = tmp_path / "home"
    assert callable(plant)
    plant(folder)
    with pytest.raises(HomeError) as refused:
        server_home(str(folder))
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)
