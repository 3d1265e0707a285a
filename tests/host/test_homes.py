"""Homes: where things lie, and that a folder which somebody else could change is not used. Modes and links: per system."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from host import choose
from host.homes import Home, HomeError, client_home, lock, prepare, server_home


def test_given_home_holds_everything_below_itself(tmp_path: Path) -> None:
    """With --home nothing lies elsewhere, root is there, and a second start finds it as it was made."""
    home = server_home(str(tmp_path / "h"))
    assert home == server_home(str(tmp_path / "h")) == Home(tmp_path / "h", "given")
    assert (home.daemon, home.agent, home.public) == (home.root / "daemon", home.root / "agent", home.root / "public")
    assert home.root.is_dir()
    assert home.daemon_address != home.agent_address


def test_environment_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIOCHOI_HOME equals --home, which wins."""
    monkeypatch.setenv("GIOCHOI_HOME", str(tmp_path / "env"))
    assert client_home(None).root == tmp_path / "env"
    assert client_home(str(tmp_path / "option")).root == tmp_path / "option"


def test_the_systems_home_may_be_named() -> None:
    """It is the system's then too, with the system's addresses."""
    root = choose.files().system_root()
    assert client_home(str(root)) == Home(root, "system")


def test_client_takes_the_private_home_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a system's server, a private home that is there is the one meant."""
    monkeypatch.delenv("GIOCHOI_HOME", raising=False)
    for name in ("system_root", "system_run"):
        monkeypatch.setattr(choose.files(), name, lambda: tmp_path / "system", raising=False)  # the second is Linux'
    monkeypatch.setattr(choose.files(), "private_root", lambda: tmp_path / "giochoi")
    (tmp_path / "giochoi").mkdir()
    assert client_home(None) == Home(tmp_path / "giochoi", "private")


def test_client_takes_the_systems_home_that_nobody_runs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is said to be missing is the service and not a private one; whoever has a private home means that."""
    monkeypatch.delenv("GIOCHOI_HOME", raising=False)
    for name in ("system_root", "system_run"):
        monkeypatch.setattr(choose.files(), name, lambda: tmp_path / "system", raising=False)
    monkeypatch.setattr(choose.files(), "private_root", lambda: tmp_path / "giochoi")
    monkeypatch.setattr(choose.files(), "serves_system", lambda: False)
    assert client_home(None) == Home(tmp_path / "giochoi", "private")
    (tmp_path / "system").mkdir()
    assert client_home(None) == Home(tmp_path / "system", "system")


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_prepared_folder_passes_its_own_check(tmp_path: Path, mode: int) -> None:
    """What we made, with what we made inside it, we believe at the next start; folders above it are made as well."""
    folder = tmp_path / "trên" / "dưới"
    prepare(folder, mode)
    (folder / "file").write_bytes(b"x")
    prepare(folder, mode)
    prepare(folder / "inside", mode)


def test_a_folder_of_ones_own_is_a_home(tmp_path: Path) -> None:
    """Made by hand, with what a folder in one's own profile inherits."""
    (tmp_path / "mine").mkdir()
    assert server_home(str(tmp_path / "mine")).root == tmp_path / "mine"


def test_a_file_in_the_place_of_a_home_is_refused_in_one_line(tmp_path: Path) -> None:
    """One line that names the folder."""
    (tmp_path / "home").touch()
    with pytest.raises(HomeError, match="not a real folder") as refused:
        server_home(str(tmp_path / "home"))
    assert str(tmp_path / "home") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_lock_names_its_holder_and_ends_with_it(tmp_path: Path) -> None:
    """A second process is refused and told the pid; when the holder is killed the folder is free."""
    code = "import os, sys; from host.homes import *\nwith lock(Path(sys.argv[1])): print(os.getpid(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        with pytest.raises(HomeError, match=f"in use by process {pid}$"), lock(tmp_path):
            pass
        holder.kill()
    for _ in range(2):
        with lock(tmp_path):
            pass


def test_lock_is_taken_once_in_a_process_too(tmp_path: Path) -> None:
    """Two servers in one process would write one store: the second one is refused, until the first lets go."""
    with lock(tmp_path), pytest.raises(HomeError, match="in use by process"), lock(tmp_path):
        pass
    with lock(tmp_path):
        pass


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """Nothing is written through it."""
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    with suppress(OSError):
        (tmp_path / "lock").symlink_to(target)
    if not (tmp_path / "lock").is_symlink():  # Wine says yes and makes none
        pytest.skip("this account may not make links here")
    with pytest.raises(HomeError, match="cannot be locked"), lock(tmp_path):
        pass
    assert target.read_bytes() == b"precious"
