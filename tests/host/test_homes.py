"""Homes: where things lie, and that a folder which somebody else could change is not used."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from host.homes import Home, HomeError, client_home, lock, prepare, server_home

OTHER = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_given_home_holds_everything_below_itself(tmp_path: Path) -> None:
    """With --home nothing lies elsewhere, and root and run are there for everybody to enter."""
    home = server_home(str(tmp_path / "h"))
    assert home.kind == "given"
    assert (home.daemon_address, home.agent_address) == (f"{home.root}/run/daemon.sock", f"{home.root}/run/agent/agent.sock")
    assert (home.daemon, home.agent, home.public) == (home.root / "daemon", home.root / "agent", home.root / "public")
    assert (mode(home.root), mode(home.run)) == (0o755, 0o755)


def test_system_home_keeps_its_sockets_in_run() -> None:
    """The system's sockets lie in /run/giochoi, also when its home is named."""
    home = client_home("/var/lib/giochoi")
    assert home == Home(Path("/var/lib/giochoi"), "system")
    assert home.daemon_address == "/run/giochoi/daemon.sock"


def test_environment_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIOCHOI_HOME equals --home, which wins."""
    monkeypatch.setenv("GIOCHOI_HOME", str(tmp_path / "env"))
    assert client_home(None).root == tmp_path / "env"
    assert client_home(str(tmp_path / "option")).root == tmp_path / "option"


def test_client_takes_the_private_home_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a system's socket, a private home that is there is the one meant."""
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


def plant_file(folder: Path) -> None:
    folder.touch()


def plant_writable(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def plant_foreign(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: a folder of another account")
    folder.mkdir()
    os.chown(folder, OTHER, OTHER)


@pytest.mark.parametrize("plant", [plant_link, plant_file, plant_writable, plant_foreign])
def test_a_home_that_is_not_ours_is_refused_in_one_line(tmp_path: Path, plant: object) -> None:
    """Links, files, folders of others or open to others: one line that names the folder."""
    folder = tmp_path / "home"
    assert callable(plant)
    plant(folder)
    with pytest.raises(HomeError) as refused:
        server_home(str(folder))
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    """A second process is refused and told the pid; when the holder is killed the folder is free."""
    code = "import sys; from host.homes import *; held = lock(Path(sys.argv[1])); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline()
        with pytest.raises(HomeError, match=f"in use by pid {holder.pid}"):
            lock(tmp_path)
        holder.kill()
    with lock(tmp_path):
        pass
    lock(tmp_path).close()
