"""Secrets: made once, the same ever after. Who else cannot read them is tested per system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host import choose, secrets
from host.handed import Handed
from host.homes import Home, HomeError


def never() -> bytes:
    raise AssertionError("made twice")


def test_given_home_keeps_a_file(tmp_path: Path) -> None:
    """With --home the secret is a file in the server's folder, made once, whatever bytes it has."""
    home = Home(tmp_path, "given")
    assert secrets.load_or_create(home, tmp_path, "seat.key", lambda: b"\x00\xff\n") == b"\x00\xff\n"
    assert secrets.load_or_create(home, tmp_path, "seat.key", never) == b"\x00\xff\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "seat.key"]


def test_damaged_secret_is_said_and_not_replaced(tmp_path: Path) -> None:
    """A file that is no secret any more is one clear line, and stays for whoever repairs it."""
    path = tmp_path / "seat.key"
    path.write_bytes(b"!!")
    path.chmod(0o600)
    with pytest.raises(HomeError, match="damaged"):
        secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "seat.key", never)
    assert path.read_bytes() == b"!!"


@pytest.mark.parametrize("trouble", [PermissionError(13, "another account's"), FileNotFoundError(2, "no master key")])
def test_a_secret_that_does_not_open_is_said_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: OSError
) -> None:
    """Also where the system says "not found" of something else than the file."""

    def refuse(kept: bytes) -> bytes:
        raise trouble

    home = Home(tmp_path, "given")
    secrets.load_or_create(home, tmp_path, "seat.key", lambda: b"secret")
    before = (tmp_path / "seat.key").read_bytes()
    monkeypatch.setattr(choose.files(), "unseal", refuse)
    with pytest.raises(HomeError, match=f"cannot open it: {trouble.strerror}"):
        secrets.load_or_create(home, tmp_path, "seat.key", never)
    assert (tmp_path / "seat.key").read_bytes() == before


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A desktop's keyring behind the short-lived process."""
    kept: dict[str, bytes] = {}

    def ask(verb: str, entry: str, text: bytes) -> bytes:
        if verb == "set":
            kept[entry] = text
        return kept.get(entry, b"")

    monkeypatch.setattr(secrets, "_ask", ask)
    return kept


def test_private_home_uses_the_keyring(tmp_path: Path, keyring: dict[str, bytes]) -> None:
    """Where a keyring is open the file holds no secret; when it is locked later no new secret is made."""
    home = Home(tmp_path, "private")
    assert secrets.load_or_create(home, tmp_path, "k", lambda: b"secret") == b"secret"
    assert (tmp_path / "k").read_bytes() == b"keyring\n"
    assert secrets.load_or_create(home, tmp_path, "k", never) == b"secret"
    keyring.clear()
    with pytest.raises(HomeError, match="unlock"):
        secrets.load_or_create(home, tmp_path, "k", never)


def test_what_a_keyring_keeps_outlives_it(tmp_path: Path, keyring: dict[str, bytes]) -> None:
    """In a backup it stands as in a file. Put back, it is the keyring's where that has the same, else the file's."""
    home = Home(tmp_path, "private")
    secrets.load_or_create(home, tmp_path, "k", lambda: b"secret")
    plain = secrets.opened(home, tmp_path, "k")
    assert plain == secrets.plain(b"secret")
    secrets.put_back(home, tmp_path, "k", secrets.plain(b"secret"))
    assert (tmp_path / "k").read_bytes() == b"keyring\n"
    keyring.clear()
    assert (secrets.opened(home, tmp_path, "k"), secrets.opened(home, tmp_path, "none")) == (None, None)
    secrets.put_back(home, tmp_path, "k", secrets.plain(b"former"))
    assert secrets.load_or_create(home, tmp_path, "k", never) == b"former"


@pytest.mark.skipif(os.name == "nt", reason="systemd's")
def test_what_is_put_back_in_two_steps_can_be_put_back_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off between them there are never two keys, of which the server would believe neither."""
    home, kept = Home(tmp_path, "system"), {"giochoi-agent.log.key": Handed(b"own", "host").text()}
    folder = tmp_path / "agent"
    folder.mkdir()
    (folder / "log.key").write_bytes(b"systemd\n")
    monkeypatch.setattr(choose.service(), "kept", kept.get)
    monkeypatch.setattr(choose.service(), "let_go", lambda name: kept.pop(name, None))
    former = secrets.plain(b"former")
    with monkeypatch.context() as full:
        full.setattr(secrets, "write_atomic", never)
        with pytest.raises(TypeError):
            secrets.put_back(home, folder, "log.key", former)
    assert (kept, secrets.opened(home, folder, "log.key")) == ({}, None)
    secrets.put_back(home, folder, "log.key", former)
    assert secrets.opened(home, folder, "log.key") == former


@pytest.mark.skipif(os.name == "nt", reason="systemd's")
def test_what_systemd_keeps_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file has another, as after a restore that was cut off, the former key takes the place of both."""
    home, kept = Home(tmp_path, "system"), {"giochoi-agent.log.key": Handed(b"own", "host").text()}
    folder, former = tmp_path / "agent", secrets.plain(b"former")
    folder.mkdir()
    (folder / "log.key").write_bytes(former)
    monkeypatch.setattr(choose.service(), "kept", kept.get)
    monkeypatch.setattr(choose.service(), "let_go", lambda name: kept.pop(name, None))
    assert secrets.opened(home, folder, "log.key") == secrets.plain(b"own")
    secrets.put_back(home, folder, "log.key", former)
    assert (kept, (folder / "log.key").read_bytes()) == ({}, former)


def test_private_home_without_a_keyring_falls_back_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short-lived process finds none, and the file is what another kind of home would have."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    home = Home(tmp_path, "private")
    assert secrets.load_or_create(home, tmp_path, "k", lambda: b"secret") == b"secret"
    assert secrets.load_or_create(home, tmp_path, "k", never) == b"secret"
    assert (tmp_path / "k").read_bytes() != b"keyring\n"


def test_a_keyring_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is no part of the library could keep them in plain text: it is not even written to."""
    (tmp_path / "theirs.py").write_text(
        "import keyring.backend, pathlib\n"
        "class Keyring(keyring.backend.KeyringBackend):\n"
        "    priority = 99\n"
        "    def set_password(self, service, username, password):\n"
        f"        pathlib.Path({str(tmp_path / 'leak')!r}).write_text(password)\n"
        "    def get_password(self, service, username):\n"
        f"        return pathlib.Path({str(tmp_path / 'leak')!r}).read_text()\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "theirs.Keyring")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    secrets.load_or_create(Home(tmp_path, "private"), tmp_path, "k", lambda: b"secret")
    assert (tmp_path / "k").read_bytes() != b"keyring\n"
    assert not (tmp_path / "leak").exists()


def test_nothing_of_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder `host` where a server was started would otherwise run in the process that handles its keys."""
    planted = tmp_path / "cwd" / "host"
    planted.mkdir(parents=True)
    (planted / "__init__.py").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n", "utf-8")
    (planted / "secrets.py").write_text("import sys; sys.stdout.write('planted')\n", "utf-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.chdir(tmp_path / "cwd")
    assert secrets.load_or_create(Home(tmp_path, "private"), tmp_path, "k", lambda: b"secret") == b"secret"
    assert not (tmp_path / "ran").exists()
