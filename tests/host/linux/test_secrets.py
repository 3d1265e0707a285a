"""Secrets on Linux: a file for us alone, and no keyring without a session bus."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from host import secrets
from host.homes import Home


def test_the_file_is_for_us_alone(tmp_path: Path) -> None:
    """With --home it has mode 0600, whatever the umask, and one line."""
    secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "seat.key", lambda: b"\x00\xff\n")
    assert stat.S_IMODE((tmp_path / "seat.key").stat().st_mode) == 0o600
    assert (tmp_path / "seat.key").read_bytes() == b"AP8K\n"


def test_private_home_without_a_session_bus_falls_back_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short-lived process finds no session bus here: the file it is."""
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    secrets.load_or_create(Home(tmp_path, "private"), tmp_path, "k", lambda: b"secret")
    assert (tmp_path / "k").read_bytes() == b"c2VjcmV0\n"
