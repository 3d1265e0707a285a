"""Secrets: made once, the same ever after, readable by nobody else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from host import secrets
from host.homes import Home, HomeError


def never() -> bytes:
    raise AssertionError("made twice")


def test_given_home_keeps_a_file_for_us_alone(tmp_path: Path) -> None:
    """With --home the secret is a 0600 file in the server's folder, made once."""
    home = Home(tmp_path, "given")
    assert secrets.load_or_create(home, tmp_path, "seat.key", lambda: b"\x00\xff\n") == b"\x00\xff\n"
    assert secrets.load_or_create(home, tmp_path, "seat.key", never) == b"\x00\xff\n"
    assert stat.S_IMODE((tmp_path / "seat.key").stat().st_mode) == 0o600


def test_damaged_secret_is_said_and_not_replaced(tmp_path: Path) -> None:
    """A file that is no secret any more is one clear line, and stays for whoever repairs it."""
    path = tmp_path / "seat.key"
    path.write_bytes(b"!!")
    path.chmod(0o600)
    with pytest.raises(HomeError, match="damaged"):
        secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "seat.key", never)
    assert path.read_bytes() == b"!!"


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


def test_private_home_without_a_keyring_falls_back_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short-lived process finds no session bus here: the file it is."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    home = Home(tmp_path, "private")
    assert secrets.load_or_create(home, tmp_path, "k", lambda: b"secret") == b"secret"
    assert secrets.load_or_create(home, tmp_path, "k", never) == b"secret"
