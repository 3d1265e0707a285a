"""What is said to start where nobody answers: the package's unit, never a second server by hand."""

from __future__ import annotations

import pytest

from cli.errors import nobody, to_start
from host.homes import Home
from host.linux import service
from host.transport import Unreachable


@pytest.fixture
def units(tmp_path, monkeypatch):
    folder = tmp_path / "units"
    folder.mkdir()
    monkeypatch.setattr(service, "UNITS", folder)
    for name in ("giochoi-daemon", "giochoi-agent"):
        (folder / f"{name}.service").write_bytes(b"")
    return folder


def test_the_packages_unit_is_started_by_systemd(units, tmp_path):
    """In the system's home only; without the unit it is the program."""
    system = Home(tmp_path, "system")
    assert to_start("giochoi-daemon", system) == "sudo systemctl start giochoi-daemon"
    line = str(nobody(Unreachable(f"{system.agent_address}: nobody answers"), system, looks=True))
    assert line.endswith("; start: sudo systemctl start giochoi-agent")
    assert to_start("giochoi-daemon", Home(tmp_path, "given")) == f"giochoi-daemon --home {tmp_path}"
    assert to_start("giochoi-daemon", Home(tmp_path, "private")) == "giochoi-daemon"

    (units / "giochoi-daemon.service").unlink()
    assert to_start("giochoi-daemon", system) == "giochoi-daemon"
