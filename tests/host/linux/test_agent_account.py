"""Whom the system's home believes beside root: the account of its agent, and only there."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from host import homes
from host.api import UntrustedError
from host.homes import Home, HomeError
from host.linux import agent_account, files, sockets

THEIRS = 917
root = pytest.mark.root


@pytest.fixture(autouse=True)
def _system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system's home of the test's own, on a PC that has the account."""
    monkeypatch.setattr(files, "system_root", lambda: tmp_path / "state")
    monkeypatch.setattr(files, "system_run", lambda: tmp_path / "run")
    monkeypatch.setattr(agent_account, "uid", lambda: THEIRS)


@pytest.mark.parametrize(("number", "believed"), [(917, 917), (1, 1), (0, None), (1000, None), (65534, None), (None, None)])
def test_a_persons_account_of_that_name_is_nobody(
    monkeypatch: pytest.MonkeyPatch, number: int | None, believed: int | None
) -> None:
    """Who got the name at a desk, by chance or on purpose, is not believed; nor is root under another name."""
    monkeypatch.undo()

    def named(name: str) -> SimpleNamespace:
        if number is None:
            raise KeyError(name)
        return SimpleNamespace(pw_uid=number)

    monkeypatch.setattr(pwd, "getpwnam", named)
    assert agent_account.uid() == believed


@pytest.mark.promise("Agent and keys: What the agent's account publishes counts in the system's home only; no link is followed")
def test_it_publishes_in_the_systems_home_only() -> None:
    assert files.publishers("system") - files.publishers("given") == {THEIRS}
    assert files.publishers("given") == files.publishers("private") == {0, os.geteuid()}


@pytest.mark.parametrize(("uid", "kind"), [(0, "system"), (THEIRS, "system"), (THEIRS + 1, "private")])
def test_its_server_finds_the_systems_home(monkeypatch: pytest.MonkeyPatch, uid: int, kind: str) -> None:
    """Without --home, as root's does; anybody else's works in their own."""
    monkeypatch.delenv("GIOCHOI_HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert homes.chosen_home(None).kind == kind


@root
def test_what_it_published_is_read(tmp_path: Path) -> None:
    """The home's language here; in any other home that account is a stranger."""
    (tmp_path / "public").mkdir()
    file = tmp_path / "public" / "lang"
    file.write_text("vi\n", "utf-8")
    os.chown(file, THEIRS, THEIRS)
    assert homes.language(Home(tmp_path, "system")) == "vi"
    assert homes.language(Home(tmp_path, "given")) is None


@root
@pytest.mark.parametrize("kind", ["a file", "a link", "a folder"])
def test_a_folder_for_us_alone_holds_nothing_of_others(tmp_path: Path, kind: str) -> None:
    """Not even of the agent's account: whoever could write there once can have laid down a database, a key, a setting."""
    homes.prepare_own(tmp_path / "daemon")
    planted = tmp_path / "daemon" / "planted"
    {"a file": planted.touch, "a folder": planted.mkdir, "a link": lambda: planted.symlink_to("/etc/passwd")}[kind]()
    homes.prepare_own(tmp_path / "daemon")
    os.chown(planted, THEIRS, THEIRS, follow_symlinks=False)
    with pytest.raises(HomeError, match="planted is owned by"):
        homes.prepare_own(tmp_path / "daemon")


def listening(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    return sockets.listen(str(path), 0o666)


@pytest.mark.promise("Agent and keys: What the agent's account publishes counts in the system's home only; no link is followed")
def test_no_link_leads_to_a_socket(tmp_path: Path) -> None:
    """Whoever owns the folder would have root talk to whom they like."""
    with listening(tmp_path / "other" / "x.sock"):
        (tmp_path / "agent.sock").symlink_to(tmp_path / "other" / "x.sock")
        with pytest.raises(UntrustedError):
            sockets.connect(str(tmp_path / "agent.sock"), 1)
        sockets.connect(str(tmp_path / "other" / "x.sock"), 1).close()


@root
def test_the_systems_sockets_are_roots_or_the_agents(tmp_path: Path) -> None:
    """Elsewhere everybody's may be: there the folder decides."""
    for path, owner, reached in (
        (tmp_path / "run" / "agent" / "agent.sock", THEIRS, True),
        (tmp_path / "run" / "agent" / "agent.sock", THEIRS + 1, False),
        (tmp_path / "run" / "daemon.sock", THEIRS + 1, False),
        (tmp_path / "given" / "agent.sock", THEIRS + 1, True),
    ):
        with listening(path):
            os.chown(path, owner, owner)
            if reached:
                sockets.connect(str(path), 1).close()
            else:
                with pytest.raises(UntrustedError):
                    sockets.connect(str(path), 1)
        path.unlink()
